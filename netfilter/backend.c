/*
 * The backend that rules the running kernel through netfilter. Rules, eras,
 * modules and forwards live in a state file exactly as with the engine; from it
 * the kernel's tables are made, at the end of each transaction.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/masq_ctl.h"
#include "engine/state.h"
#include "libcompat/backend.h"
#include "libcompat/backend_engine.h"
#include "libcompat/backend_load.h"
#include "libcompat/settings.h"
#include "netfilter/compile.h"
#include "netfilter/gather.h"
#include "netfilter/masq.h"
#include "netfilter/rules.h"
#include "netfilter/settle.h"
#include "netfilter/sysctl.h"
#include "proc-emu/proc.h"

/* What this backend keeps beside the engine's. */
struct nf {
	struct nf_masq *masq;
	int32_t timeouts[3]; /* to be set with the transaction; 0: not */
	struct nf_rules rules;
	bool emptied; /* the state is a freshly booted host's */
	/* The engine's, which these build on. */
	struct proc_source state;
};

static struct nf *nf_of(void *self)
{
	return engine_above(self);
}

/* Which network namespace this is: a number that no other one has had since
 * boot (socket(7), SO_NETNS_COOKIE), where the kernel knows of it. */
static int namespace_number(unsigned long long *number)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	r = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	close(fd);
	if (r && stat("/proc/self/ns/net", &st))
		return -errno;
	*number = r ? st.st_ino : cookie;
	return 0;
}

