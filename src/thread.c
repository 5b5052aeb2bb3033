/* Threads. */
#include "thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

void
thread_start(void *(*run)(void *))
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, run, NULL);

	if (err != 0) {
		log_line(LOG_ERROR, "cannot start a thread", "err", strerror(err), NULL);
		_Exit(1);
	}
	pthread_detach(thread);
}
