/* What tells machines apart: random numbers of this start and of the installation, and what the firmware says. */
#include "machine_id.h"

#include <string.h>

#include "place.h"
#include "text.h"

enum { ID = 128 };

const struct labels *
machine_id(void)
{
	static const struct labels *labels;
	char boot[ID], machine[ID], uuid[ID];

	if (labels != NULL)
		return labels;
	text_first(boot, ID, place_read(place(PROC), "sys/kernel/random/boot_id"));
	text_first(machine, ID, place_read_inside(place(ROOT), "etc/machine-id"));
	if (*machine == '\0')
		text_first(machine, ID, place_read_inside(place(ROOT), "var/lib/dbus/machine-id"));
	text_first(uuid, ID, place_read(place(SYS), "class/dmi/id/product_uuid"));
	if (*uuid == '\0')
		strcpy(uuid, machine);
	return labels = labels_new(LABELS(
		{ "boot_id", boot }, { "machine_id", machine }, { "system_uuid", uuid }
	));
}
