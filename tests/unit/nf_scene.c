/* Old rules for tests of the compiler for today's netfilter. */
#include "tests/unit/nf_scene.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "ipchains/options.h"
#include "ipfwadm/options.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/names.h"
#include "tests/unit/words.h"

enum { LINE = 256 };

static const struct nf_iface ifaces[] = {
	{ { "lo" }, 0x7F000001, 0xFF000000 },
	{ { "eth0" }, 0xC0000201, 0xFFFFFF00 },
	{ { "eth1" }, 0x0A000001, 0xFF000000 },
};

static void chain_add(struct nf_scene *s, const char *label, const char *policy)
{
	struct fw_chain_row *c = &s->chain[s->in.chains++];

	assert_in_range(s->in.chains, 1, SCENE_CHAINS);
	snprintf(c->label, sizeof(c->label), "%s", label);
	snprintf(c->policy, sizeof(c->policy), "%s", policy);
}

void nf_scene_init(struct nf_scene *s, enum fw_era era)
{
	memset(s, 0, sizeof(*s));
	s->in.era = era;
	s->in.chain = s->chain;
	s->in.rule = s->all;
	s->in.portfw = s->portfw;
	s->in.autofw = s->autofw;
	s->in.mfw = s->mfw;
	s->in.helper = s->helper;
	s->in.iface = ifaces;
	s->in.ifaces = sizeof(ifaces) / sizeof(ifaces[0]);
	chain_add(s, "input", "ACCEPT");
	chain_add(s, "forward", "ACCEPT");
	chain_add(s, "output", "ACCEPT");
	for (int i = 0; i < FW20_LISTS; i++) {
		s->in.rule20[i] = s->list[i];
		s->in.policy20[i] = FW20_ACCEPT;
	}
}

static uint32_t chain_find(struct nf_scene *s, const char *label)
{
	uint32_t i = 0;

	while (i < s->in.chains && strcmp(s->chain[i].label, label) != 0)
		i++;
	if (i == s->in.chains)
		fail_msg("no chain %s", label);
	return i;
}

static bool no_warning(void *ctx)
{
	(void)ctx;
	return false;
}

static void chain_append(struct nf_scene *s, const struct ipchains_cmd *cmd)
{
	uint32_t c = chain_find(s, cmd->chain);
	struct fw_rule_row *row = &s->rule[c][s->rules[c]++];

	assert_in_range(s->rules[c], 1, SCENE_RULES);
	snprintf(row->chain, sizeof(row->chain), "%s", cmd->chain);
	row->rule = cmd->rule;
	row->rule.src = cmd->src.addr[0];
	row->rule.smask = cmd->src.mask;
	row->rule.dst = cmd->dst.addr[0];
	row->rule.dmask = cmd->dst.mask;
	if (!row->rule.via.s[0])
		row->rule.flags |= FW_F_WILDIF; /* as the kernel does */
}

static void play_ipchains(struct nf_scene *s, int argc, char **argv)
{
	static const struct ipchains_env env = {
		.prog = "ipchains",
		.names = &test_names,
		.warn_forwarding = no_warning,
	};
	struct text out = { 0 };
	struct ipchains_end end = { 0 };
	struct ipchains_cmd cmd;

	if (!ipchains_parse(argc, argv, &env, &cmd, &out, &end))
		fail_msg("ipchains: %s", end.why.s ? end.why.s : "?");
	text_fini(&out);
	if (cmd_is(&cmd, CMD_NEW_CHAIN))
		chain_add(s, cmd.chain, "-");
	else if (cmd_is(&cmd, CMD_POLICY))
		snprintf(s->chain[chain_find(s, cmd.chain)].policy,
			 FW_LABEL_MAX + 1, "%s", cmd.policy);
	else
		chain_append(s, &cmd);
}

