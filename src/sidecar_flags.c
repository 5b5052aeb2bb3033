/* Flags of the sidecar. */
#include "sidecar_flags.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "sidecar.h"
#include "sidecar_process.h"
#include "text.h"

static const char *mode = "node", *pod, *namespace;
static struct flag_list names;

const char *sidecar_exit_with = "";
double sidecar_exit_grace = 60;

const struct flag sidecar_flags[] = {
	{ "mode", TEXT, &mode, "node, or sidecar: the containers of the pod that this one is in, and nothing else." },
	{ "pod.name", TEXT, &pod, "In sidecar mode the name of the pod.", "$POD_NAME" },
	{ "pod.namespace", TEXT, &namespace, "In sidecar mode the namespace of the pod.", "$POD_NAMESPACE" },
	{ "container.names", LIST, &names,
	    "NAME=GLOB: in sidecar mode the name of the container whose id, or a process's command name, matches. "
	    "Repeatable.",
	    "as kubelet's mounts say, else by process" },
	{ "exit-with", TEXT, &sidecar_exit_with,
	    "In sidecar mode a container, or a process by its command name, with whose end this one ends." },
	{ "exit-grace", DURATION, &sidecar_exit_grace, "How long to wait then for one last scrape.", "60s" },
	{ 0 },
};

bool
sidecar_is_on(void)
{
	return strcmp(mode, "sidecar") == 0;
}

const char *
sidecar_wrong_flag(const char **wanted)
{
	*wanted = "node or sidecar is wanted";
	if (!sidecar_is_on() && strcmp(mode, "node") != 0)
		return flag_name(&mode);
	*wanted = "is for --mode=sidecar alone";
	if (*sidecar_exit_with != '\0' && !sidecar_is_on())
		return flag_name(&sidecar_exit_with);
	*wanted = "NAME=GLOB is wanted, with a name of 1 to 63 characters";
	for (unsigned i = 0; i < names.n; i++)
		if (strcspn(names.items[i], "=") == 0 || strcspn(names.items[i], "=") > SIDECAR_NAME ||
		    strchr(names.items[i], '=') == NULL)
			return flag_name(&names);
	return NULL;
}

static const char *
flag_or_environment(const char *flag, const char *variable)
{
	const char *value = flag != NULL ? flag : getenv(variable);

	return value != NULL ? value : "";
}

const char *
sidecar_namespace(void)
{
	return flag_or_environment(namespace, "POD_NAMESPACE");
}

const char *
sidecar_pod(void)
{
	return flag_or_environment(pod, "POD_NAME");
}

const char *
sidecar_given_name(const char *command, const char *id)
{
	static _Thread_local char name[SIDECAR_NAME + 1];

	for (unsigned i = 0; i < names.n; i++) {
		const char *glob = strchr(names.items[i], '=') + 1;

		if (fnmatch(glob, command, 0) != 0 && (*id == '\0' || fnmatch(glob, id, 0) != 0))
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(glob - 1 - names.items[i]), names.items[i]);
		return name;
	}
	return NULL;
}
