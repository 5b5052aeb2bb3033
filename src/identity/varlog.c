/* The kubelet's links: /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log to .../NAMESPACE_POD_UID/CONTAINER/0.log. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../buf.h"
#include "../file.h"
#include "../place.h"
#include "../text.h"
#include "bundle.h"

/* A name that would be longer than a file's may be is cut, and with it the id; this much of one is enough. */
enum { ID_SIZE = 64, ID_PART = 12 };

static struct buf links;                /* their names, each with its NUL */
static struct stat listed;              /* the directory as it was then */

static bool
is_listed(const struct stat *now)
{
	return now->st_ino == listed.st_ino && now->st_dev == listed.st_dev &&
	    memcmp(&now->st_mtim, &listed.st_mtim, sizeof now->st_mtim) == 0;
}

/* A link that is made in the tick of the last change leaves the time as it is: then the list is not for long. */
static void
list(int dir)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again < 0 ? NULL : fdopendir(again);
	struct timespec tick;
	struct dirent *entry;

	if (stream == NULL)
		return;
	links.size = 0;
	fstat(dir, &listed);
	clock_gettime(CLOCK_REALTIME_COARSE, &tick);
	while ((entry = readdir(stream)) != NULL)
		buf_keep(&links, entry->d_name);
	closedir(stream);
	if (listed.st_mtim.tv_sec > tick.tv_sec ||
	    (listed.st_mtim.tv_sec == tick.tv_sec && listed.st_mtim.tv_nsec >= tick.tv_nsec))
		listed = (struct stat){ 0 };
}

static bool
is_link_of(const char *link, const char *id)
{
	const char *dash = strrchr(link, '-');
	size_t n = dash != NULL ? strcspn(++dash, ".") : 0;

	return (n == ID_SIZE || (n >= ID_PART && strlen(link) == NAME_MAX)) && strncmp(dash, id, n) == 0 &&
	    strcmp(dash + n, ".log") == 0;
}

static const char *
link_of(const char *id)
{
	for (size_t at = 0; at < links.size; at += strlen(links.data + at) + 1)
		if (is_link_of(links.data + at, id))
			return links.data + at;
	return NULL;
}

static char *
copy_or_null(const char *text)
{
	return text != NULL && *text != '\0' ? must_copy(text) : NULL;
}

static bool
names_in_target(char *target, struct identity *who)
{
	char *log = strrchr(target, '/'), *container, *pod;

	if (log == NULL)
		return false;
	*log = '\0';
	container = strrchr(target, '/');
	if (container == NULL)
		return false;
	*container++ = '\0';
	pod = strrchr(target, '/');
	pod = pod != NULL ? pod + 1 : target;
	if (strchr(pod, '_') == NULL)
		return false;
	who->namespace = copy_or_null(text_field(&pod, '_'));
	who->pod = copy_or_null(text_field(&pod, '_'));
	who->uid = copy_or_null(text_field(&pod, '_'));
	who->container = copy_or_null(container);
	return true;
}

static void
names_in_link(const char *link, struct identity *who)
{
	char *copy = must_copy(link), *at = copy;

	*strrchr(copy, '-') = '\0';
	who->pod = copy_or_null(text_field(&at, '_'));
	who->namespace = copy_or_null(text_field(&at, '_'));
	who->container = copy_or_null(text_field(&at, '_'));
	free(copy);
}

bool
varlog_find(const char *id, struct identity *who)
{
	int dir = file_open_inside(place(ROOT)->dir, "var/log/containers", O_RDONLY | O_DIRECTORY);
	char target[PATH_MAX];
	const char *link;
	struct stat st;
	ssize_t n;

	if (dir < 0)
		return false;
	if (fstat(dir, &st) != 0 || !is_listed(&st))
		list(dir);
	link = link_of(id);
	if (link != NULL) {
		n = readlinkat(dir, link, target, sizeof target - 1);
		target[n > 0 ? n : 0] = '\0';
		if (!names_in_target(target, who))
			names_in_link(link, who);
	}
	close(dir);
	return link != NULL;
}