static void play_ipfwadm(struct nf_scene *s, int argc, char **argv)
{
	struct text why = { 0 };
	struct ipfwadm_cmd *cmd = calloc(1, sizeof(*cmd));
	struct fw20_rule *rule;
	uint32_t list;

	assert_non_null(cmd);
	if (ipfwadm_parse(argc, argv, &test_names, cmd, &why))
		fail_msg("ipfwadm: %s", why.s ? why.s : "?");
	list = cmd->category;
	assert_in_range(list, 0, FW20_LISTS - 1);
	if (cmd->command == IPFWADM_POLICY) {
		s->in.policy20[list] = cmd->policy;
	} else {
		rule = &s->list[list][s->in.rules20[list]++].rule;
		*rule = cmd->rule;
		rule->src = cmd->src.addr[0];
		rule->smask = cmd->src.mask;
		rule->dst = cmd->dst.addr[0];
		rule->dmask = cmd->dst.mask;
	}
	free(cmd);
}

static uint16_t port_of(const char *word)
{
	return (uint16_t)strtoul(word, NULL, 10);
}

static uint8_t proto_of(const char *word)
{
	return strcmp(word, "tcp") ? IPPROTO_UDP : IPPROTO_TCP;
}

static void play_portfw(struct nf_scene *s, int argc, char **argv)
{
	struct fwd_portfw_row *p = &s->portfw[s->in.portfws++];

	assert_int_equal(argc, 6);
	p->proto = proto_of(argv[1]);
	addr_parse_quad(argv[2], &p->laddr);
	p->lport = port_of(argv[3]);
	addr_parse_quad(argv[4], &p->raddr);
	p->rport = port_of(argv[5]);
}

static void play_autofw(struct nf_scene *s, int argc, char **argv)
{
	struct fwd_autofw_row *a = &s->autofw[s->in.autofws++];

	assert_int_equal(argc, 5);
	a->type = 1;
	a->proto = proto_of(argv[1]);
	a->low = port_of(argv[2]);
	a->high = port_of(argv[3]);
	addr_parse_quad(argv[4], &a->where);
}

static void play_mfw(struct nf_scene *s, int argc, char **argv)
{
	struct fwd_mfw_row *m = &s->mfw[s->in.mfws++];

	assert_int_equal(argc, 4);
	m->mark = (uint32_t)strtoul(argv[1], NULL, 0);
	addr_parse_quad(argv[2], &m->raddr);
	m->rport = port_of(argv[3]);
}

static void play_helper(struct nf_scene *s, int argc, char **argv)
{
	static const char *const names[] = { "ftp", "irc", "raudio" };
	struct fwd_helper_row *h = &s->helper[s->in.helpers++];

	assert_int_equal(argc, 3);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], argv[1]))
			h->name = names[i];
	assert_non_null(h->name);
	h->type = 0x01000000 | IPPROTO_TCP << 16 | port_of(argv[2]);
}

static void play_line(struct nf_scene *s, char *line)
{
	static const struct {
		const char *name;
		void (*play)(struct nf_scene *s, int argc, char **argv);
	} tools[] = {
		{ "ipchains", play_ipchains }, { "ipfwadm", play_ipfwadm },
		{ "portfw", play_portfw },     { "autofw", play_autofw },
		{ "mfw", play_mfw },           { "helper", play_helper },
	};
	char *argv[WORDS];
	int argc = words_split(line, argv);

	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (argc && !strcmp(argv[0], tools[i].name)) {
			tools[i].play(s, argc, argv);
			return;
		}
	fail_msg("no such tool: %s", argc ? argv[0] : "");
}

void nf_scene_play(struct nf_scene *s, const char *lines)
{
	char line[LINE];
	size_t n;

	for (; *lines; lines += n + (lines[n] == '\n')) {
		n = strcspn(lines, "\n");
		assert_in_range(n, 1, LINE - 1);
		memcpy(line, lines, n);
		line[n] = '\0';
		play_line(s, line);
	}
	s->in.rules = 0;
	for (uint32_t c = 0; c < s->in.chains; c++)
		for (uint32_t i = 0; i < s->rules[c]; i++)
			s->all[s->in.rules++] = s->rule[c][i];
}
