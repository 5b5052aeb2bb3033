/* "30 24 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate". proc_pid_mountinfo(5) */
#include "mountinfo.h"

#include <string.h>

#include "text.h"

bool
mountinfo_cut(char *line, struct mountinfo *m)
{
	char *optional;

	m->id = text_field(&line, ' ');
	m->parent = text_field(&line, ' ');
	m->minor = text_field(&line, ' ');
	m->root = text_field(&line, ' ');
	m->point = text_field(&line, ' ');
	m->options = text_field(&line, ' ');
	while ((optional = text_field(&line, ' ')) != NULL && strcmp(optional, "-") != 0)
		;
	m->type = text_field(&line, ' ');
	m->device = text_field(&line, ' ');
	m->super_options = text_field(&line, ' ');
	if (m->super_options == NULL)
		return false;
	m->major = text_field(&m->minor, ':');
	return m->minor != NULL;
}

char *
mountinfo_decode(char *text, const char *only)
{
	char *out = text, c;

	for (const char *in = text; *in != '\0'; *out++ = c) {
		c = *in++;
		if (c != '\\' || strspn(in, "01234567") < 3)
			continue;
		c = (char)((in[0] - '0') << 6 | (in[1] - '0') << 3 | (in[2] - '0'));
		if (c != '\0' && (only == NULL || strchr(only, c) != NULL))
			in += 3;
		else
			c = '\\';
	}
	*out = '\0';
	return text;
}
