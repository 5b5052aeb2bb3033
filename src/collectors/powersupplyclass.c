/* Batteries and mains: /sys/class/power_supply. Documentation/ABI/testing/sysfs-class-power of the kernel */
#include "../collector.h"

#include "../device.h"

static struct filter ignored = { .exclude = "^$" };

#define SUPPLY(file, unit, name, help) { file, GAUGE, unit, "node_power_supply_" name, help }
/* In millionths. */
#define MICRO(file, help) SUPPLY(file, US, file, help)
#define DEGREES(file, help) SUPPLY(file, TENTHS, file "_celsius", help)

static const struct metric metrics[] = {
	SUPPLY("authentic", ONE, "authentic", "1 if the maker's check says that it is genuine."),
	SUPPLY("calibrate", ONE, "calibrate", "1 while the battery is calibrated."),
	SUPPLY("capacity", ONE, "capacity", "Charge of the battery in percent of a full one."),
	SUPPLY("capacity_alert_max", ONE, "capacity_alert_max", "Percentage above which it gives an alert."),
	SUPPLY("capacity_alert_min", ONE, "capacity_alert_min", "Percentage below which it gives an alert."),
	SUPPLY("cycle_count", ONE, "cyclecount", "Times that the battery was charged and discharged."),
	SUPPLY("online", ONE, "online", "1 if it supplies power, 2 if by a programmable voltage."),
	SUPPLY("present", ONE, "present", "1 if the battery is there."),
	SUPPLY("time_to_empty_now", ONE, "time_to_empty_seconds", "Time until the battery is empty."),
	SUPPLY("time_to_full_now", ONE, "time_to_full_seconds", "Time until the battery is full."),
	MICRO("current_boot", "Current measured when the system started, in amperes."),
	MICRO("current_max", "Largest current, in amperes."),
	SUPPLY("current_now", US, "current_ampere", "Current into or out of it."),
	MICRO("energy_empty", "Energy at which the battery was last taken as empty, in watt hours."),
	MICRO("energy_empty_design", "Energy of an empty battery by design, in watt hours."),
	MICRO("energy_full", "Energy at which the battery was last taken as full, in watt hours."),
	MICRO("energy_full_design", "Energy of a full battery by design, in watt hours."),
	SUPPLY("energy_now", US, "energy_watthour", "Energy in the battery."),
	MICRO("voltage_boot", "Voltage measured when the system started, in volts."),
	MICRO("voltage_max", "Highest voltage of late or permitted, in volts."),
	MICRO("voltage_max_design", "Highest voltage by design, in volts."),
	MICRO("voltage_min", "Lowest voltage of late or permitted, in volts."),
	MICRO("voltage_min_design", "Lowest voltage by design, in volts."),
	SUPPLY("voltage_now", US, "voltage_volt", "Voltage."),
	MICRO("voltage_ocv", "Voltage without a load, in volts."),
	MICRO("charge_control_limit", "Current to which charging is limited, in amperes."),
	MICRO("charge_control_limit_max", "Largest limit of the charging current, in amperes."),
	MICRO("charge_counter", "Charge counted since some point, in ampere hours."),
	MICRO("charge_empty", "Charge at which the battery was last taken as empty, in ampere hours."),
	MICRO("charge_empty_design", "Charge of an empty battery by design, in ampere hours."),
	MICRO("charge_full", "Charge at which the battery was last taken as full, in ampere hours."),
	MICRO("charge_full_design", "Charge of a full battery by design, in ampere hours."),
	SUPPLY("charge_now", US, "charge_ampere", "Charge in the battery, in ampere hours."),
	MICRO("charge_term_current", "Current at which charging ends, in amperes."),
	MICRO("constant_charge_current", "Current that the charger keeps up, in amperes."),
	MICRO("constant_charge_current_max", "Largest current that the charger keeps up, in amperes."),
	MICRO("constant_charge_voltage", "Voltage that the charger keeps up, in volts."),
	MICRO("constant_charge_voltage_max", "Highest voltage that the charger keeps up, in volts."),
	MICRO("precharge_current", "Current at which an empty battery begins to charge, in amperes."),
	MICRO("input_current_limit", "Current that may be drawn from the supply, in amperes."),
	SUPPLY("power_now", US, "power_watt", "Power into or out of it."),
	DEGREES("temp", "Temperature."),
	DEGREES("temp_alert_max", "Temperature above which it gives an alert."),
	DEGREES("temp_alert_min", "Temperature below which it gives an alert."),
	DEGREES("temp_ambient", "Temperature around it."),
	DEGREES("temp_ambient_max", "Temperature around it above which it gives an alert."),
	DEGREES("temp_ambient_min", "Temperature around it below which it gives an alert."),
	DEGREES("temp_max", "Highest temperature for it to work."),
	DEGREES("temp_min", "Lowest temperature for it to work."),
	SUPPLY(NULL, ONE, "info", "What the supply is, and its states."),
	{ 0 },
};

enum { INFO = COUNT(metrics) - 2 };

static const struct label described[] = {
	{ "capacity_level", "capacity_level" }, { "charge_type", "charge_type" }, { "health", "health" },
	{ "manufacturer", "manufacturer" }, { "model_name", "model_name" }, { "power_supply", NULL },
	{ "scope", "scope" }, { "serial_number", "serial_number" }, { "status", "status" },
	{ "technology", "technology" }, { "type", "type" }, { "usb_type", "usb_type" },
};

static int
add(const struct device *d, struct page *p)
{
	struct device_labels labels;
	int err = 0;

	if (!filter_takes(&ignored, d->name))
		return NOT_OURS;
	device_add(d, metrics, COUNT(metrics), page_row_of(p, "power_supply", d->name), p, &err);
	device_label(d, described, COUNT(described), FILLED_LABELS, &labels, &err);
	page_add(p, &metrics[INFO], page_row(p, labels.labels, labels.n), 1);
	return err;
}

const struct collector powersupplyclass = {
	.name = "powersupplyclass",
	.help = "Batteries and mains.",
	.metrics = metrics,
	.devices = { "class/power_supply", "*", add },
	.flags = (const struct flag[]){
		{ "collector.powersupply.ignored-supplies", TEXT, &ignored.exclude,
		    "Supplies to leave out, as a regular expression." },
		{ 0 },
	},
	.filters = { &ignored },
};
