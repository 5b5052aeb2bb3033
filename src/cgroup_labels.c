/* Names of containers, and the labels of everything that is exported. */
#include "cgroup_node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "text.h"

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static const char *
or_null(const char *text)
{
	return *text == '\0' ? NULL : text;
}

struct names
cgroup_names(const struct scope *s)
{
	const struct node *n = (const struct node *)s->container;
	const struct identity *pod = n->pod != NULL ? &n->pod->who : &n->who;

	return (struct names){
		.namespace = or_empty(n->who.namespace != NULL ? n->who.namespace : pod->namespace),
		.pod = or_empty(n->who.pod != NULL ? n->who.pod : pod->pod),
		.container = or_empty(n->who.container),
		.is_sandbox = n->who.is_sandbox,
		.is_past = n->tally != NULL && n->tally->newest != s,
	};
}

/* Read too seldom for the file to stay open. */
bool
cgroup_runs(const struct scope *container)
{
	static struct buf text;

	return file_read(container->dir, "cgroup.events", &text) < 0 || text_value(text.data, "populated") != 0;
}

bool
cgroup_pod_runs(const struct scope *pod)
{
	const struct node *p = (const struct node *)pod->container, *n;

	for (size_t i = 0; i < cgroup_nodes.n; i++) {
		n = cgroup_nodes.list[i];
		if (n->pod == p && n->tally != NULL && cgroup_runs(&n->c.scope))
			return true;
	}
	return false;
}

void
cgroup_label(struct node *n)
{
	struct names names = cgroup_names(&n->c.scope);
	const char *name = n->who.name != NULL ? n->who.name : n->id;
	const struct label container = { "container", names.container }, others[] = {
		{ "id", n->path },
		{ "image", or_empty(n->who.image) },
		{ "name", n->c.kind == CGROUP_CONTAINER ? name : "" },
		{ "namespace", names.namespace },
		{ "pod", names.pod },
	};
	struct label labels[1 + CHOSEN_MAX + COUNT(others)] = { container }, *end = labels + 1;

	if (n->pod != NULL)
		chosen_join(&n->who.labels, &n->pod->who.labels);
	if (n->who.labels.n > 0)
		end = mempcpy(end, n->who.labels.list, n->who.labels.n * sizeof *end);
	end = mempcpy(end, others, sizeof others);
	free((void *)(uintptr_t)n->c.scope.labels);
	n->c.scope.labels = labels_new(labels, (size_t)(end - labels));
}

void
cgroup_who(const struct scope *s, struct cgroup_who *who)
{
	const struct node *n = (const struct node *)s->container;
	struct names names = cgroup_names(s);

	*who = (struct cgroup_who){
		.is_pod = n->c.kind == CGROUP_POD,
		.id = n->id,
		.uid = n->pod != NULL ? n->pod->id : NULL,
		.namespace = or_null(names.namespace),
		.pod = or_null(names.pod),
		.container = names.is_sandbox ? NULL : or_null(names.container),
	};
}

/* A pod is called what any of its containers says, and has the labels of its sandbox. */
static void
name_pod(struct node *pod, const struct identity *who)
{
	bool names = pod != NULL && !pod->known && who->pod != NULL;

	if (!names && (pod == NULL || !who->is_sandbox || who->labels.n == 0))
		return;
	if (names) {
		pod->who.namespace = must_copy(or_empty(who->namespace));
		pod->who.pod = must_copy(who->pod);
		pod->known = true;
	}
	if (who->is_sandbox)
		chosen_join(&pod->who.labels, &who->labels);
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_nodes.list[i] == pod || cgroup_nodes.list[i]->pod == pod)
			cgroup_label(cgroup_nodes.list[i]);
}

static void
drop(char **text, const char *same)
{
	if (*text == NULL || (same != NULL && strcmp(*text, same) != 0))
		return;
	free(*text);
	*text = NULL;
}

/* What nobody asks for, and what is told of the node or its pod as well: a thousand containers have much of it. */
static void
thin(struct node *n)
{
	drop(&n->who.uid, NULL);
	drop(&n->who.sandbox, NULL);
	drop(&n->who.name, n->id);
	if (n->pod == NULL || !n->pod->known)
		return;
	drop(&n->who.namespace, n->pod->who.namespace);
	drop(&n->who.pod, n->pod->who.pod);
}

void
cgroup_name_nodes(void)
{
	for (size_t i = 0; i < cgroup_nodes.n; i++) {
		struct node *n = cgroup_nodes.list[i];

		if (n->c.kind != CGROUP_CONTAINER || n->known || !cgroup_due(&n->name))
			continue;
		n->known = identity_find(n->id, &n->who);
		if (n->who.name == NULL)
			continue;
		cgroup_label(n);
		name_pod(n->pod, &n->who);
		cgroup_kills_named(n);
		if (n->known)
			thin(n);
	}
}
