/* uname(2), and /etc/hostname where that would tell the pod's name for the node's. hostname(5) */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_uname_info", "The kernel's name and version, and the node's names." },
	{ 0 },
};

/* A pod with a network of its own has a name of its own as well. */
static const char *
nodename(const char *own)
{
	static char name[sizeof((struct utsname *)0)->nodename];
	char *text;

	if (*place_path(ROOT) == '\0' || !place_is_live(PROC) || place_is_our_network() ||
	    (text = place_read_inside(place(ROOT), "etc/hostname")) == NULL || *(text = text_trim(text)) == '\0')
		return own;
	snprintf(name, sizeof name, "%s", text);
	return name;
}

static int
update(const struct scope *s, struct page *p)
{
	struct utsname u;

	(void)s;
	if (uname(&u) != 0)
		return -errno;
	page_add(p, &metrics[0], page_row(p, LABELS(
		{ "domainname", u.domainname },
		{ "machine", u.machine },
		{ "nodename", nodename(u.nodename) },
		{ "release", u.release },
		{ "sysname", u.sysname },
		{ "version", u.version }
	)), 1);
	return 0;
}

const struct collector uname_ = {
	.name = "uname",
	.help = "Names and versions of the kernel.",
	.metrics = metrics,
	.update = update,
};
