/* What the firmware says of the machine: /sys/class/dmi/id. It stays so until the next boot, and is read once. */
#include "../collector.h"

#include <errno.h>
#include <unistd.h>

#include "../device.h"
#include "../file.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_dmi_info", "Vendors, models, versions and numbers by DMI." },
	{ 0 },
};

/* Serial numbers and the UUID are for root alone. */
static const struct label described[] = {
	{ "bios_date", "bios_date" }, { "bios_release", "bios_release" }, { "bios_vendor", "bios_vendor" },
	{ "bios_version", "bios_version" }, { "board_asset_tag", "board_asset_tag" }, { "board_name", "board_name" },
	{ "board_serial", "board_serial" }, { "board_vendor", "board_vendor" }, { "board_version", "board_version" },
	{ "chassis_asset_tag", "chassis_asset_tag" }, { "chassis_serial", "chassis_serial" },
	{ "chassis_vendor", "chassis_vendor" }, { "chassis_version", "chassis_version" },
	{ "product_family", "product_family" }, { "product_name", "product_name" },
	{ "product_serial", "product_serial" }, { "product_sku", "product_sku" }, { "product_uuid", "product_uuid" },
	{ "product_version", "product_version" }, { "system_vendor", "sys_vendor" },
};

static int
update(const struct scope *s, struct page *p)
{
	static struct device_labels labels;
	struct device d = { NULL, "class/dmi", "id", -1 };
	int err = 0;

	(void)s;
	if (labels.n == 0) {
		if ((d.dir = file_directory(place(SYS)->dir, "class/dmi/id")) < 0)
			return -ENODATA;
		device_label(&d, described, COUNT(described), PRESENT_LABELS, &labels, &err);
		close(d.dir);
	}
	if (labels.n == 0)
		return err != 0 ? err : -ENODATA;
	page_add(p, &metrics[0], page_row(p, labels.labels, labels.n), 1);
	return err;
}

const struct collector dmi = {
	.name = "dmi",
	.help = "The machine, as its firmware has it.",
	.metrics = metrics,
	.update = update,
};
