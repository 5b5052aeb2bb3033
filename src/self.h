/* What the exporter says of itself, on /metrics. */
#ifndef SELF_H
#define SELF_H

#include "flag.h"
#include "page.h"

extern const struct flag self_flags[];
extern const struct metric self_metrics[];      /* ends with one without a name */

/* A request for a page began, or ended with this HTTP status after so many seconds. */
void self_request_begun(void);
void self_request_ended(int status, double seconds);

/* Adds build info, and unless --web.disable-exporter-metrics process_* and promhttp_* too. */
void self_add(struct page *p);

/* The cgroup version that was found: 2, 1, or 0 for none. */
void self_cgroup_version(int version);

#endif
