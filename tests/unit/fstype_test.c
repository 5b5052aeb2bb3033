/* Which file systems may be asked without a child, and which hold what containers take. */
#include "fstype.h"

#include <criterion/criterion.h>
#include <linux/magic.h>

Test(fstype, local)
{
	cr_expect(fstype_is_local("ext4") && fstype_is_local("sysfs") && fstype_is_local("overlay"));
	cr_expect_not(fstype_is_local("nfs4") || fstype_is_local("fuse.sshfs") || fstype_is_local("autofs") ||
	    fstype_is_local("9p") || fstype_is_local("ext") || fstype_is_local(""));
}

Test(fstype, local_by_magic)
{
	cr_expect(fstype_is_local_magic(EXT4_SUPER_MAGIC) && fstype_is_local_magic(OVERLAYFS_SUPER_MAGIC));
	cr_expect_not(fstype_is_local_magic(NFS_SUPER_MAGIC) || fstype_is_local_magic(FUSE_SUPER_MAGIC) ||
	    fstype_is_local_magic(0));
}

Test(fstype, storage)
{
	cr_expect(fstype_is_storage("xfs") && fstype_is_storage("tmpfs"));
	cr_expect_not(fstype_is_storage("overlay") || fstype_is_storage("proc") || fstype_is_storage("nfs"));
}
