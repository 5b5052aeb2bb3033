/* Memory: bytes that grow, cleared and used again, not freed; and allocation whose failure ends the process. */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>
#include <stdint.h>

/* How many elements an array has. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

struct buf {
	char *data;
	size_t size, room;
};

/* Makes room for more bytes behind the present ones and returns where they go; the size stays. */
char *buf_reserve(struct buf *b, size_t more);

/* Append bytes; a text without its NUL; what printf would print, with a NUL behind the end. */
void buf_add(struct buf *b, const void *bytes, size_t size);
void buf_text(struct buf *b, const char *text);
void buf_print(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends a text with its NUL and returns where it begins. */
uint32_t buf_keep(struct buf *b, const char *text);

/* Gives the memory back; the buffer is empty and can be used again. */
void buf_free(struct buf *b);

/* realloc, calloc of one and strdup that do not fail. */
void *must_realloc(void *old, size_t size);
void *must_zero(size_t size);
char *must_copy(const char *text);

/* The array, moved if need be to have room for more than n elements of this size. *room is how many it has room for. */
void *must_grow(void *array, size_t n, size_t *room, size_t size);

/* Where in an array, whose n elements are in order, the key is or would be; compare is as for bsearch. */
size_t array_place(const void *key, const void *array, size_t n, size_t size,
    int (*compare)(const void *key, const void *element));

#endif
