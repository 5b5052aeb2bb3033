/* /proc/buddyinfo: "Node 0, zone   Normal    316   7131", the free blocks of one page, of two, of four and so on. */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_buddyinfo_blocks", "Free blocks of 2 to the power of size pages." },
	{ 0 },
};

static int
add_zone(struct page *p, char *line)
{
	const char *node, *zone, *word;
	char size[12];
	double blocks;
	int err = 0;

	text_word(&line, " \t");
	node = text_word(&line, " \t,");
	text_word(&line, " \t");
	if ((zone = text_word(&line, " \t,")) == NULL)
		return -EINVAL;
	for (unsigned i = 0; (word = text_word(&line, " \t")) != NULL; i++) {
		if (!text_number(word, &blocks)) {
			err = -EINVAL;
			continue;
		}
		snprintf(size, sizeof size, "%u", i);
		page_add(p, &metrics[0], page_row(p, LABELS(
			{ "node", node }, { "size", size }, { "zone", zone }
		)), blocks);
	}
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	char *at = place_read(s, "buddyinfo"), *line;
	int err = 0;

	if (at == NULL)
		return -errno;
	while ((line = text_line(&at)) != NULL)
		if (add_zone(p, line) != 0)
			err = -EINVAL;
	return err;
}

const struct collector buddyinfo = {
	.name = "buddyinfo",
	.help = "Free memory by the size of its blocks.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
