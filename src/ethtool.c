/* ethtool's ioctls, linux/ethtool.h. */
#include "ethtool.h"

#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int
ethtool_ask(const char *device, void *request)
{
	static int sock = -1;
	struct ifreq r = { .ifr_data = request };

	if (sock < 0 && (sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return -errno;
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", device);
	return ioctl(sock, SIOCETHTOOL, &r) == 0 ? 0 : -errno;
}
