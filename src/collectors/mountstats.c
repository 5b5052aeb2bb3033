/*
 * /proc/<pid>/mountstats: what each NFS mount did, a line in tabs for each part of it, the operations last:
 *	device 10.0.0.3:/srv mounted on /srv with fstype nfs4 statvers=1.1
 *		age:	186
 *		xprt:	tcp 702 1 3 0 17 51826 51818 3 94955 21 44 33 62129
 *		per-op statistics
 *			READ: 731 733 1 98024 760411136 12 40316 40355 0
 * fs/nfs/super.c, net/sunrpc/stats.c. The server's address is an option of the mount in mountinfo.
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../mountinfo.h"
#include "../text.h"

#define NFS(type, unit, name, help) { NULL, type, unit, "node_mountstats_nfs_" name, help }
#define EVENT(name, help) NFS(COUNTER, ONE, "event_" name "_total", help)

static const struct metric metrics[] = {
	NFS(GAUGE, ONE, "mountpoint_info", "Where an export is mounted."),
	NFS(COUNTER, ONE, "age_seconds_total", "Time since it was mounted."),

	NFS(COUNTER, ONE, "read_bytes_total", "Bytes read by read()."),
	NFS(COUNTER, ONE, "write_bytes_total", "Bytes written by write()."),
	NFS(COUNTER, ONE, "direct_read_bytes_total", "Bytes read by read() with O_DIRECT."),
	NFS(COUNTER, ONE, "direct_write_bytes_total", "Bytes written by write() with O_DIRECT."),
	NFS(COUNTER, ONE, "total_read_bytes_total", "Bytes that the server sent."),
	NFS(COUNTER, ONE, "total_write_bytes_total", "Bytes that the server was sent."),
	NFS(COUNTER, ONE, "read_pages_total", "Pages read for mapped files."),
	NFS(COUNTER, ONE, "write_pages_total", "Pages written for mapped files."),

	EVENT("inode_revalidate", "Attributes that were asked for again."),
	EVENT("dnode_revalidate", "Names that were looked up again."),
	EVENT("data_invalidate", "Files whose cached data was dropped."),
	EVENT("attribute_invalidate", "Files whose cached attributes were dropped."),
	EVENT("vfs_open", "Opened files and directories."),
	EVENT("vfs_lookup", "Lookups of a name."),
	EVENT("vfs_access", "Permissions that were asked for."),
	EVENT("vfs_update_page", "Pages changed, and perhaps written."),
	EVENT("vfs_read_page", "Reads of one page."),
	EVENT("vfs_read_pages", "Reads of several pages."),
	EVENT("vfs_write_page", "Writes of one page."),
	EVENT("vfs_write_pages", "Writes of several pages."),
	EVENT("vfs_getdents", "Reads of a directory."),
	EVENT("vfs_setattr", "Changes of attributes."),
	EVENT("vfs_flush", "Files flushed, as by close()."),
	EVENT("vfs_fsync", "Files and directories synchronized, as by fsync()."),
	EVENT("vfs_lock", "Attempts to lock a file."),
	EVENT("vfs_file_release", "Files closed for the last time."),
	EVENT("truncation", "Files that were truncated."),
	EVENT("write_extension", "Files that a write made longer."),
	EVENT("silly_rename", "Files removed while they were open, and so renamed."),
	EVENT("short_read", "Reads that brought less than was asked for."),
	EVENT("short_write", "Writes that took less than was given."),
	EVENT("jukebox_delay", "Answers that the server needs more time."),
	EVENT("pnfs_read", "Reads by pNFS."),
	EVENT("pnfs_write", "Writes by pNFS."),

	NFS(COUNTER, ONE, "transport_bind_total", "Times that the client bound a port."),
	NFS(COUNTER, ONE, "transport_connect_total", "Connections made to the server."),
	NFS(GAUGE, ONE, "transport_idle_time_seconds", "Time since the last request."),
	NFS(COUNTER, ONE, "transport_sends_total", "Requests sent."),
	NFS(COUNTER, ONE, "transport_receives_total", "Answers received."),
	NFS(COUNTER, ONE, "transport_bad_transaction_ids_total", "Answers to no request of ours."),
	NFS(COUNTER, ONE, "transport_backlog_queue_total", "Sum over requests of those that waited for a slot."),
	NFS(GAUGE, ONE, "transport_maximum_rpc_slots", "Most slots that were in use at once."),
	NFS(COUNTER, ONE, "transport_sending_queue_total", "Sum over requests of those that waited to be sent."),
	NFS(COUNTER, ONE, "transport_pending_queue_total", "Sum over requests of those that waited for an answer."),

	NFS(COUNTER, ONE, "operations_requests_total", "Requests."),
	NFS(COUNTER, ONE, "operations_transmissions_total", "Requests sent, those sent again too."),
	NFS(COUNTER, ONE, "operations_major_timeouts_total", "Requests given up, or begun again on a hard mount."),
	NFS(COUNTER, ONE, "operations_sent_bytes_total", "Bytes sent, with the headers of RPC."),
	NFS(COUNTER, ONE, "operations_received_bytes_total", "Bytes received, with the headers of RPC."),
	NFS(COUNTER, MILLI, "operations_queue_time_seconds_total", "Time that requests waited to be sent."),
	NFS(COUNTER, MILLI, "operations_response_time_seconds_total", "Time from sending to the answer."),
	NFS(COUNTER, MILLI, "operations_request_time_seconds_total", "Time from the call to its end."),
	{ 0 },
};

/* Where the metrics of a line begin, and how many values it has. */
enum {
	INFO, AGE, BYTES, EVENTS = BYTES + 8, TRANSPORT = EVENTS + 26, OPERATION = TRANSPORT + 10,
	N_BYTES = 8, N_EVENTS = 27, N_TRANSPORT = 13, N_OPERATION = 8, VALUES_MAX = N_EVENTS,
	NO_EVENT = 18,                  /* one of the events is not exported */
	IDLE = 4,                       /* of a transport */
};

