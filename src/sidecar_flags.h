/* What the flags of the sidecar say. */
#ifndef SIDECAR_FLAGS_H
#define SIDECAR_FLAGS_H

/* By flag, else by the environment that the downward API sets; "" where unknown. */
const char *sidecar_namespace(void);
const char *sidecar_pod(void);

/* The name given to the container of this id in which a process has this command name; NULL: none. For any thread. */
const char *sidecar_given_name(const char *command, const char *id);

/* Which process has to end for us to end too, "" for none, and the most seconds that we stay then. */
extern const char *sidecar_exit_with;
extern double sidecar_exit_grace;

#endif
