/* In the order of their names. */
#include "unit_types.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "text.h"

struct known {
	char *name, *type;
	uint32_t seen;
};

static struct {
	struct known *list;
	size_t n, room;
	uint64_t loaded;
	uint32_t scrape;
} all;

static int
compare(const void *name, const void *known)
{
	return strcmp(name, ((const struct known *)known)->name);
}

static struct known *
find(const char *name, size_t *at)
{
	*at = array_place(name, all.list, all.n, sizeof *all.list, compare);
	return *at < all.n && compare(name, &all.list[*at]) == 0 ? &all.list[*at] : NULL;
}

/* Keeps those that were seen at this scrape or a later one. */
static void
forget(uint32_t scrape)
{
	size_t kept = 0;

	for (size_t i = 0; i < all.n; i++) {
		if (all.list[i].seen >= scrape) {
			all.list[kept++] = all.list[i];
			continue;
		}
		free(all.list[i].name);
		free(all.list[i].type);
	}
	all.n = kept;
}

void
unit_types_begin(uint64_t loaded)
{
	all.scrape++;
	if (loaded == 0 || loaded != all.loaded)
		forget(all.scrape);
	all.loaded = loaded;
}

const char *
unit_types_find(const char *name)
{
	size_t at;
	struct known *k = find(name, &at);

	if (k == NULL || k->seen + 1 != all.scrape || (text_hash(name) + all.scrape) % UNIT_TYPES_AGAIN == 0)
		return NULL;
	k->seen = all.scrape;
	return k->type;
}

void
unit_types_keep(const char *name, const char *type)
{
	size_t at;
	struct known *k = find(name, &at);

	if (all.loaded == 0)
		return;
	if (k == NULL) {
		all.list = must_grow(all.list, all.n, &all.room, sizeof *all.list);
		k = &all.list[at];
		memmove(k + 1, k, (all.n++ - at) * sizeof *k);
		*k = (struct known){ .name = must_copy(name) };
	}
	if (k->type == NULL || strcmp(k->type, type) != 0) {
		free(k->type);
		k->type = must_copy(type);
	}
	k->seen = all.scrape;
}

void
unit_types_end(void)
{
	forget(all.scrape);
}