/* Those of a transport over TCP. */
static const unsigned char transport_columns[] = { 1, 2, 4, 5, 6, 7, 9, 10, 11, 12 };

/* The numbers of a line, as far as there are values; 0 if one is none. */
static size_t
cut(char *line, uint64_t *values, size_t max)
{
	const char *word;
	size_t n = 0;

	while (n < max && (word = text_word(&line, " \t")) != NULL)
		if (!text_u64(word, 10, &values[n++]))
			return 0;
	return n;
}

/* The kernel may print a time that is less than 0 without its sign; as node_exporter has it. */
static double
time_of(uint64_t n)
{
	return (double)(n % (UINT64_C(1) << 53));
}

static bool
add_values(struct page *p, const struct metric *m, uint32_t row, char *line, size_t n)
{
	uint64_t values[VALUES_MAX];

	if (cut(line, values, n) < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (n != N_EVENTS || i != NO_EVENT) {
			page_add(p, m, row, m->unit == MILLI ? time_of(values[i]) : (double)values[i]);
			m++;
		}
	return true;
}

struct mount {
	const char *export, *address, *point;
	char protocol[8];
};

/* The row of the mount's labels and one more, which stands before or behind the protocol. */
static uint32_t
row_with(struct page *p, const struct mount *m, const char *name, const char *value)
{
	const struct label protocol = { "protocol", m->protocol }, more = { name, value };
	bool last = strcmp(name, protocol.name) > 0;

	return page_row(p, LABELS(
		{ "export", m->export }, { "mountaddr", m->address }, last ? protocol : more, last ? more : protocol
	));
}

/*
 * A line "tcp 702 1 3 ...". UDP lacks three of TCP's values, and before statvers=1.1 both lacked the last three; RDMA
 * has others in their place.
 */
static bool
add_transport(struct page *p, const struct mount *m, unsigned i, char *line)
{
	const char *protocol = text_word(&line, " \t");
	bool udp = protocol != NULL && strcmp(protocol, "udp") == 0;
	bool rdma = protocol != NULL && strcmp(protocol, "rdma") == 0;
	uint64_t values[N_TRANSPORT] = { 0 };
	char number[16];
	uint32_t row;

	if (cut(line, values, udp || rdma ? 10 : N_TRANSPORT) < (udp ? 7 : 10))
		return false;
	if (udp) {
		memmove(&values[5], &values[2], 8 * sizeof *values);
		memset(&values[2], 0, 3 * sizeof *values);
	}
	snprintf(number, sizeof number, "%u", i);
	row = row_with(p, m, "transport", number);
	for (size_t k = 0; k < COUNT(transport_columns); k++) {
		uint64_t n = values[transport_columns[k]];

		page_add(p, &metrics[TRANSPORT + k], row, transport_columns[k] == IDLE ? time_of(n) : (double)n);
	}
	return true;
}

static bool
add_line(struct page *p, uint32_t row, const char *key, char *line)
{
	static const struct {
		const char *key;
		size_t first, n;
	} lines[] = { { "age:", AGE, 1 }, { "bytes:", BYTES, N_BYTES }, { "events:", EVENTS, N_EVENTS } };

	for (size_t i = 0; i < COUNT(lines); i++)
		if (strcmp(lines[i].key, key) == 0)
			return add_values(p, &metrics[lines[i].first], row, line, lines[i].n);
	return true;
}

/* The lines of a mount. One that is not whole costs only itself. */
static int
add_lines(struct page *p, const struct mount *m, char *at)
{
	uint32_t row = page_row(p, LABELS(
		{ "export", m->export }, { "mountaddr", m->address }, { "protocol", m->protocol }
	));
	bool operations = false, good;
	unsigned transports = 0;
	char *line, *key;
	int err = 0;

	while ((line = text_line(&at)) != NULL && (key = text_word(&line, " \t")) != NULL) {
		if (operations) {
			key[strcspn(key, ":")] = '\0';
			good = add_values(p, &metrics[OPERATION], row_with(p, m, "operation", key), line, N_OPERATION);
		} else if (strcmp(key, "xprt:") == 0) {
			good = add_transport(p, m, transports++, line);
		} else {
			good = add_line(p, row, key, line);
			operations = strcmp(key, "per-op") == 0;
		}
		err = good ? err : -EINVAL;
	}
	return err;
}

/* Mounts ----------------------------------------------------------------------------------------------------------- */

struct mounts {
	struct mount *list;
	size_t n, room;
};

static struct mounts known, told;      /* of mountinfo, in its order; and what is on the page already */

static bool
is_nfs(const char *type)
{
	return strcmp(type, "nfs") == 0 || strcmp(type, "nfs4") == 0;
}

static void
keep(struct mounts *all, const struct mount *m)
{
	all->list = must_grow(all->list, all->n, &all->room, sizeof *all->list);
	all->list[all->n++] = *m;
}

static void
read_known(char *at)
{
	struct mountinfo m;
	char *line, *option;

	known.n = 0;
	while ((line = text_line(&at)) != NULL) {
		if (!mountinfo_cut(line, &m))
			continue;
		while ((option = text_word(&m.super_options, ",")) != NULL && !text_starts(option, "addr="))
			;
		keep(&known, &(struct mount){ .address = option == NULL ? "" : option + 5 });
	}
}

/* Whether an export, or its mount point too, was told before: it may be mounted twice, with the same numbers. */
static bool
was_told(const struct mount *m, bool there)
{
	for (const struct mount *t = told.list; t < told.list + told.n; t++)
		if (strcmp(t->export, m->export) == 0 && strcmp(t->address, m->address) == 0 &&
		    strcmp(t->protocol, m->protocol) == 0 && (!there || strcmp(t->point, m->point) == 0))
			return true;
	return false;
}

/* "device EXPORT mounted on POINT with fstype TYPE statvers=1.1"; the protocol is in the lines behind it. */
static bool
read_mount(struct mount *m, char *line, const char *lines, const char *address)
{
	const char *words[9] = { NULL }, *transport = strstr(lines, "xprt:");

	for (size_t i = 0; i < COUNT(words) && (words[i] = text_word(&line, " \t")) != NULL; i++)
		;
	if (words[8] == NULL || !is_nfs(words[7]) || transport == NULL)
		return false;
	transport += 5 + strspn(transport + 5, " \t");
	*m = (struct mount){ .export = words[1], .point = words[4], .address = address };
	snprintf(m->protocol, sizeof m->protocol, "%.*s", (int)strcspn(transport, " \t\n"), transport);
	return true;
}

static int
add_mount(struct page *p, char *at, const char *address)
{
	char *line = text_line(&at);
	struct mount m;
	bool export_told;

	if (line == NULL || !read_mount(&m, line, at, address))
		return 0;
	export_told = was_told(&m, false);
	if (!was_told(&m, true)) {
		page_add(p, &metrics[INFO], row_with(p, &m, "mountpoint", m.point), 1);
		keep(&told, &m);
	}
	return export_told ? 0 : add_lines(p, &m, at);
}

/* Both files have the mounts in one order; as in node_exporter that is all that tells which is which. */
static int
add_mounts(struct page *p, char *at)
{
	const struct mount *m = known.list, *last = known.list + known.n;
	char *end;
	int err, result = 0;

	told.n = 0;
	for (; at != NULL; at = end, m += m < last) {
		if ((end = strstr(at, "\ndevice ")) != NULL)
			*end++ = '\0';
		if ((err = add_mount(p, at, m < last ? m->address : "")) != 0)
			result = err;
	}
	return result;
}

/* The mounts of the node are those of its first process, which only root may see; in a copy those of who made it. */
static int
update(const struct scope *s, struct page *p)
{
	static const char *const processes[] = { "1", "self" };
	static struct buf stats, info;
	char path[32];
	ssize_t size = 0;

	(void)s;
	for (size_t i = 0; i < COUNT(processes); i++) {
		const char *process = processes[place_is_live(PROC) ? i : !i];

		snprintf(path, sizeof path, "%s/mountstats", process);
		if ((size = place_read_to(place(PROC), path, &stats)) < 0)
			continue;
		snprintf(path, sizeof path, "%s/mountinfo", process);
		if ((size = place_read_to(place(PROC), path, &info)) < 0)
			return (int)size;
		read_known(info.data);
		return add_mounts(p, stats.data);
	}
	return (int)size;
}

const struct collector mountstats = {
	.name = "mountstats",
	.help = "What each NFS mount did.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
