/* Loads for the guest: cgroups, use of the one it runs in, sleepers in many, a command run as a pod's container. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: load cgroup PATH...   make cgroups, those above them too\n"
	"       load burn SECONDS     use the CPU, then sleep\n"
	"       load touch MIB        use anonymous memory, then sleep\n"
	"       load huge PAGES       use so many huge pages, then sleep\n"
	"       load write FILE MIB   write past the page cache\n"
	"       load fork COUNT       sleep in so many processes, or as many as there may be\n"
	"       load threads COUNT    sleep in so many threads\n"
	"       load spawn [awake]    a sleeper for each line \"NETWORK CGROUP\" on stdin, prints \"NETWORK PID CGROUP\":\n"
	"                             the same NETWORK is the same network namespace, host the node's;\n"
	"                             awake: each wakes up once a second\n"
	"       load pod PID COMMAND...   in the network of PID, other namespaces of its own, the node's root on /host,\n"
	"                             user 65532 with CAP_DAC_READ_SEARCH alone\n"
	"       load user PID COMMAND...  the same without any capability\n"
	"       load container USER TYPE COMMAND...  as this user, the cgroup it is in on /sys/fs/cgroup, or\n"
	"                             a file system of another TYPE than cgroup2\n";

enum { MIB = 1 << 20, HUGE_PAGE = 2 * MIB, NOBODY = 65532, PACKET = 100 };

static void
check_cgroup(const char *path, int error)
{
	if (error)
		errx(1, "%s: %s", path, error == ECGOTHER ? strerror(cgroup_get_last_errno()) : cgroup_strerror(error));
}

/* The controllers have to be on in the root, libcgroup sets them below it. */
static void
make_cgroup(const char *path)
{
	static const char *const controllers[] = {"cpu", "cpuset", "hugetlb", "io", "memory", "pids"};
	struct cgroup *cgroup = cgroup_new_cgroup(path);

	for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++)
		if (!cgroup || !cgroup_add_controller(cgroup, controllers[i]))
			errx(1, "%s: no cgroup", path);
	check_cgroup(path, cgroup_create_cgroup(cgroup, 1));
	cgroup_free(&cgroup);
}

static void
make_cgroups(char **paths)
{
	check_cgroup("libcgroup", cgroup_init());
	while (*paths)
		make_cgroup(*paths++);
}

static _Noreturn void
stay(void)
{
	for (;;)
		pause();
}

static _Noreturn void
wake_up(void)
{
	for (;;)
		sleep(1);
}

static _Noreturn void
burn(double seconds)
{
	while (clock() < seconds * CLOCKS_PER_SEC)
		;
	stay();
}

static _Noreturn void
touch(size_t mib)
{
	for (size_t i = 0; i < mib; i++) {
		char *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (p == MAP_FAILED)
			err(1, "mmap");
		memset(p, 'x', MIB);
	}
	stay();
}

static _Noreturn void
use_huge_pages(size_t pages)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE;

	if (mmap(NULL, pages * HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
		err(1, "mmap");
	stay();
}

static _Noreturn void
fork_many(int count)
{
	pid_t pid = 1;

	while (count-- > 1 && pid > 0)
		pid = fork();
	stay();
}

static void *
sleep_in_thread(void *unused)
{
	(void)unused;
	stay();
}

static _Noreturn void
start_threads(int count)
{
	pthread_t thread;

	while (count-- > 0)
		if (pthread_create(&thread, NULL, sleep_in_thread, NULL))
			errx(1, "no thread");
	stay();
}

static void
write_direct(const char *path, int mib)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_DIRECT | O_CLOEXEC, 0644);
	void *block;

	if (fd < 0 || posix_memalign(&block, 4096, MIB))
		err(1, "%s", path);
	memset(block, 'x', MIB);
	while (mib-- > 0)
		if (write(fd, block, MIB) != MIB)
			err(1, "%s", path);
}

static void
link_up(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(request.ifr_name, name);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		err(1, "%s", name);
	close(fd);
}

