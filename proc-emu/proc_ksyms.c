/* /proc/ksyms: what the kernel has for modules of its firewall. Linux 2.2,
 * kernel/module.c, get_ksyms_list(). */
#include <inttypes.h>

#include "proc-emu/proc.h"
#include "proc-emu/render.h"

enum {
	IN_2_2 = 1 << ERA_2_2,
	IN_2_0 = 1 << ERA_2_0,
	IN_BOTH = IN_2_2 | IN_2_0,
};

/* Linux 2.2, net/netsyms.c and net/ipv4/ip_masq.c. Where they lay was another
 * place in each build. */
static const struct {
	uint32_t address;
	int eras; /* a bit per enum fw_era */
	const char *name;
} symbols[] = {
	{ 0xc015a3d0, IN_BOTH, "register_firewall" },
	{ 0xc015a42c, IN_BOTH, "unregister_firewall" },
	{ 0xc015a480, IN_BOTH, "call_in_firewall" },
	{ 0xc015a4c8, IN_BOTH, "call_out_firewall" },
	{ 0xc015a510, IN_BOTH, "call_fw_firewall" },
	{ 0xc0167a90, IN_BOTH, "ip_masq_new" },
	{ 0xc0167e44, IN_BOTH, "ip_masq_set_expire" },
	{ 0xc01680f0, IN_2_2, "ip_masq_put" },
	{ 0xc0168170, IN_2_2, "ip_masq_control_add" },
	{ 0xc0168a3c, IN_BOTH, "register_ip_masq_app" },
	{ 0xc0168ac8, IN_BOTH, "unregister_ip_masq_app" },
	{ 0xc0168d14, IN_BOTH, "ip_masq_skb_replace" },
	{ 0xc0169128, IN_2_2, "register_ip_masq_mod" },
	{ 0xc0169170, IN_2_2, "unregister_ip_masq_mod" },
};

int proc_ksyms(const struct proc_source *src, const char *path, bool zero,
	       struct text *out)
{
	enum fw_era era = src->era(src->ctx);

	(void)path;
	(void)zero;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (symbols[i].eras >> era & 1)
			text_printf(out, "%08" PRIx32 " %s\n",
				    symbols[i].address, symbols[i].name);
	return 0;
}
