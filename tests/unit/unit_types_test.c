/* Types are kept while the unit stays and unit files are not loaded again. */
#include "unit_types.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* One scrape: which of a, b and c are there, and which of them had to be asked for. */
static void
scrape(uint64_t loaded, const char *there, const char *asked)
{
	char found[4] = "";

	unit_types_begin(loaded);
	for (; *there != '\0'; there++) {
		char name[] = { *there, '\0' }, type[] = { *there, 't', '\0' };
		const char *known = unit_types_find(name);

		if (known == NULL) {
			snprintf(found + strlen(found), sizeof found - strlen(found), "%s", name);
			unit_types_keep(name, type);
		} else {
			cr_expect_str_eq(known, type);
		}
	}
	unit_types_end();
	cr_expect_str_eq(found, asked, "asked for %s, not %s", found, asked);
}

Test(unit_types, kept)
{
	scrape(1, "bca", "bca");
	scrape(1, "abc", "");
	scrape(1, "ab", "");
	scrape(1, "abc", "c");
	scrape(2, "abc", "abc");
	scrape(2, "cba", "");
	scrape(0, "abc", "abc");
	scrape(0, "abc", "abc");
}

Test(unit_types, asked_again)
{
	int asked = 0;

	for (int i = 0; i < 3 * UNIT_TYPES_AGAIN; i++) {
		unit_types_begin(1);
		if (unit_types_find("a") == NULL) {
			asked++;
			unit_types_keep("a", i % 2 == 0 ? "simple" : "exec");
		}
		unit_types_end();
	}
	cr_expect(asked == 3 || asked == 4, "%d times", asked);
}

Test(unit_types, scrape_that_failed)
{
	scrape(1, "ab", "ab");
	unit_types_begin(1);
	unit_types_begin(1);
	cr_expect_null(unit_types_find("a"));
}
