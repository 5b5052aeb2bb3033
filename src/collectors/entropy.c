/* The kernel's random number generator. */
#include "../collector.h"

static const struct metric available[] = {
	{ NULL, GAUGE, ONE, "node_entropy_available_bits", "Entropy in the kernel's pool." },
};

static const struct metric size[] = {
	{ NULL, GAUGE, ONE, "node_entropy_pool_size_bits", "Size of the kernel's entropy pool." },
};

const struct collector entropy = {
	.name = "entropy",
	.help = "Entropy of the random number generator.",
	.tables = (const struct table[]){
		{ PROC, "sys/kernel/random/entropy_avail", single, available, COUNT(available) },
		{ PROC, "sys/kernel/random/poolsize", single, size, COUNT(size) },
		{ 0 },
	},
};
