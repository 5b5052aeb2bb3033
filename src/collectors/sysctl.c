/* /proc/sys: the kernel's parameters that flags ask for, each a file of one or more words. */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_sysctl_info", "Always 1; a word of a kernel parameter." },
	{ 0 },
};

static struct flag_list numbers, infos;

enum {
	READ_MAX = 128,                 /* node_exporter reads no more of a file */
	WORDS_MAX = READ_MAX / 2,
	NAME_SIZE = 128,
};

/* A parameter: its name and keys as the flag has them, and its words. */
struct parameter {
	char name[NAME_SIZE], keys[4 * NAME_SIZE];
	char *words[WORDS_MAX];
	size_t n;
};

/* "kernel.threads-max", or "fs.file-nr:allocated,free,max" with a key for each word. */
static int
read_parameter(struct parameter *a, const char *wanted)
{
	int n = (int)strcspn(wanted, ":");
	char path[sizeof a->name + sizeof "sys/"], *text, *word;

	a->n = 0;
	snprintf(a->name, sizeof a->name, "%.*s", n, wanted);
	snprintf(a->keys, sizeof a->keys, "%s", wanted[n] == '\0' ? "" : wanted + n + 1);
	snprintf(path, sizeof path, "sys/%s", a->name);
	for (char *dot = path; (dot = strchr(dot, '.')) != NULL;)
		*dot = '/';
	if ((text = place_read(place(PROC), path)) == NULL)
		return -errno;
	text[strnlen(text, READ_MAX)] = '\0';
	while (a->n < WORDS_MAX && (word = text_word(&text, " \t\n")) != NULL)
		a->words[a->n++] = word;
	return a->n == 0 ? -EINVAL : 0;
}

static uint32_t
index_row(struct page *p, size_t i)
{
	char name[24];

	snprintf(name, sizeof name, "%zu", i);
	return page_row_of(p, "index", name);
}

static void
add(struct page *p, struct parameter *a, const char *key, uint32_t row, double value)
{
	char name[2 * sizeof a->name + sizeof "node_sysctl__"];

	snprintf(name, sizeof name, "node_sysctl_%s%s%.*s", text_name(a->name), *key == '\0' ? "" : "_", NAME_SIZE,
	    key);
	page_add(p, page_metric(p, UNTYPED, ONE, text_name(name), "A parameter of the kernel, in /proc/sys."), row,
	    value);
}

static size_t
count_keys(const char *keys)
{
	size_t n = *keys != '\0';

	for (; *keys != '\0'; keys++)
		n += *keys == ',';
	return n;
}

static int
add_numbers(struct page *p, const char *wanted)
{
	struct parameter a;
	double values[WORDS_MAX];
	int err = read_parameter(&a, wanted);
	size_t n_keys = count_keys(a.keys);
	char *keys = a.keys;

	if (err == 0 && n_keys > 0 && (a.n == 1 || a.n != n_keys))
		err = -EINVAL;
	for (size_t i = 0; i < a.n && err == 0; i++)
		if (!text_integer(a.words[i], &values[i]))
			err = -EINVAL;
	for (size_t i = 0; i < a.n && err == 0; i++)
		add(p, &a, n_keys > 0 ? text_field(&keys, ',') : "", n_keys == 0 && a.n > 1 ? index_row(p, i) : 0,
		    values[i]);
	return err;
}

static int
add_info(struct page *p, const char *wanted)
{
	struct parameter a;
	int err = read_parameter(&a, wanted);
	char number[24];

	if (err == 0 && a.keys[0] != '\0')
		err = -EINVAL;
	for (size_t i = 0; i < a.n && err == 0; i++) {
		snprintf(number, sizeof number, "%zu", i);
		page_add(p, &metrics[0], page_row(p, LABELS(
			{ "index", number }, { "name", a.name }, { "value", a.words[i] }
		)), 1);
	}
	return err;
}

/* One that fails costs only itself; the first of them is blamed. */
static int
add_each(struct page *p, const struct flag_list *list, int (*add_one)(struct page *p, const char *wanted))
{
	int err = 0, result = 0;

	for (unsigned i = 0; i < list->n; i++)
		if ((err = add_one(p, list->items[i])) != 0) {
			place_blame();
			result = result != 0 ? result : err;
		}
	return result;
}

static int
update(const struct scope *s, struct page *p)
{
	int of_numbers = add_each(p, &numbers, add_numbers), of_infos = add_each(p, &infos, add_info);

	(void)s;
	return of_numbers != 0 ? of_numbers : of_infos;
}

const struct collector sysctl = {
	.name = "sysctl",
	.help = "Parameters of the kernel, node_sysctl_* for those asked for.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.sysctl.include", LIST, &numbers,
		    "A parameter to export as numbers: NAME, or NAME:KEY,KEY with a key for each. Repeatable." },
		{ "collector.sysctl.include-info", LIST, &infos,
		    "A parameter to export as labels of node_sysctl_info. Repeatable." },
		{ 0 },
	},
};
