/* Types of file systems. What depends on others, a server or a process, may not answer at all; no other may block us. */
#ifndef FSTYPE_H
#define FSTYPE_H

#include <stdbool.h>

/* True for one that answers from memory or from a disk of the machine. By its name, as mountinfo has it. */
bool fstype_is_local(const char *name);

/* The same by f_type of statfs(2), for those that runtimes keep their files on. */
bool fstype_is_local_magic(long magic);

/* True for a local one whose space containers can take: of a union like overlay the figures are nobody's disk. */
bool fstype_is_storage(const char *name);

#endif