/* Both ends stay in the namespace: the kernel names the other one veth0. */
static void
link_add(void)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr name_head;
		char name[8];
		struct rtattr info_head, kind_head;
		char kind[4];
	} request = {
		.head = {sizeof request, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK, 0, 0},
		.name_head = {sizeof(struct rtattr) + 8, IFLA_IFNAME},
		.name = "eth0",
		.info_head = {2 * sizeof(struct rtattr) + 4, IFLA_LINKINFO},
		.kind_head = {sizeof(struct rtattr) + 4, IFLA_INFO_KIND},
		.kind = {'v', 'e', 't', 'h'},
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer = {0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || send(fd, &request, sizeof request, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
		err(1, "netlink");
	if (answer.error.error)
		errx(1, "veth: %s", strerror(-answer.error.error));
	close(fd);
}

static void
send_packets(const char *name, int count)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
	char packet[PACKET] = {0};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	while (count-- > 0)
		if (sendto(fd, packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to) < 0)
			err(1, "%s", name);
	close(fd);
}

static void
network_traffic(int number)
{
	link_add();
	link_up("lo");
	link_up("eth0");
	link_up("veth0");
	usleep(200000); /* until the carrier is seen */
	send_packets("eth0", number);
	send_packets("veth0", 10 * number);
}

static pid_t
clone_into(const char *cgroup, uint64_t flags)
{
	int fd = open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct clone_args args = {.flags = CLONE_INTO_CGROUP | flags, .exit_signal = SIGCHLD, .cgroup = (uint64_t)fd};
	pid_t pid = fd < 0 ? -1 : (pid_t)syscall(SYS_clone3, &args, sizeof args);

	if (pid < 0)
		err(1, "%s", cgroup);
	if (pid)
		close(fd);
	return pid;
}

static void
join_network(pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static void
spawn(bool awake)
{
	char network[128], last[128] = "host", cgroup[PATH_MAX];
	pid_t pid, first = 1;
	int number = 0, new;

	while (scanf("%127s %4095s", network, cgroup) == 2) {
		new = strcmp(network, "host") && strcmp(network, last);
		pid = clone_into(cgroup, new ? CLONE_NEWNET : 0);
		if (pid) {
			first = new ? pid : first;
			number += new;
			if (new)
				strcpy(last, network);
			printf("%s %d %s\n", network, pid, cgroup);
			continue;
		}
		setsid();
		if (new)
			network_traffic(number + 1);
		else if (strcmp(network, "host"))
			join_network(first);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		if (awake)
			wake_up();
		stay();
	}
}

static void
mount_new(const char *type, const char *where)
{
	if (mount(type, where, type, 0, NULL))
		err(1, "%s", where);
}

static void
mount_pod(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("/", "/host", NULL, MS_BIND | MS_REC, NULL) ||
	    umount2("/sys/fs/cgroup", MNT_DETACH))
		err(1, "/host");
	mount_new("proc", "/proc");
	mount_new("cgroup2", "/sys/fs/cgroup");
	mount_new("tmpfs", "/run");
	mount_new("tmpfs", "/var");
}

static void
keep_capabilities(uint32_t bits)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct sets[2] = {{bits, bits, bits}};

	if (prctl(PR_SET_KEEPCAPS, 1) || setgid(NOBODY) || setuid(NOBODY) || syscall(SYS_capset, &head, sets) ||
	    (bits && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)))
		err(1, "capabilities");
}

static void
pod(uint32_t capabilities, pid_t neighbour, char **command)
{
	pid_t pid;

	join_network(neighbour);
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC))
		err(1, "unshare");
	pid = fork();
	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	link_up("lo");
	mount_pod();
	keep_capabilities(capabilities);
	execvp(command[0], command);
	err(1, "%s", command[0]);
}

/* A container of a pod: the other namespaces are those that it is started in. */
static void
container(uid_t user, const char *type, char **command)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWCGROUP) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    umount2("/sys/fs/cgroup", MNT_DETACH))
		err(1, "container");
	mount_new("proc", "/proc");
	mount_new(type, "/sys/fs/cgroup");
	if (setgid(user) || setuid(user))
		err(1, "user");
	execvp(command[0], command);
	err(1, "%s", command[0]);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "cgroup") && argc > 2)
		make_cgroups(argv + 2);
	else if (!strcmp(what, "burn") && argc == 3)
		burn(atof(argv[2]));
	else if (!strcmp(what, "touch") && argc == 3)
		touch(strtoul(argv[2], NULL, 10));
	else if (!strcmp(what, "huge") && argc == 3)
		use_huge_pages(strtoul(argv[2], NULL, 10));
	else if (!strcmp(what, "fork") && argc == 3)
		fork_many(atoi(argv[2]));
	else if (!strcmp(what, "threads") && argc == 3)
		start_threads(atoi(argv[2]));
	else if (!strcmp(what, "write") && argc == 4)
		write_direct(argv[2], atoi(argv[3]));
	else if (!strcmp(what, "spawn") && (argc == 2 || (argc == 3 && !strcmp(argv[2], "awake"))))
		spawn(argc == 3);
	else if (!strcmp(what, "pod") && argc > 3)
		pod(1u << CAP_DAC_READ_SEARCH, atoi(argv[2]), argv + 3);
	else if (!strcmp(what, "user") && argc > 3)
		pod(0, atoi(argv[2]), argv + 3);
	else if (!strcmp(what, "container") && argc > 4)
		container((uid_t)atoi(argv[2]), argv[3], argv + 4);
	else
		return fputs(usage, stderr), 2;
	return 0;
}
