/* What the program keeps in memory of itself. */
#include "resident.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel maps 64 kB around each access, so that flags, help and relocation alone bring in most of the file. */
static int
give_back(struct dl_phdr_info *info, size_t size, void *unused)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size, (void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + h->p_vaddr, inside = start & (page - 1);

		if (h->p_type == PT_LOAD && !(h->p_flags & PF_W))
			madvise((void *)(start - inside), h->p_memsz + inside, MADV_DONTNEED);
	}
	return 0;
}

void
resident_trim(void)
{
	dl_iterate_phdr(give_back, NULL);
}
