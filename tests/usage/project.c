/* project DEVICE ID BYTES DIRECTORY...: a project with a limit, and its trees. quotactl(2), ioctl_xfs_fsgetxattr(2) */
#include <err.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <linux/quota.h>
#include <sys/quota.h>

enum { PROJECT = 2 };

int
main(int argc, char **argv)
{
	struct fsxattr x;
	struct dqblk limits = { .dqb_valid = QIF_BLIMITS };
	int id, fd;

	if (argc < 5)
		errx(2, "usage: project DEVICE ID BYTES DIRECTORY...");
	id = atoi(argv[2]);
	for (int i = 4; i < argc; i++) {
		fd = open(argv[i], O_RDONLY | O_DIRECTORY);
		if (fd < 0 || ioctl(fd, FS_IOC_FSGETXATTR, &x))
			err(1, "%s", argv[i]);
		x.fsx_projid = (uint32_t)id;
		x.fsx_xflags |= FS_XFLAG_PROJINHERIT;
		if (ioctl(fd, FS_IOC_FSSETXATTR, &x))
			err(1, "%s", argv[i]);
	}
	limits.dqb_bhardlimit = strtoul(argv[3], NULL, 10) / QIF_DQBLKSIZE;
	if (quotactl(QCMD(Q_SETQUOTA, PROJECT), argv[1], id, (void *)&limits))
		err(1, "%s", argv[1]);
	return 0;
}
