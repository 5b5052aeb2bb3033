/* docs/metrics.md, from the tables. */
#ifndef DOCS_H
#define DOCS_H

/* Prints every collector with its flags and families as Markdown. */
void docs_print(void);

#endif
