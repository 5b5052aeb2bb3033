/* The clock's discipline. adjtimex(2) */
#include "../collector.h"

#include <errno.h>
#include <sys/timex.h>

#define GAUGE_OF(name, unit, help) { NULL, GAUGE, unit, "node_timex_" name, help }
#define COUNTER_OF(name, help) { NULL, COUNTER, ONE, "node_timex_" name, help }

static const struct metric metrics[] = {
	GAUGE_OF("sync_status", ONE, "1 if the clock is synchronized with a reliable server."),
	GAUGE_OF("offset_seconds", ONE, "How far the clock is from the reference clock."),
	GAUGE_OF("frequency_adjustment_ratio", ONE, "How the clock's frequency is adjusted; 1 is not at all."),
	GAUGE_OF("maxerror_seconds", US, "Maximum error."),
	GAUGE_OF("estimated_error_seconds", US, "Estimated error."),
	GAUGE_OF("status", ONE, "Bits of the clock's status."),
	GAUGE_OF("loop_time_constant", ONE, "Time constant of the phase-locked loop."),
	GAUGE_OF("tick_seconds", US, "Time between clock ticks."),
	GAUGE_OF("pps_frequency_hertz", PPM, "Frequency of the pulse per second."),
	GAUGE_OF("pps_jitter_seconds", ONE, "Jitter of the pulse per second."),
	GAUGE_OF("pps_shift_seconds", ONE, "Interval of the pulse per second."),
	GAUGE_OF("pps_stability_hertz", PPM, "Average of the latest changes of the pulse per second's frequency."),
	COUNTER_OF("pps_jitter_total", "Pulses whose jitter was above the limit."),
	COUNTER_OF("pps_calibration_total", "Calibrations by the pulse per second."),
	COUNTER_OF("pps_error_total", "Failed calibrations by the pulse per second."),
	COUNTER_OF("pps_stability_exceeded_total", "Calibrations whose stability was beyond the limit."),
	GAUGE_OF("tai_offset_seconds", ONE, "International Atomic Time less UTC."),
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);
	double second = t.status & STA_NANO ? 1e9 : 1e6;
	const double values[] = {
		state != TIME_ERROR, (double)t.offset / second, 1 + (double)t.freq / 65536e6, (double)t.maxerror,
		(double)t.esterror, t.status, (double)t.constant, (double)t.tick, (double)t.ppsfreq,
		(double)t.jitter / second, t.shift, (double)t.stabil, (double)t.jitcnt, (double)t.calcnt,
		(double)t.errcnt, (double)t.stbcnt, t.tai,
	};

	(void)s;
	if (state < 0)
		return errno == EPERM || errno == EACCES ? -ENODATA : -errno;
	for (size_t i = 0; i < COUNT(values); i++)
		page_add(p, &metrics[i], 0, values[i]);
	return 0;
}

const struct collector timex = {
	.name = "timex",
	.help = "How the kernel's clock is kept in time.",
	.metrics = metrics,
	.update = update,
};
