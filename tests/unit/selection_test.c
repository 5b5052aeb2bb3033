/* Which collectors a page has, and what of them a query asks for. */
#include "selection.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "collector.h"

TestSuite(selection, .init = selection_prepare);

Test(selection, find)
{
	cr_expect_eq(selection_find(NODE_PAGE, "nonsense"), -ENOENT);
	cr_expect_eq(selection_find(CONTAINERS_PAGE, "vmstat"), -ENOENT);
	cr_expect_geq(selection_find(CONTAINERS_PAGE, "container.cpu"), 0);
	cr_expect(selection_known_elsewhere("vmstat") && selection_known_elsewhere("ntp"));
	cr_expect_not(selection_known_elsewhere("container.cpu") || selection_known_elsewhere(""));
	for (size_t i = 0; i < n_collectors; i++)
		if (collectors[i]->off)
			cr_expect_eq(selection_find(collectors[i]->over == NODE ? NODE_PAGE : CONTAINERS_PAGE,
			    collectors[i]->name), -ENODEV);
}

Test(selection, all_of_a_page)
{
	for (size_t i = 0; i < n_collectors; i++) {
		const struct collector *c = collectors[i];

		cr_expect_eq(selection_all(NODE_PAGE)->on[i], c->over == NODE && !c->off, "%s", c->name);
		cr_expect_eq(selection_all(RESOURCE_PAGE)->on[i], c->over == RESOURCE && !c->off, "%s", c->name);
		cr_expect_eq(selection_all(CONTAINERS_PAGE)->on[i],
		    c->over != NODE && c->over != RESOURCE && c->over != PROCESSES_OF_POD && !c->off, "%s", c->name);
	}
}

static size_t
count(const struct selection *s)
{
	size_t n = 0;

	for (size_t i = 0; i < n_collectors; i++)
		n += s->on[i];
	return n;
}

Test(selection, asked)
{
	size_t all = count(selection_all(NODE_PAGE));
	struct asked a;

	selection_asked(NODE_PAGE, "", &a);
	cr_expect(count(&a.selection) == all && !a.part && a.error[0] == '\0');
	selection_asked(NODE_PAGE, "collect[]=loadavg&collect%5B%5D=%75name&other=1", &a);
	cr_expect(count(&a.selection) == 2 && a.part && a.error[0] == '\0');
	cr_expect(a.selection.on[selection_find(NODE_PAGE, "uname")]);
	selection_asked(NODE_PAGE, "exclude[]=loadavg&exclude[]=ksmd&exclude[]=ntp", &a);
	cr_expect(count(&a.selection) == all - 1 && !a.part && a.error[0] == '\0');
	cr_expect_not(a.selection.on[selection_find(NODE_PAGE, "loadavg")]);
}

Test(selection, asked_wrongly)
{
	static const struct {
		const char *query, *error;
	} cases[] = {
		{ "collect[]=bogus&collect[]=ksmd", "missing collector: bogus" },
		{ "collect[]=ksmd", "disabled collector: ksmd" },
		{ "exclude[]=a%0a%ff", "missing collector: a??" },
		{ "exclude[]=loadavg&collect[]=loadavg", "Combined collect and exclude queries are not allowed." },
	};
	static char longer[8192];
	struct asked a;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		selection_asked(NODE_PAGE, cases[i].query, &a);
		cr_expect_str_eq(a.error, cases[i].error);
	}
	memset(longer, 'a', sizeof longer - 1);
	selection_asked(NODE_PAGE, longer, &a);
	cr_expect_str_eq(a.error, "The query is too long.");
}
