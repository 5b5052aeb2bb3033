/* /proc/swaps: "/dev/zram0  partition  131068  13568  -2", sizes in KiB. */
#include "../collector.h"

#include <errno.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, KIB, "node_swap_size_bytes", "Size of a swap area." },
	{ NULL, GAUGE, KIB, "node_swap_used_bytes", "What of a swap area is used." },
	{ NULL, GAUGE, ONE, "node_swap_priority", "Priority of a swap area: the highest is used first." },
	{ 0 },
};

static int
add_area(struct page *p, char *line)
{
	const char *device = text_word(&line, " \t"), *type = text_word(&line, " \t"), *word;
	double values[3];
	uint32_t row;

	for (int i = 0; i < 3; i++)
		if ((word = text_word(&line, " \t")) == NULL || !text_number(word, &values[i]))
			return -EINVAL;
	row = page_row(p, LABELS({ "device", device }, { "swap_type", type }));
	for (int i = 0; i < 3; i++)
		page_add(p, &metrics[i], row, values[i]);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	char *at = place_read(s, "swaps"), *line;
	int err = 0;

	if (at == NULL)
		return -errno;
	text_line(&at);
	while ((line = text_line(&at)) != NULL)
		if (add_area(p, line) != 0)
			err = -EINVAL;
	return err;
}

const struct collector swap = {
	.name = "swap",
	.help = "Swap areas.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
