/* Rows of CPUs. */
#include "cpu_row.h"

#include <stdio.h>

uint32_t
cpu_row(struct page *p, size_t i)
{
	static uint32_t *rows, age;
	static size_t n, room;
	char name[24];

	if (age != page_age(p))
		n = 0;
	age = page_age(p);
	for (; n <= i; n++) {
		rows = must_grow(rows, n, &room, sizeof *rows);
		snprintf(name, sizeof name, "%zu", n);
		rows[n] = page_row_of(p, "cpu", name);
	}
	return rows[i];
}
