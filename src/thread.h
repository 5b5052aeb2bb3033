/* Threads, which run until the process ends. */
#ifndef THREAD_H
#define THREAD_H

/* Starts one. Ends the process, after a message, if it cannot be had. */
void thread_start(void *(*run)(void *));

/* Gives back the memory that this thread's stack took when it was deeper than it is. */
void thread_trim_stack(void);

#endif
