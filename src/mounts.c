/* The node's mounts, from /proc/1/mountinfo, and the questions to them. proc_pid_mountinfo(5) */
#include "mounts.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "place.h"
#include "text.h"

/* File systems whose answer depends on a server or a process; autofs may have to mount something first. */
static const char *const remote_types[] = {
	"9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "fuseblk", "gfs", "gfs2", "glusterfs",
	"gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb3", "smbfs", "virtiofs", "vboxsf",
};

enum { HASHES = 512 };

static struct buf lines, paths;
static struct mount *mounts;
static struct question *questions;
static size_t n_mounts, room_mounts, n_questions, room_questions;
static uint32_t heads[HASHES];          /* of mounts by their points, as place + 1 */
static char **remote_ids;               /* what is mounted on these is reached only through them */
static size_t n_remote_ids, room_remote_ids;

/* Decodes \ooo, in place or not: all of them, or those that labels decode. */
static void
unescape(char *out, const char *in, bool all)
{
	char c;

	while (*in != '\0') {
		if (*in == '\\' && strspn(in + 1, "01234567") >= 3) {
			c = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
			if (c == ' ' || c == '\t' || (all && c != '\0')) {
				*out++ = c;
				in += 4;
				continue;
			}
		}
		*out++ = *in++;
	}
	*out = '\0';
}

/* A mount point as the node sees it: from a pod, what is below the mounted root. */
static char *
without_root(char *point)
{
	static char root[] = "/";
	size_t n = strlen(place_path(ROOT));

	if (n == 0 || !text_starts(point, place_path(ROOT)) || (point[n] != '/' && point[n] != '\0'))
		return point;
	return point[n] == '\0' ? root : point + n;
}

static bool
cut(struct mount *m, char *line)
{
	char *field;

	m->id = text_field(&line, ' ');
	m->parent = text_field(&line, ' ');
	m->minor = text_field(&line, ' ');
	text_field(&line, ' ');
	m->point = text_field(&line, ' ');
	m->options = text_field(&line, ' ');
	while ((field = text_field(&line, ' ')) != NULL && strcmp(field, "-") != 0)
		;
	m->type = text_field(&line, ' ');
	m->device = text_field(&line, ' ');
	m->super_options = text_field(&line, ' ');
	if (m->super_options == NULL)
		return false;
	m->major = text_field(&m->minor, ':');
	if (m->minor == NULL)
		return false;
	unescape(m->point, m->point, false);
	m->point = without_root(m->point);
	return true;
}

/* True if an answer may never come, from this file system or from one that it is mounted on. */
static bool
is_remote(const struct mount *m)
{
	bool found = text_starts(m->type, "fuse.");

	for (size_t i = 0; !found && i < COUNT(remote_types); i++)
		found = strcmp(m->type, remote_types[i]) == 0;
	for (size_t i = 0; !found && i < n_remote_ids; i++)
		found = strcmp(m->parent, remote_ids[i]) == 0;
	if (found) {
		remote_ids = must_grow(remote_ids, n_remote_ids, &room_remote_ids, sizeof *remote_ids);
		remote_ids[n_remote_ids++] = m->id;
	}
	return found;
}

static uint32_t *
head_of(const char *point)
{
	uint32_t hash = 2166136261;

	for (; *point != '\0'; point++)
		hash = (hash ^ (unsigned char)*point) * 16777619;
	return &heads[hash % HASHES];
}

/* Keeps a mount, unless it is one once more. */
static void
keep(struct mount *m, bool far)
{
	uint32_t *head = head_of(m->point);
	const struct mount *other;

	m->question = n_questions;
	for (uint32_t i = *head; i != 0; i = other->next) {
		other = &mounts[i - 1];
		if (strcmp(m->point, other->point) != 0)
			continue;
		m->question = other->question;
		if (strcmp(m->device, other->device) != 0 || strcmp(m->type, other->type) != 0)
			continue;
		m->again = true;
		if (strcmp(m->major, other->major) == 0 && strcmp(m->minor, other->minor) == 0)
			return;
	}
	if (m->question == n_questions) {
		questions = must_grow(questions, n_questions, &room_questions, sizeof *questions);
		questions[n_questions++] = (struct question){ .path = m->point };
	}
	questions[m->question].far |= far;
	m->next = *head;
	mounts = must_grow(mounts, n_mounts, &room_mounts, sizeof *mounts);
	mounts[n_mounts++] = *m;
	*head = (uint32_t)n_mounts;
}

static int
cut_all(char *at, bool (*take)(const struct mount *))
{
	struct mount m;
	char *line;
	bool far;
	int err = 0;

	n_mounts = n_questions = n_remote_ids = 0;
	memset(heads, 0, sizeof heads);
	while ((line = text_line(&at)) != NULL) {
		m = (struct mount){ 0 };
		if (!cut(&m, line)) {
			err = -EINVAL;
			continue;
		}
		far = is_remote(&m);
		if (take(&m))
			keep(&m, far);
	}
	return err;
}

/* From mount points to paths, which are found below the place of the node's root. */
static void
find_paths(void)
{
	size_t root = strlen(place_path(ROOT)), need = 0;
	char *path;

	for (size_t i = 0; i < n_questions; i++)
		need += root + strlen(questions[i].path) + 1;
	paths.size = 0;
	path = buf_reserve(&paths, need);
	for (size_t i = 0; i < n_questions; i++) {
		unescape(mempcpy(path, place_path(ROOT), root), questions[i].path, true);
		questions[i].path = path;
		path += strlen(path) + 1;
	}
}

enum { PATIENCE = 1000 };               /* milliseconds that a scrape waits for file systems that do not answer */

int
mounts_read(bool (*take)(const struct mount *), const struct mount **list, size_t *n)
{
	int err = (int)place_read_to(place(PROC), "1/mountinfo", &lines);

	*n = 0;
	if (err == -ENOENT)
		err = (int)place_read_to(place(PROC), "self/mountinfo", &lines);
	if (err <= 0)
		return err == 0 ? -EINVAL : err;
	err = cut_all(lines.data, take);
	find_paths();
	statfs_ask(questions, n_questions, PATIENCE);
	*list = mounts;
	*n = n_mounts;
	return err;
}

const struct question *
mounts_answer(const struct mount *m)
{
	return &questions[m->question];
}
