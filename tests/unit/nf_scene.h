/* Old rules, written as their tools' command lines, for tests of the compiler
 * for today's netfilter. */
#ifndef TESTS_UNIT_NF_SCENE_H
#define TESTS_UNIT_NF_SCENE_H

#include "netfilter/compile.h"

enum { SCENE_CHAINS = 16, SCENE_RULES = 64, SCENE_ROWS = 8 };

/* A host with eth0 (192.0.2.1) and eth1 (10.0.0.1). */
struct nf_scene {
	struct nf_input in;
	struct fw_chain_row chain[SCENE_CHAINS];
	struct fw_rule_row rule[SCENE_CHAINS][SCENE_RULES]; /* by chain */
	uint32_t rules[SCENE_CHAINS];
	struct fw_rule_row all[SCENE_CHAINS * SCENE_RULES];
	struct fw20_rule_row list[FW20_LISTS][SCENE_RULES];
	struct fwd_portfw_row portfw[SCENE_ROWS];
	struct fwd_autofw_row autofw[SCENE_ROWS];
	struct fwd_mfw_row mfw[SCENE_ROWS];
	struct fwd_helper_row helper[SCENE_ROWS];
};

void nf_scene_init(struct nf_scene *s, enum fw_era era);

/*
 * Takes lines: ipchains -A, -P, -N; ipfwadm -a, -p; and "portfw tcp LADDR LPORT
 * RADDR RPORT", "autofw tcp LOW HIGH HOST", "mfw MARK HOST PORT", "helper NAME
 * PORT". Ends the test if one is none of these.
 */
void nf_scene_play(struct nf_scene *s, const char *lines);

#endif
