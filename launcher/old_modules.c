/* Which module files there were: a table. */
#include "launcher/old_modules.h"

#include <stddef.h>
#include <stdio.h>

enum {
	IN_2_2 = 1 << ERA_2_2,
	IN_2_0 = 1 << ERA_2_0,
	IN_BOTH = IN_2_2 | IN_2_0,
	IN_ALL = IN_BOTH | 1 << ERA_1_3,
};

/* Masquerading came with modules in 2.0; drivers are those that scripts name.
 */
static const struct {
	const char *path; /* below the kernel's directory */
	int eras;         /* a bit per enum fw_era */
} modules[] = {
	{ "ipv4/ip_gre.o", IN_2_2 },
	{ "ipv4/ip_masq_autofw.o", IN_2_2 },
	{ "ipv4/ip_masq_cuseeme.o", IN_BOTH },
	{ "ipv4/ip_masq_ftp.o", IN_BOTH },
	{ "ipv4/ip_masq_irc.o", IN_BOTH },
	{ "ipv4/ip_masq_mfw.o", IN_2_2 },
	{ "ipv4/ip_masq_portfw.o", IN_2_2 },
	{ "ipv4/ip_masq_quake.o", IN_BOTH },
	{ "ipv4/ip_masq_raudio.o", IN_BOTH },
	{ "ipv4/ip_masq_user.o", IN_2_2 },
	{ "ipv4/ip_masq_vdolive.o", IN_BOTH },
	{ "ipv4/ipip.o", IN_BOTH },
	{ "ipv4/rarp.o", IN_BOTH },
	{ "misc/unix.o", IN_ALL },
	{ "modules.dep", IN_ALL },
	{ "net/3c509.o", IN_ALL },
	{ "net/3c59x.o", IN_ALL },
	{ "net/8390.o", IN_ALL },
	{ "net/bsd_comp.o", IN_BOTH },
	{ "net/dummy.o", IN_ALL },
	{ "net/eepro100.o", IN_BOTH },
	{ "net/ne.o", IN_ALL },
	{ "net/ne2k-pci.o", IN_2_2 },
	{ "net/ppp.o", IN_ALL },
	{ "net/ppp_deflate.o", IN_2_2 },
	{ "net/rtl8139.o", IN_BOTH },
	{ "net/slhc.o", IN_ALL },
	{ "net/slip.o", IN_ALL },
	{ "net/tulip.o", IN_BOTH },
	{ "net/via-rhine.o", IN_2_2 },
};

static const char *const controllers[] = {
	"ipmasqadm/autofw.so",
	"ipmasqadm/mfw.so",
	"ipmasqadm/portfw.so",
	"ipmasqadm/user.so",
};

void old_modules_each(enum fw_era era, void (*one)(void *ctx, const char *path),
		      void *ctx)
{
	char path[80];

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		if (!(modules[i].eras >> era & 1))
			continue;
		snprintf(path, sizeof(path), "modules/%s/%s", era_release(era),
			 modules[i].path);
		one(ctx, path);
	}
	for (size_t i = 0;
	     era == ERA_2_2 && i < sizeof(controllers) / sizeof(controllers[0]);
	     i++)
		one(ctx, controllers[i]);
}
