/* The types of file systems that answer from memory or from a disk of the machine. */
#include "fstype.h"

#include <linux/magic.h>
#include <stddef.h>
#include <string.h>

#include "buf.h"

/* Those that containers and runtimes are kept on come first. */
static const struct type {
	const char *name;
	long magic;                     /* of statfs(2), where it is asked for */
	bool storage;
} types[] = {
	{ "bcachefs", 0xca451a4e, true },
	{ "btrfs", BTRFS_SUPER_MAGIC, true },
	{ "ext2", EXT4_SUPER_MAGIC, true },
	{ "ext3", EXT4_SUPER_MAGIC, true },
	{ "ext4", EXT4_SUPER_MAGIC, true },
	{ "f2fs", F2FS_SUPER_MAGIC, true },
	{ "overlay", OVERLAYFS_SUPER_MAGIC },
	{ "tmpfs", TMPFS_MAGIC, true },
	{ "xfs", XFS_SUPER_MAGIC, true },
	{ "zfs", 0x2fc12fc1, true },
	{ "binfmt_misc" }, { "bpf" }, { "cgroup" }, { "cgroup2" }, { "configfs" }, { "debugfs" }, { "devpts" },
	{ "devtmpfs" }, { "efivarfs" }, { "erofs" }, { "exfat" }, { "fusectl" }, { "hfs" }, { "hfsplus" },
	{ "hugetlbfs" }, { "iso9660" }, { "jffs2" }, { "jfs" }, { "minix" }, { "mqueue" }, { "msdos" },
	{ "nilfs2" }, { "nsfs" }, { "ntfs3" }, { "proc" }, { "pstore" }, { "ramfs" }, { "reiserfs" }, { "resctrl" },
	{ "rootfs" }, { "rpc_pipefs" }, { "securityfs" }, { "selinuxfs" }, { "squashfs" }, { "sysfs" },
	{ "tracefs" }, { "ubifs" }, { "udf" }, { "vfat" }, { "zonefs" },
};

static const struct type *
find(const char *name)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(name, types[i].name) == 0)
			return &types[i];
	return NULL;
}

bool
fstype_is_local(const char *name)
{
	return find(name) != NULL;
}

bool
fstype_is_storage(const char *name)
{
	const struct type *t = find(name);

	return t != NULL && t->storage;
}

bool
fstype_is_local_magic(long magic)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (magic != 0 && magic == types[i].magic)
			return true;
	return false;
}
