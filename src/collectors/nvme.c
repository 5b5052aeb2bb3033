/* NVMe controllers and the namespaces that they show as disks: /sys/class/nvme/nvme0 and nvme0n1 in it. */
#include "../collector.h"

#include <string.h>

#include "../device.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_nvme_info", "The controller's model, firmware and state." },
	{ NULL, GAUGE, ONE, "node_nvme_namespace_info",
	    "The namespace's state of asymmetric access (ANA) through this controller." },
	{ "nuse", GAUGE, ONE, "node_nvme_namespace_used_bytes", "Bytes allocated in the namespace, as the device says." },
	{ "size", GAUGE, ONE, "node_nvme_namespace_size_bytes",
	    "Size of the namespace: its sectors of 512 bytes, times the size of a logical block, as node_exporter has it." },
	{ "size", GAUGE, ONE, "node_nvme_namespace_capacity_bytes", "The same as node_nvme_namespace_size_bytes." },
	{ "queue/logical_block_size", GAUGE, ONE, "node_nvme_namespace_logical_block_size_bytes",
	    "Size of the namespace's logical blocks." },
	{ 0 },
};

enum { INFO, NAMESPACE_INFO, USED, SIZE, CAPACITY, BLOCK_SIZE };

/* The number at the end of "nvme0n1"; "" if there is none. Paths of native multipath are called nvme0c0n1. */
static const char *
nsid_of(const char *name)
{
	const char *at = name + strlen("nvme");

	at += strspn(at, "0123456789");
	return *at == 'n' && at[1 + strspn(at + 1, "0123456789")] == '\0' ? at + 1 : "";
}

/* What is no number counts as 0, as in node_exporter. */
static int
read_count(const struct device *d, size_t i, uint64_t *value)
{
	char text[ATTRIBUTE_MAX + 1];
	int err = device_text(d, metrics[i].key, text);

	if (err != 0 || !text_u64(text, 10, value))
		*value = 0;
	return err;
}

static void
add_namespace_info(const struct device *d, struct page *p)
{
	char state[ATTRIBUTE_MAX + 1];

	if (device_text(d, "ana_state", state) != 0)
		strcpy(state, "unknown");
	page_add(p, &metrics[NAMESPACE_INFO], page_row(p, LABELS(
		{ "ana_state", state },
		{ "device", d->of->name },
		{ "nsid", nsid_of(d->name) }
	)), 1);
}

/* nuse is there since Linux 6.8. */
static int
add_namespace(const struct device *d, struct page *p)
{
	uint64_t used, size, block;
	uint32_t row;
	int err;

	if (*nsid_of(d->name) == '\0')
		return NOT_OURS;
	if ((err = read_count(d, SIZE, &size)) != 0 || (err = read_count(d, BLOCK_SIZE, &block)) != 0)
		return err;
	row = page_row(p, LABELS({ "device", d->of->name }, { "nsid", nsid_of(d->name) }));
	if ((err = read_count(d, USED, &used)) == 0)
		page_add(p, &metrics[USED], row, (double)(used * block));
	page_add(p, &metrics[SIZE], row, (double)(size * block));
	page_add(p, &metrics[CAPACITY], row, (double)(size * block));
	page_add(p, &metrics[BLOCK_SIZE], row, (double)block);
	add_namespace_info(d, p);
	return err;
}

static int
add_controller(const struct device *d, struct page *p)
{
	static const char *const files[] = { "cntlid", "firmware_rev", "model", "serial", "state" };
	char text[COUNT(files)][ATTRIBUTE_MAX + 1];
	int err;

	for (size_t i = 0; i < COUNT(files); i++)
		if ((err = device_text(d, files[i], text[i])) != 0)
			return err;
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "cntlid", text[0] },
		{ "device", d->name },
		{ "firmware_revision", text[1] },
		{ "model", text[2] },
		{ "serial", text[3] },
		{ "state", text[4] }
	)), 1);
	return device_each(d, ".", "nvme[0-9]*", add_namespace, p);
}

const struct collector nvme = {
	.name = "nvme",
	.help = "NVMe controllers and namespaces.",
	.metrics = metrics,
	.devices = { "class/nvme", "*", add_controller },
};
