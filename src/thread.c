/* Threads. */
#include "thread.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* What the calls from here need stays. */
void
thread_trim_stack(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), kept = ((uintptr_t)__builtin_frame_address(0) & -page) - page;
	pthread_attr_t attr;
	void *bottom;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	if (pthread_attr_getstack(&attr, &bottom, &size) == 0 && kept > (uintptr_t)bottom)
		madvise(bottom, kept - (uintptr_t)bottom, MADV_DONTNEED);
	pthread_attr_destroy(&attr);
}
