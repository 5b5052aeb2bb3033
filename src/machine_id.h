/* Which machine this is. */
#ifndef MACHINE_ID_H
#define MACHINE_ID_H

#include "labels.h"

/* boot_id, machine_id and system_uuid, "" where unknown; for page_scope. */
const struct labels *machine_id(void);

#endif
