/* /proc/stat, once in each collection. proc_stat(5) */
#include "stat_text.h"

#include <errno.h>

#include "place.h"

static struct buf text, copy;
static ssize_t length;
static const struct page *page;         /* the collection it is of */
static uint32_t age;

char *
stat_text(const struct page *p)
{
	if (page != p || age != page_age(p)) {
		length = place_read_to(place(PROC), "stat", &text);
		page = p;
		age = page_age(p);
	}
	place_note(place(PROC), "stat");
	if (length < 0) {
		errno = (int)-length;
		return NULL;
	}
	copy.size = 0;
	buf_add(&copy, text.data, (size_t)length + 1);
	return copy.data;
}
