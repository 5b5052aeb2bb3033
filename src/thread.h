/* Threads, which run until the process ends. */
#ifndef THREAD_H
#define THREAD_H

/* Starts one. Ends the process, after a message, if it cannot be had. */
void thread_start(void *(*run)(void *));

#endif
