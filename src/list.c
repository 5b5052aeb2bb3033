/* The collectors, from collectors/list.h. */
#include "collector.h"

#define COLLECTOR(name) extern const struct collector name;
#include "collectors/list.h"
#undef COLLECTOR

#define COLLECTOR(name) &name,
const struct collector *const collectors[] = {
#include "collectors/list.h"
};

const size_t n_collectors = COUNT(collectors);
