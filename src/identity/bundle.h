/* JSON that container runtimes leave on disk, and the names in it. */
#ifndef BUNDLE_H
#define BUNDLE_H

#include <stddef.h>

#include <jansson.h>

#include "identity.h"

/* What a runtime wrote of the container of this id, as far as it is parsed, and the path below the node's root where that was found. */
struct record {
	const json_t *document;
	const char *path, *id;
};

/* A runtime, by the files in which it names its containers. */
struct runtime {
	const char *const *paths;       /* below the node's root, %s is the id; NULL behind the last */
	const char *member;             /* of the file's object, which alone is parsed; NULL: all of it is */
	/* Fills in what the record says; nothing if it is none of this runtime's. */
	void (*names)(const struct record *r, struct identity *who);
};

extern const struct runtime containerd, crio, docker, podman;

/* The same from /var/log/containers, which the kubelet fills for every runtime and anyone may list. */
bool varlog_find(const char *id, struct identity *who);

/* A string of an object, and the member of struct identity that it is for. */
struct key {
	const char *key;
	size_t member;
};

/*
 * Parses a file below the node's root; with member only that of its object, which saves nine tenths of the time on a
 * bundle. 0, or -errno: -EBADMSG for what is not JSON or too deep.
 */
int bundle_read(const char *path, const char *member, json_t **document);

/* Where the member begins that is called so, and its length; NULL if the text is no object that has one. */
const char *bundle_member(const char *text, size_t size, const char *member, size_t *length);

/* NULL for what is not JSON or too deep. */
json_t *bundle_parse(const char *text, size_t size);

/* The string of this key; NULL if there is none, or an empty or an overlong one. */
const char *bundle_string(const json_t *object, const char *key);

/* Copies the strings of an object to their members. The first key of a member wins; NULL ends the keys. */
void bundle_names(const json_t *object, const struct key *keys, struct identity *who);

/* An image as a user writes it, in full: nginx is docker.io/library/nginx:latest. On the heap. */
char *containerd_image(const char *image);

/* The image of the sandbox whose bundle has this path, by its containerd's configuration. On the heap, or NULL. */
char *containerd_pause(const char *bundle);

/* The same from the text of a configuration, which is cut. */
char *containerd_pause_in(char *text);

#endif
