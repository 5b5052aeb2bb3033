/* The program goes on after it has given back what it can. */
#include "resident.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "text.h"

static long
resident_file_kb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kb = -1;

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "RssFile: %ld", &kb) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return kb;
}

Test(resident, trim)
{
	double value;
	long before = resident_file_kb();

	resident_trim();
	cr_expect_lt(resident_file_kb(), before);
	cr_expect(text_number("1.5", &value) && value == 1.5);
}
