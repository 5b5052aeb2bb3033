/* capset(2). */
#include "capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"

enum { WORD = CAP_TO_INDEX(CAP_DAC_READ_SEARCH) };

bool
capability_raise(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	const unsigned wanted = CAP_TO_MASK(CAP_DAC_READ_SEARCH);

	if (syscall(SYS_capget, &header, sets) != 0 || (sets[WORD].permitted & wanted) == 0) {
		log_line(LOG_DEBUG, "without CAP_DAC_READ_SEARCH", NULL);
		return false;
	}
	sets[WORD].effective |= wanted;
	if (syscall(SYS_capset, &header, sets) == 0)
		return true;
	log_line(LOG_DEBUG, "cannot raise CAP_DAC_READ_SEARCH", "err", strerror(errno), NULL);
	return false;
}
