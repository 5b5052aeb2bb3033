/* What cannot be seen from inside a pod: once in the log, and on the landing page. */
#ifndef SIDECAR_UNSEEN_H
#define SIDECAR_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>

enum unseen { NODE_ITSELF, ALONE, OUT_OF_REACH, NO_V2, NAMELESS, HOST_NETWORK, UNSEEN };

/* That it cannot be seen holds or does not. The log has it once, with key=value unless key is NULL. */
void sidecar_note(enum unseen what, bool holds, const char *key, const char *value);

/* What holds now, as sentences; NULL behind the last one. For any thread. */
const char *sidecar_unseen(size_t i);

#endif
