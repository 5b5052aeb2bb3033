/* uname(2) */
#include "../collector.h"

#include <errno.h>
#include <sys/utsname.h>

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_uname_info", "The kernel's name and version, and the node's names." },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	struct utsname u;

	(void)s;
	if (uname(&u) != 0)
		return -errno;
	page_add(p, &metrics[0], page_row(p, (const struct label[]){
		{ "domainname", u.domainname },
		{ "machine", u.machine },
		{ "nodename", u.nodename },
		{ "release", u.release },
		{ "sysname", u.sysname },
		{ "version", u.version },
	}, 6), 1);
	return 0;
}

const struct collector uname_ = {
	.name = "uname",
	.help = "Names and versions of the kernel.",
	.metrics = metrics,
	.update = update,
};