/* Where the state of this network namespace lies. */
static int state_path(struct compat *c, char path[PATH_MAX])
{
	const char *given = compat_settings(c)->state;
	unsigned long long number = 0;
	int r = 0, n;

	if (geteuid() != 0)
		return -EPERM;
	if (!*given)
		r = namespace_number(&number);
	if (r) {
		compat_say(c, "network namespace: %s", strerror(-r));
		return r;
	}
	n = *given ? snprintf(path, PATH_MAX, "%s", given)
		   : snprintf(path, PATH_MAX, "/run/fwcompat/netfilter-%llu",
			      number);
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static void nf_free(struct nf *nf)
{
	if (!nf)
		return;
	nf_rules_fini(&nf->rules);
	nf_masq_close(nf->masq);
	free(nf);
}

/* Whether the book is missing that every host has whose rules were ever put
 * into the kernel. */
static bool is_first(const struct nf *nf)
{
	return access(nf->rules.book, F_OK) != 0;
}

/* What is beside the program has to be there before it is needed: that is asked
 * once, before the first rule. */
static int without(struct compat *c)
{
	compat_say(c, "%s", backend_without);
	return -EOPNOTSUPP;
}

static int nf_open(struct compat *c, void **self)
{
	const struct nf_config config = nf_config_of(compat_settings(c));
	struct nf *nf;
	char path[PATH_MAX];
	int r = state_path(c, path);

	if (r)
		return backend_found("netfilter") ? r : without(c);
	nf = calloc(1, sizeof(*nf));
	r = nf ? nf_rules_init(&nf->rules, path, &config) : -ENOMEM;
	if (r == 0 && is_first(nf) && !backend_found("netfilter"))
		r = without(c);
	if (r == 0)
		r = nf_masq_open(&nf->masq, nf_masq_mark(&config));
	if (r == 0)
		r = engine_open_at(c, path, self);
	if (r == 0)
		engine_set_above(*self, nf);
	else
		nf_free(nf);
	return r;
}

static void nf_close(void *self)
{
	nf_free(nf_of(self));
	backend_engine.close(self);
}

static int nf_discard(struct compat *c)
{
	char path[PATH_MAX];
	int r = state_path(c, path);

	return r ? r : engine_discard_at(c, path);
}

/* Whether nobody touched the firewall yet, or it is to go: then the kernel has
 * nothing of ours. */
static bool is_empty(void *self)
{
	return nf_of(self)->emptied || !backend_engine.claimed(self);
}

/* Brings the kernel to what the state says, and makes both final. */
static int carry_out(void *self)
{
	struct nf *nf = nf_of(self);
	struct proc_source src;
	char why[512];
	int r;

	backend_engine.source(self, &src);
	r = nf_rules_put(&nf->rules, engine_fw(self),
			 is_empty(self) ? NULL : &src, why, sizeof(why));
	if (r) {
		compat_say(engine_compat(self), "%s", why);
		nf_rules_undone(&nf->rules);
		return r;
	}
	r = backend_engine.commit(self);
	if (r) {
		nf_rules_undone(&nf->rules);
		return r;
	}
	nf_rules_done(&nf->rules);
	nf->emptied = false;
	/* What cannot be forgotten goes on as it was until it ends. */
	if (nf_rules_translated(&nf->rules))
		nf_settle(nf->masq, engine_fw(self));
	return 0;
}

static int nf_enter(void *self)
{
	struct nf *nf = nf_of(self);
	int r;

	nf_masq_forget(nf->masq);
	memset(nf->timeouts, 0, sizeof(nf->timeouts));
	nf->emptied = false;
	r = backend_engine.enter(self);
	if (r)
		return r;
	r = nf_rules_enter(&nf->rules);
	if (r)
		backend_engine.leave(self);
	/* If it cannot be repaired now, whoever changes something is told. */
	else if (nf_rules_interrupted(&nf->rules))
		carry_out(self);
	return r;
}

static void nf_leave(void *self)
{
	nf_rules_leave(&nf_of(self)->rules);
	backend_engine.leave(self);
}

static enum fw_era era_of(void *self)
{
	return backend_engine.era(self);
}

static int nf_masq_timeouts(void *self, const int32_t tcp_fin_udp[3])
{
	struct nf *nf = nf_of(self);

	for (int i = 0; i < 3; i++)
		if (tcp_fin_udp[i])
			nf->timeouts[i] = tcp_fin_udp[i];
	return backend_engine.masq_timeouts(self, tcp_fin_udp);
}

/* What an entry of the engine's would say is not what packets meet. */
static int nf_masq_ctl(void *self, struct masq_ctl *ctl)
{
	if (ctl->target != MASQ_CTL_USER)
		return backend_engine.masq_ctl(self, ctl);
	compat_say(engine_compat(self),
		   "with the netfilter backend masquerade entries come from "
		   "packets alone");
	return -EOPNOTSUPP;
}

static int nf_commit(void *self)
{
	struct nf *nf = nf_of(self);
	int r = nf_timeouts_set(era_of(self), nf->timeouts);

	if (r) {
		compat_say(engine_compat(self),
			   "the kernel's timeouts of connections: %s",
			   strerror(-r));
		return r;
	}
	memset(nf->timeouts, 0, sizeof(nf->timeouts));
	return *engine_fw(self)->journal->saved ? carry_out(self) : 0;
}

static int nf_reset(void *self, enum fw_era era)
{
	nf_of(self)->emptied = true;
	return backend_engine.reset(self, era);
}

static int refuse_host(void *self)
{
	compat_say(engine_compat(self),
		   "with the netfilter backend interfaces and routes are the "
		   "running kernel's; ip(8) changes them");
	return -EOPNOTSUPP;
}

static int nf_if_set(void *self, const char *name, uint32_t addr, uint32_t mask,
		     bool ppp)
{
	(void)name, (void)addr, (void)mask, (void)ppp;
	return refuse_host(self);
}

static int nf_if_peer(void *self, const char *name, uint32_t peer)
{
	(void)name, (void)peer;
	return refuse_host(self);
}

static int nf_if_switch(void *self, const char *name, bool up)
{
	(void)name, (void)up;
	return refuse_host(self);
}

static int nf_if_add(void *self, const char *name, uint32_t addr, uint32_t mask)
{
	(void)name, (void)addr, (void)mask;
	return refuse_host(self);
}

static int nf_route_add(void *self, uint32_t dst, uint32_t mask,
			const char *ifname, uint32_t gateway)
{
	(void)dst, (void)mask, (void)ifname, (void)gateway;
	return refuse_host(self);
}

static int nf_route_del(void *self, uint32_t dst, uint32_t mask,
			const char *ifname)
{
	(void)dst, (void)mask, (void)ifname;
	return refuse_host(self);
}

static const struct nf_counts *counts_of(void *self)
{
	return nf_rules_counts(&nf_of(self)->rules, engine_fw(self));
}

static void source_chains(void *self,
			  void (*row)(void *, const struct fw_chain_row *),
			  void *arg)
{
	nf_chains_each(engine_fw(self), counts_of(self), row, arg);
}

static void source_rules(void *self, bool zero,
			 void (*row)(void *, const struct fw_rule_row *),
			 void *arg)
{
	nf_rules_each(engine_fw(self), counts_of(self), zero, row, arg);
}

static void source_rules20(void *self, enum fw20_list list, bool zero,
			   void (*row)(void *, const struct fw20_rule_row *),
			   void *arg)
{
	nf_rules20_each(engine_fw(self), counts_of(self), list, zero, row, arg);
}

static int source_unreadable(void *ctx, const char *path)
{
	struct nf *nf = nf_of(ctx);
	int r = 0;

	if (!strncmp(path, "net/ip_masq", strlen("net/ip_masq")))
		r = nf_masq_look(nf->masq, era_of(ctx));
	return r ? r : nf->state.unreadable(ctx, path);
}

static void source_masq(void *ctx, void (*row)(void *, const struct masq_row *),
			void *arg)
{
	if (nf_masq_look(nf_of(ctx)->masq, era_of(ctx)) == 0)
		nf_masq_each(nf_of(ctx)->masq, row, arg);
}

static void source_masq_free(void *ctx, int32_t free_ports[MASQ_PROTOS])
{
	nf_masq_look(nf_of(ctx)->masq, era_of(ctx));
	nf_masq_free_ports(nf_of(ctx)->masq, free_ports);
}

/* The state's rows, whose counts are the kernel's. */
struct helper_rows {
	const struct nf_masq *masq;
	void (*row)(void *, const struct fwd_helper_row *);
	void *arg;
};

static void source_helper(void *ctx, const struct fwd_helper_row *r)
{
	const struct helper_rows *rows = ctx;
	struct fwd_helper_row row = *r;

	row.attached = nf_masq_attached(rows->masq, (uint8_t)(r->type >> 16),
					(uint16_t)r->type);
	rows->row(rows->arg, &row);
}

static void source_helpers(void *ctx,
			   void (*row)(void *, const struct fwd_helper_row *),
			   void *arg)
{
	struct nf *nf = nf_of(ctx);
	struct helper_rows rows = { nf->masq, row, arg };

	nf_masq_look(nf->masq, era_of(ctx));
	nf->state.helpers(ctx, source_helper, &rows);
}

static int source_sysctl_get(void *ctx, const char *path, struct text *out)
{
	return nf_switch_is_real(path)
		       ? nf_switch_get(path, out)
		       : nf_of(ctx)->state.sysctl_get(ctx, path, out);
}

/* Netfilter always checks the outside end of UDP. */
static int refuse_dloose(void *self)
{
	compat_say(engine_compat(self),
		   "ip_masq_udp_dloose: with the netfilter backend an outside "
		   "end of UDP is never loose");
	return -EOPNOTSUPP;
}

static int source_sysctl_set(void *ctx, const char *path, const char *text)
{
	if (nf_switch_is_real(path))
		return nf_switch_set(path, text);
	if (!strcmp(path, "sys/net/ipv4/ip_masq_udp_dloose") &&
	    text[strspn(text, " \t0")] != '\n' && text[strspn(text, " \t0")])
		return refuse_dloose(ctx);
	return nf_of(ctx)->state.sysctl_set(ctx, path, text);
}

static void nf_source(void *self, struct proc_source *src)
{
	struct nf *nf = nf_of(self);

	backend_engine.source(self, src);
	nf->state = *src;
	src->unreadable = source_unreadable;
	src->chains = source_chains;
	src->rules = source_rules;
	src->rules20 = source_rules20;
	src->masq = source_masq;
	src->masq_free = source_masq_free;
	src->helpers = source_helpers;
	src->sysctl_get = source_sysctl_get;
	src->sysctl_set = source_sysctl_set;
}

static void nf_status(void *self, struct compat_status *s)
{
	struct nf *nf = nf_of(self);

	backend_engine.status(self, s);
	if (nf_masq_look(nf->masq, era_of(self)) == 0)
		s->entries = nf_masq_count(nf->masq);
}

/* Where the lines of compat_details() go. */
struct detail {
	compat_detail_fn *line;
	void *ctx;
};

static void detail_table(void *ctx, const struct nf_load_row *row)
{
	const struct detail *d = ctx;
	char text[256];

	if (row->chains)
		snprintf(text, sizeof(text),
			 "%s: %u chains and %u rules of ours, of %u in all%s",
			 row->table, row->chains, row->rules, row->entries,
			 row->differs ? "; somebody changed it since" : "");
	else
		snprintf(text, sizeof(text), "%s: nothing of ours", row->table);
	d->line(d->ctx, "table", text);
}

static void detail_finding(void *ctx, const struct nf_finding *found)
{
	const struct detail *d = ctx;
	struct text text = { 0 };

	nf_finding_text(found, &text);
	if (text.s)
		d->line(d->ctx, "differs", text.s);
	text_fini(&text);
}

static void nf_details(void *self, compat_detail_fn *line, void *ctx)
{
	const struct nf_rules *rules = &nf_of(self)->rules;
	struct detail d = { line, ctx };
	const struct nf_listener listener = { &d, detail_finding };
	struct proc_source src;
	char text[128];

	snprintf(text, sizeof(text), "0x%08X; NFLOG groups %u and %u",
		 rules->config.mark_mask, rules->config.log_group,
		 rules->config.copy_group);
	line(ctx, "marks", text);
	nf_load_each(rules->load, detail_table, &d);
	backend_engine.source(self, &src);
	nf_rules_check(rules, &src, &listener);
	line(ctx, "differs",
	     "what does so whatever the rules: fwcompat-netfilter(7)");
}

void backend_netfilter(struct backend *ops)
{
	*ops = backend_engine;
	ops->name = "netfilter";
	ops->open = nf_open;
	ops->close = nf_close;
	ops->discard = nf_discard;
	ops->enter = nf_enter;
	ops->commit = nf_commit;
	ops->leave = nf_leave;
	ops->masq_ctl = nf_masq_ctl;
	ops->masq_timeouts = nf_masq_timeouts;
	ops->if_set = nf_if_set;
	ops->if_peer = nf_if_peer;
	ops->if_switch = nf_if_switch;
	ops->if_add = nf_if_add;
	ops->route_add = nf_route_add;
	ops->route_del = nf_route_del;
	ops->source = nf_source;
	ops->status = nf_status;
	ops->details = nf_details;
	ops->reset = nf_reset;
}
