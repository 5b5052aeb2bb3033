/*
 * /proc/interrupts: a row for each interrupt, a column for each CPU, and what it is for.
 *	           CPU0       CPU1
 *	  8:          2          0   IO-APIC   8-edge      rtc0
 *	LOC:        960       3017   Local timer interrupts
 */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cpu_row.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, COUNTER, ONE, "node_interrupts_total", "Interrupts serviced by each CPU." },
	{ 0 },
};

static struct filter filter;
static bool with_zeros = true;

/* What became of a row last time: rows stay where they are while the machine runs, so labels are made once. */
struct line {
	char *name, *details;
	struct labels *labels;          /* NULL: the filter leaves it out */
};

static struct line *lines;
static size_t n_lines, room_lines;

static bool
is_number(const char *name)
{
	return *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

/* Those with a number have the name of their controller before what they are for. */
static struct labels *
labels_of(const char *name, char *details)
{
	static struct buf all;
	char *info = text_squeeze(details), *devices = info + strlen(info);

	if (is_number(name)) {
		devices = info;
		info = text_word(&devices, " ");
	}
	all.size = 0;
	buf_print(&all, "%s;%s;%s", name, info, devices);
	if (!filter_takes(&filter, all.data))
		return NULL;
	return labels_new(LABELS({ "devices", devices }, { "info", info }, { "type", name }));
}

static const struct labels *
labels_at(size_t i, const char *name, char *details)
{
	if (i < n_lines && strcmp(lines[i].name, name) == 0 && strcmp(lines[i].details, details) == 0)
		return lines[i].labels;
	if (i < n_lines) {
		free(lines[i].name);
		free(lines[i].details);
		free(lines[i].labels);
	} else {
		lines = must_grow(lines, n_lines++, &room_lines, sizeof *lines);
	}
	lines[i].name = must_copy(name);
	lines[i].details = must_copy(details);
	return lines[i].labels = labels_of(name, details);
}

static size_t
count_words(char *line)
{
	size_t n = 0;

	while (text_word(&line, " \t") != NULL)
		n++;
	return n;
}

/* Cuts n counts off the line, NAN where there is no number. False if there is nothing behind them: ERR and MIS. */
static bool
cut_counts(char **line, double *counts, size_t n)
{
	const char *word;

	for (size_t i = 0; i < n; i++) {
		if ((word = text_word(line, " \t")) == NULL)
			return false;
		if (!text_number(word, &counts[i]))
			counts[i] = NAN;
	}
	return (*line)[strspn(*line, " \t")] != '\0';
}

static int
add(struct page *p, const struct labels *labels, const double *counts, size_t n)
{
	int err = 0;

	page_scope(p, labels);
	for (size_t i = 0; i < n; i++)
		if (isnan(counts[i]))
			err = -EINVAL;
		else if (with_zeros || counts[i] != 0)
			page_add(p, &metrics[0], cpu_row(p, i), counts[i]);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	static struct buf counts;
	char *at = place_read(s, "interrupts"), *line, *name;
	const struct labels *labels;
	double *of_cpus;
	size_t n, row = 0;
	int err = 0;

	if (at == NULL)
		return -errno;
	if ((line = text_line(&at)) == NULL)
		return -EINVAL;
	n = count_words(line);
	of_cpus = (double *)(void *)buf_reserve(&counts, n * sizeof *of_cpus);
	while ((line = text_line(&at)) != NULL) {
		name = text_field(&line, ':');
		if (line == NULL || !cut_counts(&line, of_cpus, n))
			continue;
		labels = labels_at(row++, name + strspn(name, " "), line);
		if (labels != NULL && add(p, labels, of_cpus, n) != 0)
			err = -EINVAL;
	}
	page_scope(p, NULL);
	return err;
}

const struct collector interrupts = {
	.name = "interrupts",
	.help = "Interrupts by CPU.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.interrupts.name-include", TEXT, &filter.include,
		    "Interrupts to export, as a regular expression for \"type;info;devices\"." },
		{ "collector.interrupts.name-exclude", TEXT, &filter.exclude,
		    "Interrupts to leave out, as a regular expression for \"type;info;devices\"." },
		{ "collector.interrupts.include-zeros", SWITCH, &with_zeros, "Export those that a CPU never had, too." },
		{ 0 },
	},
	.filters = { &filter },
};
