/* One packet against one chain. Source: Linux 2.2, net/ipv4/ip_fw.c. */
#include "engine/match22.h"

#include <errno.h>

#include "engine/pkt.h"
#include "engine/state.h"

void match22_free(struct fw *fw)
{
	fw->match22 = NULL;
}

int chain_check(struct fw *fw, const char *label, const struct fw_probe *probe)
{
	(void)fw;
	(void)label;
	return probe->ihl == 5 ? 0 : -EINVAL;
}

struct fw_answer chain_run(struct fw *fw, enum fw_builtin chain,
			   const struct fw_ifname *via, struct pkt *p,
			   struct pkt_info *info)
{
	struct fw_answer answer = { .verdict = fw->st->chain[chain].policy };

	(void)via;
	(void)p;
	(void)info;
	return answer;
}
