/* The command line. */
#include "options.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector.h"
#include "http.h"

static int
count(char **argv)
{
	int n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

#define PARSE(...) parse((char *[]){ "nodegauge", __VA_ARGS__ __VA_OPT__(,) NULL })

static void
parse(char **argv)
{
	options_parse(count(argv), argv);
}

/* What a flag points to. */
static const void *
value(const struct flag *flags, const char *name)
{
	for (; flags->name != NULL; flags++)
		if (strcmp(flags->name, name) == 0)
			return flags->to;
	cr_assert_fail("no flag %s", name);
	return NULL;
}

static bool
is_enabled(const char *name)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (strcmp(collectors[i]->name, name) == 0)
			return options_enabled(i);
	cr_assert_fail("no collector %s", name);
	return false;
}

Test(options, none)
{
	PARSE();
	cr_expect_not(options_once);
	cr_expect_str_eq(options_path, "/metrics");
	for (size_t i = 0; i < n_collectors; i++)
		cr_expect_eq(options_enabled(i), !collectors[i]->off && collectors[i]->over != PROCESSES_OF_POD, "%s",
		    collectors[i]->name);
}

Test(options, text)
{
	PARSE("--path.rootfs=/host", "--path.procfs", "/host/proc", "--path.sysfs=", "--path.udev.data=a=b");
	cr_expect_str_eq(*(const char *const *)value(place_flags, "path.rootfs"), "/host");
	cr_expect_str_eq(*(const char *const *)value(place_flags, "path.procfs"), "/host/proc");
	cr_expect_str_eq(*(const char *const *)value(place_flags, "path.sysfs"), "");
	cr_expect_str_eq(*(const char *const *)value(place_flags, "path.udev.data"), "a=b");
}

Test(options, switches)
{
	PARSE("--once");
	cr_expect(options_once);
	PARSE("--no-once");
	cr_expect_not(options_once);
}

Test(options, numbers)
{
	PARSE("--web.max-requests=7");
	cr_expect_eq(*(const unsigned *)value(http_flags, "web.max-requests"), 7);
	PARSE("--web.max-requests", "0");
	cr_expect_eq(*(const unsigned *)value(http_flags, "web.max-requests"), 0);
}

Test(options, lists)
{
	const struct flag_list *list = value(http_flags, "web.listen-address");

	PARSE("--web.listen-address=:9100", "--web.listen-address", "[::1]:9100");
	cr_assert_eq(list->n, 2);
	cr_expect_str_eq(list->items[0], ":9100");
	cr_expect_str_eq(list->items[1], "[::1]:9100");
}

Test(options, collectors)
{
	PARSE("--no-collector.loadavg", "--collector.stat", "--no-collector.vmstat", "--collector.vmstat");
	cr_expect_not(is_enabled("loadavg"));
	cr_expect(is_enabled("stat"));
	cr_expect(is_enabled("vmstat"));
	cr_expect(is_enabled("meminfo"));
}

Test(options, only_those_asked_for)
{
	PARSE("--collector.vmstat", "--collector.disable-defaults", "--collector.container.cpu");
	for (size_t i = 0; i < n_collectors; i++)
		cr_expect_eq(options_enabled(i), strcmp(collectors[i]->name, "vmstat") == 0 ||
		    strcmp(collectors[i]->name, "container.cpu") == 0, "%s", collectors[i]->name);
}

/* Flags of collectors, and switches among them, are no collectors. */
Test(options, flags_of_collectors)
{
	PARSE("--collector.vmstat.fields=^oom", "--collector.stat.softirq", "--no-collector.stat.softirq");
	cr_expect(is_enabled("vmstat") && is_enabled("stat"));
}

/* A command line of node_exporter's starts, even where a collector is not built in. */
Test(options, collectors_elsewhere)
{
	PARSE("--no-collector.runit", "--collector.supervisord", "--no-collector.ntp.server-is-local", "--collector.ntp");
}

Test(options, log)
{
	PARSE("--log.level=debug", "--log.format=json");
}

/* How the process ends; what it prints of itself goes to text. */
static int
status(char **argv, char *text, size_t size)
{
	char path[] = "/tmp/options_test.XXXXXX";
	int fd = mkstemp(path), result;
	ssize_t n;
	pid_t child = fork();

	if (child == 0) {
		dup2(fd, STDOUT_FILENO);
		cr_assert_not_null(freopen("/dev/null", "w", stderr));
		parse(argv);
		_exit(99);
	}
	cr_assert_eq(waitpid(child, &result, 0), child);
	unlink(path);
	n = pread(fd, text, size - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

#define STATUS(...) status((char *[]){ "nodegauge", __VA_ARGS__, NULL }, text, sizeof text)

static char text[1 << 20];

Test(options, refused)
{
	static char *const bad[] = {
		"--nonsense", "--nonsense=1", "nonsense", "-once", "--", "-", "", "--no-", "--no-nonsense",
		"--once=true", "--once=",
		"--no-once=1", "--path.rootfs", "--no-path.rootfs", "--no-path.rootfs=/", "--web.max-requests=",
		"--web.max-requests=x",
		"--web.max-requests=1x", "--web.max-requests=-1", "--web.max-requests= 1", "--log.level=loud",
		"--log.format=xml",
		"--collector.nonsense", "--no-collector.nonsense", "--collector.", "--collector.loadavg=1",
		"--collector", "--path.rootf=/",
		"--path.rootfss=/", "--once.path", "--mode=pod", "--exit-with=main", "--container.names=main",
		"--container.names==x",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		cr_expect_eq(STATUS(bad[i]), 1, "%s", bad[i]);
		cr_expect_str_eq(text, "", "%s", bad[i]);
	}
	cr_expect_eq(STATUS("--once"), 99);
}

Test(options, too_many)
{
	char *argv[COUNT(((struct flag_list *)0)->items) + 3] = { "nodegauge" };

	for (size_t i = 1; i < COUNT(argv) - 1; i++)
		argv[i] = "--web.listen-address=:0";
	cr_expect_eq(status(argv, text, sizeof text), 1);
	argv[COUNT(argv) - 2] = NULL;
	cr_expect_eq(status(argv, text, sizeof text), 99);
}

Test(options, special)
{
	cr_expect_eq(STATUS("--version"), 0);
	cr_expect_eq(strncmp(text, "nodegauge, version ", 19), 0);
	cr_expect_eq(STATUS("-h"), 0);
	cr_expect_eq(STATUS("--once", "--help"), 0);
	cr_expect_not_null(strstr(text, "\n  --path.rootfs=/\n"));
	cr_expect_not_null(strstr(text, "\n  --[no-]collector.loadavg\n"));
	cr_expect_eq(STATUS("--markdown"), 0);
	cr_expect_not_null(strstr(text, "\n| `node_load1` | gauge | "));
}

/* Of all flags together, each has a name of its own. */
Test(options, help_has_no_flag_twice)
{
	char *lines[1024], *at = text, *line;
	size_t n = 0;

	cr_assert_eq(STATUS("--help"), 0);
	while ((line = strsep(&at, "\n")) != NULL) {
		if (strncmp(line, "  --", 4) != 0)
			continue;
		line[4 + strcspn(line + 4, "= ")] = '\0';
		cr_assert_lt(n, COUNT(lines));
		for (size_t i = 0; i < n; i++)
			cr_expect_str_neq(line, lines[i]);
		lines[n++] = line;
	}
	cr_expect_gt(n, 50);
}
