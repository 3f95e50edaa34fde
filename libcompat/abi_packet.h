/* What the check structs of all the old kernels share: a packet and a name. */
#ifndef LIBCOMPAT_ABI_PACKET_H
#define LIBCOMPAT_ABI_PACKET_H

#include <stdint.h>

#include "core/rule.h"

enum { ABI_PACKET = 40 }; /* an IP header and 20 bytes behind it */

/* ABI_PACKET bytes; the interface stays empty. */
void abi_packet(const uint8_t *bytes, struct fw_probe *probe);

/* FW_IFNAME bytes, ended by a NUL or not. */
void abi_ifname(const uint8_t *bytes, struct fw_ifname *name);

#endif
