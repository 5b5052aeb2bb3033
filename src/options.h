/* The command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Sets all flags. Ends the process after --help, --version, or a message about what is wrong. */
void options_parse(int argc, char **argv);

/* True if --collector.NAME holds for collectors[i]. */
bool options_enabled(size_t i);

extern bool options_once;               /* --once: print one page and exit */
extern const char *options_path;        /* which page that is */

#endif
