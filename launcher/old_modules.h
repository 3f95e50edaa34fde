/* The files of old modules: which lay below /lib, by kernel. */
#ifndef LAUNCHER_OLD_MODULES_H
#define LAUNCHER_OLD_MODULES_H

#include "core/era.h"

/*
 * Calls @one for each such file, by its path below /lib
 * ("modules/2.2.26/ipv4/ip_masq_ftp.o", "ipmasqadm/portfw.so"), a directory's
 * in the order of their names.
 */
void old_modules_each(enum fw_era era, void (*one)(void *ctx, const char *path),
		      void *ctx);

#endif
