/* The node's mounts, from /proc/1/mountinfo, and what statfs(2) says of each. proc_pid_mountinfo(5) */
#include "../collector.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "../statfs.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_filesystem_device_error", "1 if the file system could not be asked." },
	{ NULL, GAUGE, ONE, "node_filesystem_readonly", "1 if the file system is mounted read-only." },
	{ NULL, GAUGE, ONE, "node_filesystem_size_bytes", "Size of the file system." },
	{ NULL, GAUGE, ONE, "node_filesystem_free_bytes", "Free space, including what is reserved for root." },
	{ NULL, GAUGE, ONE, "node_filesystem_avail_bytes", "Free space that is not reserved for root." },
	{ NULL, GAUGE, ONE, "node_filesystem_files", "Inodes." },
	{ NULL, GAUGE, ONE, "node_filesystem_files_free", "Free inodes." },
	{ NULL, GAUGE, ONE, "node_filesystem_purgeable_bytes", "Always 0: Linux has no such space." },
	{ NULL, GAUGE, ONE, "node_filesystem_mount_info", "Device numbers of the mount." },
	{ 0 },
};

enum { DEVICE_ERROR, READONLY, SIZE, MOUNT_INFO = 8 };

/* File systems whose answer depends on a server or a process; autofs may have to mount something first. */
static const char *const remote_types[] = {
	"9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "fuseblk", "gfs", "gfs2", "glusterfs",
	"gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb3", "smbfs", "virtiofs", "vboxsf",
};

static const char default_points[] =
    "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)";
static const char default_types[] =
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|"
    "proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$";

static struct filter points = { .exclude = default_points, .flag = "collector.filesystem.mount-points" };
static struct filter types = { .exclude = default_types, .flag = "collector.filesystem.fs-types" };

/* A line of mountinfo, cut. */
struct mount {
	char *id, *parent, *major, *minor, *point, *options, *type, *device, *super_options;
	size_t question;                /* mounts on the same point share one */
	bool again;                     /* as a mount before it, but for the device's numbers */
	uint32_t next;                  /* with the same hash, as place + 1 */
};

enum { HASHES = 512 };

static struct buf lines, paths;
static struct mount *mounts;
static struct question *questions;
static size_t n_mounts, room_mounts, n_questions, room_questions;
static uint32_t heads[HASHES];          /* of mounts by their points, as place + 1 */
static char **remote_ids;               /* what is mounted on these is reached only through them */
static size_t n_remote_ids, room_remote_ids;

static void
prepare(void)
{
	filter_prepare(&points, default_points);
	filter_prepare(&types, default_types);
}

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
read_mounts(char *at)
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
		if (filter_takes(&points, m.point) && filter_takes(&types, m.type))
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

static bool
has_option(const char *options, const char *option)
{
	size_t n = strlen(option);

	for (; options != NULL; options = strchr(options, ',') == NULL ? NULL : strchr(options, ',') + 1)
		if (strncmp(options, option, n) == 0 && (options[n] == ',' || options[n] == '\0'))
			return true;
	return false;
}

static bool
is_readonly(const struct mount *m)
{
	return has_option(m->options, "ro") || has_option(m->super_options, "ro") ||
	    has_option(m->super_options, "emergency_ro");
}

/* What label device_error says. */
static const char *
error_of(const struct question *q)
{
	static char text[80];

	if (!q->answered)
		return "mountpoint timeout";
	if (q->err == 0)
		return "";
	strncpy(text, strerror(-q->err), sizeof text - 1);
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

static void
add_sizes(struct page *p, const struct statfs *fs, uint32_t row)
{
	const double block = (double)fs->f_bsize;
	const double values[] = {
		(double)fs->f_blocks * block, (double)fs->f_bfree * block, (double)fs->f_bavail * block,
		(double)fs->f_files, (double)fs->f_ffree, 0,
	};

	for (size_t i = 0; i < COUNT(values); i++)
		page_add(p, &metrics[SIZE + i], row, values[i]);
}

static void
add(struct page *p, const struct mount *m)
{
	const struct question *q = &questions[m->question];
	const char *error = error_of(q);
	uint32_t row;

	if (!m->again) {
		row = page_row(p, LABELS(
			{ "device", m->device },
			{ "device_error", error },
			{ "fstype", m->type },
			{ "mountpoint", m->point }
		));
		page_add(p, &metrics[DEVICE_ERROR], row, *error != '\0');
		page_add(p, &metrics[READONLY], row, is_readonly(m));
		if (*error == '\0')
			add_sizes(p, &q->fs, row);
	}
	if (*error == '\0')
		page_add(p, &metrics[MOUNT_INFO], page_row(p, LABELS(
			{ "device", m->device },
			{ "major", m->major },
			{ "minor", m->minor },
			{ "mountpoint", m->point }
		)), 1);
}

enum { PATIENCE = 1000 };               /* milliseconds that a scrape waits for file systems that do not answer */

static int
update(const struct scope *s, struct page *p)
{
	int err = (int)place_read_to(place(PROC), "1/mountinfo", &lines);

	(void)s;
	if (err == -ENOENT)
		err = (int)place_read_to(place(PROC), "self/mountinfo", &lines);
	if (err <= 0)
		return err == 0 ? -EINVAL : err;
	err = read_mounts(lines.data);
	find_paths();
	statfs_ask(questions, n_questions, PATIENCE);
	for (size_t i = 0; i < n_mounts; i++)
		add(p, &mounts[i]);
	return err;
}

static const char *unused;              /* a scrape waits as it has to, not as it is told to */

#define POINTS "collector.filesystem.mount-points"
#define TYPES "collector.filesystem.fs-types"

const struct collector filesystem = {
	.name = "filesystem",
	.help = "Size and state of mounted file systems.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ POINTS "-exclude", TEXT, &points.exclude, "Mount points to leave out, a regular expression." },
		{ POINTS "-include", TEXT, &points.include, "Mount points to export, a regular expression." },
		{ TYPES "-exclude", TEXT, &types.exclude, "File system types to leave out, a regular expression." },
		{ TYPES "-include", TEXT, &types.include, "File system types to export, a regular expression." },
		{ "collector.filesystem.ignored-mount-points", TEXT, &points.exclude, NULL },
		{ "collector.filesystem.ignored-fs-types", TEXT, &types.exclude, NULL },
		{ "collector.filesystem.mount-timeout", TEXT, &unused, NULL },
		{ "collector.filesystem.stat-workers", TEXT, &unused, NULL },
		{ 0 },
	},
	.prepare = prepare,
};
