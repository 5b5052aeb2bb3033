/*
 * NVMe subsystems: /sys/class/nvme-subsystem/nvme-subsys0, with the namespaces in it, and the controllers, each of which
 * is a path to them.
 */
#include "../collector.h"

#include <stdio.h>
#include <string.h>

#include "../device.h"

#define STATE(state) \
	{ NULL, GAUGE, ONE, "node_nvmesubsystem_path_state", "1 for the state that the controller is in.", \
	    { { "state", state } } }

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_nvmesubsystem_info", "The subsystem's names and how it chooses a path." },
	{ NULL, GAUGE, ONE, "node_nvmesubsystem_namespace_info", "A namespace of the subsystem." },
	{ NULL, GAUGE, ONE, "node_nvmesubsystem_paths", "Controllers of the subsystem." },
	{ NULL, GAUGE, ONE, "node_nvmesubsystem_paths_live", "Controllers of the subsystem that are live." },
	STATE("connecting"), STATE("dead"), STATE("deleting"), STATE("live"), STATE("new"), STATE("resetting"),
	STATE("unknown"),
	{ 0 },
};

enum { INFO, NAMESPACE_INFO, PATHS, PATHS_LIVE, STATES, UNKNOWN = STATES + 6 };

/* The kernel says "deleting (no IO)" once no more requests are accepted. */
static size_t
state_of(const char *text)
{
	if (strcmp(text, "deleting (no IO)") == 0)
		text = "deleting";
	for (size_t i = STATES; i < UNKNOWN; i++)
		if (strcmp(text, metrics[i].fixed[0].value) == 0)
			return i;
	return UNKNOWN;
}

static int
add_controller(const struct device *d, const char *name, struct page *p, unsigned *live)
{
	char file[300], state[ATTRIBUTE_MAX + 1], transport[ATTRIBUTE_MAX + 1];
	size_t present;
	uint32_t row;
	int err;

	snprintf(file, sizeof file, "%s/state", name);
	if ((err = device_text(d, file, state)) != 0)
		return err;
	snprintf(file, sizeof file, "%s/transport", name);
	if ((err = device_text(d, file, transport)) != 0)
		return err;
	row = page_row(p, LABELS({ "controller", name }, { "subsystem", d->name }, { "transport", transport }));
	present = state_of(state);
	for (size_t i = STATES; i <= UNKNOWN; i++)
		page_add(p, &metrics[i], row, i == present);
	*live += strcmp(state, "live") == 0;
	return 0;
}

/* What stands behind the digits of "nvme0", a controller, or "nvme0n1", a namespace; its paths are "nvme0c0n1". */
static const char *
behind_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

static void
add_namespace(const struct device *d, const char *name, struct page *p)
{
	page_add(p, &metrics[NAMESPACE_INFO], page_row(p, LABELS({ "device", name }, { "subsystem", d->name })), 1);
}

static int
add_parts(const struct device *d, struct page *p)
{
	const struct scope below = { .dir = d->dir };
	char **names;
	int n = place_list(&below, ".", "nvme[0-9]*", &names), result = 0, err;
	unsigned paths = 0, live = 0;
	uint32_t row = page_row_of(p, "subsystem", d->name);

	for (int i = 0; i < n; i++) {
		const char *rest = behind_digits(names[i] + strlen("nvme"));

		if (*rest == '\0') {
			paths++;
			if ((err = add_controller(d, names[i], p, &live)) != 0)
				result = err;
		} else if (*rest == 'n' && rest[1] != '\0' && *behind_digits(rest + 1) == '\0') {
			add_namespace(d, names[i], p);
		}
	}
	if (n < 0)
		return n;
	place_list_free(names, n);
	page_add(p, &metrics[PATHS], row, paths);
	page_add(p, &metrics[PATHS_LIVE], row, live);
	return result;
}

static int
add_subsystem(const struct device *d, struct page *p)
{
	static const char *const files[] = { "iopolicy", "model", "subsysnqn", "serial" };
	char text[COUNT(files)][ATTRIBUTE_MAX + 1];
	int err;

	for (size_t i = 0; i < COUNT(files); i++)
		if ((err = device_text(d, files[i], text[i])) != 0)
			return err;
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "iopolicy", text[0] },
		{ "model", text[1] },
		{ "nqn", text[2] },
		{ "serial", text[3] },
		{ "subsystem", d->name }
	)), 1);
	return add_parts(d, p);
}

const struct collector nvmesubsystem = {
	.name = "nvmesubsystem",
	.help = "NVMe subsystems and their paths.",
	.off = true,
	.metrics = metrics,
	.devices = { "class/nvme-subsystem", "nvme-subsys*", add_subsystem },
};
