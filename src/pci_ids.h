/* Names of PCI devices, from the file pci.ids: https://pci-ids.ucw.cz */
#ifndef PCI_IDS_H
#define PCI_IDS_H

#include <stddef.h>
#include <stdint.h>

enum pci_id { PCI_CLASS, PCI_VENDOR, PCI_DEVICE, PCI_SUBSYSTEM_VENDOR, PCI_SUBSYSTEM_DEVICE, PCI_IDS };

/* A device, and what it is called: NULL where that is not known. */
struct pci_device {
	uint64_t id[PCI_IDS];           /* the class with its subclass and programming interface: 0x010802 */
	const char *name[PCI_IDS];      /* that of the class is as close as the file has one */
};

/* Looks for the names of n devices in the text of the file, which is cut in place; names are in it. */
void pci_ids_find(char *text, struct pci_device *devices, size_t n);

#endif
