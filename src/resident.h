/* Memory that only the start of the program needed. */
#ifndef RESIDENT_H
#define RESIDENT_H

/* Gives it back: pages of the program's own file, which are mapped again as they are used. */
void resident_trim(void);

#endif
