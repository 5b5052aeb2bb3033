/*
 * /sys/devices/system/cpu/vulnerabilities: a file for each, such as "Not affected", "Mitigation: PTI", "Vulnerable: No
 * microcode". Documentation/ABI/testing/sysfs-devices-system-cpu
 */
#include "../collector.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../file.h"
#include "../text.h"

#define VULNERABILITIES "devices/system/cpu/vulnerabilities"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_cpu_vulnerabilities_info", "What the kernel says of the CPUs' vulnerabilities." },
	{ 0 },
};

/* The state as a label has it. What is said beside the state is left in *mitigation: all, if it begins with none. */
static const char *
state_of(char *text, char **mitigation)
{
	static const char *const states[] = { "not affected", "vulnerable", "mitigation", "unknown" };

	*mitigation = text_trim(text);
	for (size_t i = 0; i < COUNT(states); i++) {
		if (strncasecmp(*mitigation, states[i], strlen(states[i])) != 0)
			continue;
		*mitigation = text_squeeze(*mitigation);
		*mitigation += strcspn(*mitigation, " ");
		*mitigation += i == 0 ? strlen(*mitigation) : strspn(*mitigation, " ");
		return states[i];
	}
	return "unknown";
}

static int
update(const struct scope *s, struct page *p)
{
	struct scope all = { .dir = file_directory(place(SYS)->dir, VULNERABILITIES), .records = true };
	const char *state;
	char **names, *text, *mitigation;
	int n = place_list(&all, ".", "*", &names), err = n < 0 && n != -ENOENT ? n : 0;

	(void)s;
	for (int i = 0; i < n; i++) {
		if ((text = place_read(&all, names[i])) == NULL) {
			err = -errno;
			continue;
		}
		state = state_of(text, &mitigation);
		page_add(p, &metrics[0], page_row(p, LABELS(
			{ "codename", names[i] }, { "mitigation", mitigation }, { "state", state }
		)), 1);
	}
	if (err != 0)
		place_note(place(SYS), VULNERABILITIES);
	place_list_free(names, n);
	if (all.dir >= 0)
		close(all.dir);
	return err;
}

const struct collector cpu_vulnerabilities = {
	.name = "cpu_vulnerabilities",
	.help = "Vulnerabilities of the CPUs and what is done about them.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
