/*
 * /proc/softirqs: a row for each kind, a column for each CPU.
 *	                    CPU0       CPU1
 *	          HI:          1          0
 */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../cpu_row.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, COUNTER, ONE, "node_softirqs_functions_total", "Software interrupts handled by each CPU." },
	{ 0 },
};

static const char *const types[] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU",
};

/* NULL: a type that is not exported. */
static const struct labels *
labels_of(const char *type)
{
	static struct labels *all[COUNT(types)];
	size_t i = 0;

	while (i < COUNT(types) && strcmp(types[i], type) != 0)
		i++;
	if (i == COUNT(types))
		return NULL;
	if (all[i] == NULL)
		all[i] = labels_new(LABELS({ "type", types[i] }));
	return all[i];
}

static int
add(struct page *p, const struct labels *labels, char *counts)
{
	const char *word;
	double count;
	int err = 0;

	page_scope(p, labels);
	for (size_t i = 0; (word = text_word(&counts, " \t")) != NULL; i++)
		if (text_number(word, &count))
			page_add(p, &metrics[0], cpu_row(p, i), count);
		else
			err = -EINVAL;
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	char *at = place_read(s, "softirqs"), *line, *type;
	const struct labels *labels;
	int err = 0;

	if (at == NULL)
		return -errno;
	if (text_line(&at) == NULL)
		return -EINVAL;
	while ((line = text_line(&at)) != NULL)
		if ((type = text_word(&line, " \t:")) != NULL && (labels = labels_of(type)) != NULL &&
		    add(p, labels, line) != 0)
			err = -EINVAL;
	page_scope(p, NULL);
	return err;
}

const struct collector softirqs = {
	.name = "softirqs",
	.help = "Software interrupts by CPU.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
