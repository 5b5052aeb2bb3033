/* AMD's GPUs: /sys/class/drm/cardN/device. Documentation/gpu/amdgpu of the kernel */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../device.h"

#define GPU(file, name, help) { "device/" file, GAUGE, ONE, "node_drm_" name, help }

static const struct metric metrics[] = {
	GPU("gpu_busy_percent", "gpu_busy_percent", "How busy the GPU is, in percent."),
	GPU("mem_info_gtt_total", "memory_gtt_size_bytes", "Size of the GTT: the machine's memory for the GPU."),
	GPU("mem_info_gtt_used", "memory_gtt_used_bytes", "How much of the GTT is used."),
	GPU("mem_info_vram_total", "memory_vram_size_bytes", "Size of the GPU's memory."),
	GPU("mem_info_vram_used", "memory_vram_used_bytes", "How much of the GPU's memory is used."),
	GPU("mem_info_vis_vram_total", "memory_vis_vram_size_bytes", "Size of the GPU's memory that CPUs see."),
	GPU("mem_info_vis_vram_used", "memory_vis_vram_used_bytes", "How much of the memory that CPUs see is used."),
	{ NULL, GAUGE, ONE, "node_drm_card_info", "What the card is.", { { "vendor", "amd" } } },
	{ 0 },
};

enum { VALUES = 7, CARD_INFO = VALUES };

static const struct label described[] = {
	{ "card", NULL }, { "memory_vendor", "device/mem_info_vram_vendor" },
	{ "power_performance_level", "device/power_dpm_force_performance_level" }, { "unique_id", "device/unique_id" },
};

/* What the driver does not have is 0, as in node_exporter. */
static int
add(const struct device *d, struct page *p)
{
	char room[ATTRIBUTE_MAX + 1], *driver;
	struct device_labels labels;
	uint32_t row;
	double value;
	int err = 0;

	driver = device_answer(d, "device/uevent", room, &err);
	if (driver == NULL)
		return err;
	if (strstr(driver, "DRIVER=amdgpu") == NULL)
		return NOT_OURS;
	device_label(d, described, COUNT(described), ALL_LABELS, &labels, NULL);
	page_add(p, &metrics[CARD_INFO], page_row(p, labels.labels, labels.n), 1);
	row = page_row_of(p, "card", d->name);
	for (size_t i = 0; i < VALUES; i++) {
		value = device_value(d, metrics[i].key, NULL);
		page_add(p, &metrics[i], row, isnan(value) ? 0 : value);
	}
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = device_each(NULL, "class/drm", "card[0-9]", add, p);

	(void)s;
	return err == -ENODATA ? 0 : err;
}

const struct collector drm = {
	.name = "drm",
	.help = "AMD's GPUs: use and memory.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
