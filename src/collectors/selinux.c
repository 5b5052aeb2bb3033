/* SELinux: selinuxfs, which sysfs has an empty directory for, and /etc/selinux/config. selinux_config(5) */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../text.h"

enum { ENABLED, CONFIG_MODE, CURRENT_MODE };

static const struct metric metrics[] = {
	[ENABLED] = { NULL, GAUGE, ONE, "node_selinux_enabled", "1 if SELinux is enabled." },
	[CONFIG_MODE] = { NULL, GAUGE, ONE, "node_selinux_config_mode",
	    "What SELinux is configured to do: 1 to enforce its policy, 0 to be permissive, -1 nothing." },
	[CURRENT_MODE] = { NULL, GAUGE, ONE, "node_selinux_current_mode",
	    "1 if SELinux enforces its policy, 0 if it is permissive, -1 if that cannot be read." },
	{ 0 },
};

/* Before a policy is loaded every process has the label "kernel". */
static bool
has_policy(void)
{
	char *label = place_read(place(PROC), "self/attr/current");

	return label == NULL || strcmp(text_trim(label), "kernel") != 0;
}

/* A configured value without the quotes around it. */
static char *
unquote(char *value)
{
	size_t n;

	value += strspn(value, "\"");
	for (n = strlen(value); n > 0 && value[n - 1] == '"'; n--)
		;
	value[n] = '\0';
	return value;
}

/* The first line "SELINUX=mode" counts. */
static double
config_mode(void)
{
	char *at = place_read_inside(place(ROOT), "etc/selinux/config"), *line, *value;

	while (at != NULL && (line = text_line(&at)) != NULL) {
		value = text_trim(line);
		if (strcmp(text_field(&value, '='), "SELINUX") != 0 || value == NULL)
			continue;
		value = unquote(value);
		return strcmp(value, "enforcing") == 0 ? 1 : strcmp(value, "permissive") == 0 ? 0 : -1;
	}
	return -1;
}

static int
update(const struct scope *s, struct page *p)
{
	double mode = -1;
	int err = place_number(place(SYS), "fs/selinux/enforce", &mode);
	bool enabled = err != -ENOENT && has_policy();

	(void)s;
	page_add(p, &metrics[ENABLED], 0, enabled);
	if (!enabled)
		return 0;
	page_add(p, &metrics[CONFIG_MODE], 0, config_mode());
	page_add(p, &metrics[CURRENT_MODE], 0, err == 0 ? mode : -1);
	return 0;
}

const struct collector selinux = {
	.name = "selinux",
	.help = "Whether SELinux enforces its policy.",
	.metrics = metrics,
	.update = update,
};
