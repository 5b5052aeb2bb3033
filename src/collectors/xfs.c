/*
 * /sys/fs/xfs/<device>/stats/stats: rows of counters such as "abt 12 34 5 6", since the module was loaded. Linux 4.4,
 * fs/xfs/xfs_stats.h
 */
#include "../collector.h"

#include <errno.h>

#define XFS(key, name, help) { key, COUNTER, ONE, "node_xfs_" name "_total", help }

#define BTREE(key, name, what) \
	XFS(key, name "_lookups", "Lookups in " what "."), \
	XFS(key, name "_compares", "Comparisons of records in " what "."), \
	XFS(key, name "_records_inserted", "Records inserted into " what "."), \
	XFS(key, name "_records_deleted", "Records deleted from " what ".")

static const struct metric metrics[] = {
	XFS("extent_alloc", "extent_allocation_extents_allocated", "Extents allocated."),
	XFS("extent_alloc", "extent_allocation_blocks_allocated", "Blocks allocated."),
	XFS("extent_alloc", "extent_allocation_extents_freed", "Extents freed."),
	XFS("extent_alloc", "extent_allocation_blocks_freed", "Blocks freed."),
	BTREE("abt", "allocation_btree", "the B-trees of free space"),
	XFS("blk_map", "block_mapping_reads", "Blocks of files looked up for reading."),
	XFS("blk_map", "block_mapping_writes", "Blocks of files looked up for writing."),
	XFS("blk_map", "block_mapping_unmaps", "Blocks taken out of files."),
	XFS("blk_map", "block_mapping_extent_list_insertions", "Extents inserted into the lists of files."),
	XFS("blk_map", "block_mapping_extent_list_deletions", "Extents deleted from the lists of files."),
	XFS("blk_map", "block_mapping_extent_list_lookups", "Lookups in the lists of extents of files."),
	XFS("blk_map", "block_mapping_extent_list_compares", "Comparisons of extents in the lists of files."),
	BTREE("bmbt", "block_map_btree", "the B-trees of files' extents"),
	XFS("dir", "directory_operation_lookup", "Names looked up in directories."),
	XFS("dir", "directory_operation_create", "Names created in directories."),
	XFS("dir", "directory_operation_remove", "Names removed from directories."),
	XFS("dir", "directory_operation_getdents", "Times that a directory was listed."),
	XFS("ig", "inode_operation_attempts", "Inodes looked for in the cache."),
	XFS("ig", "inode_operation_found", "Inodes found in the cache."),
	XFS("ig", "inode_operation_recycled", "Inodes found in the cache while they were about to leave it."),
	XFS("ig", "inode_operation_missed", "Inodes not found in the cache."),
	XFS("ig", "inode_operation_duplicates", "Inodes not put into the cache, for somebody else did so meanwhile."),
	XFS("ig", "inode_operation_reclaims", "Inodes that left the cache."),
	XFS("ig", "inode_operation_attribute_changes", "Changes of inodes' attributes."),
	XFS("rw", "write_calls", "Calls of write(2)."),
	XFS("rw", "read_calls", "Calls of read(2)."),
	XFS("vnodes", "vnode_active", "Inodes of the VFS in use."),
	XFS("vnodes", "vnode_allocate", "Calls of vn_alloc."),
	XFS("vnodes", "vnode_get", "Calls of vn_get."),
	XFS("vnodes", "vnode_hold", "Calls of vn_hold."),
	XFS("vnodes", "vnode_release", "Calls of vn_rele."),
	XFS("vnodes", "vnode_reclaim", "Calls of vn_reclaim."),
	XFS("vnodes", "vnode_remove", "Calls of vn_remove."),
};

static const struct table tables[] = {
	{ SYS, "fs/xfs/*/stats/stats", listed, metrics, COUNT(metrics), "device", .by_update = true },
	{ 0 },
};

/* A machine without XFS is no failure. */
static int
update(const struct scope *s, struct page *p)
{
	int err = table_read(&tables[0], s, p);

	return err == -ENOENT ? 0 : err;
}

const struct collector xfs = {
	.name = "xfs",
	.help = "Operations of XFS.",
	.tables = tables,
	.update = update,
};
