/* --exit-with: the end of another process is ours too, so that the pod of a Job completes. */
#ifndef SIDECAR_EXIT_H
#define SIDECAR_EXIT_H

/* Follows that process, if the flag names one. Sends SIGTERM to ourselves after its end and one more scrape. */
void sidecar_exit_start(void);

/* A whole page was sent for a request that began at that moment of clock_now. */
void sidecar_exit_scraped(double begun);

#endif
