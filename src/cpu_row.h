/* Rows of samples that are of one CPU each: cpu="0", cpu="1", ... */
#ifndef CPU_ROW_H
#define CPU_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "page.h"

/* The row of the i-th CPU; a page makes each once in a collection. */
uint32_t cpu_row(struct page *p, size_t i);

#endif
