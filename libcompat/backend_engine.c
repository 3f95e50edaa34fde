/* The backend that is the old kernel itself: the engine on the state file. */
#include "libcompat/backend_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/state.h"
#include "libcompat/backend.h"
#include "libcompat/store.h"

struct engine {
	struct compat *c;
	struct store *store;
	char *path; /* of the state file; NULL: the default one */
	void *above;
	struct fw fw;
};

static struct fw *fw_of(void *self)
{
	return &((struct engine *)self)->fw;
}

struct fw *engine_fw(void *self)
{
	return fw_of(self);
}

struct compat *engine_compat(void *self)
{
	return ((struct engine *)self)->c;
}

void engine_set_above(void *self, void *above)
{
	((struct engine *)self)->above = above;
}

void *engine_above(void *self)
{
	return ((struct engine *)self)->above;
}

ticks_t engine_now(void *self)
{
	return store_now(((struct engine *)self)->store);
}

int engine_open_at(struct compat *c, const char *path, void **self)
{
	struct engine *e = calloc(1, sizeof(*e));
	char why[512] = "";
	int r = -ENOMEM;

	if (!e)
		return r;
	e->c = c;
	e->path = path ? strdup(path) : NULL;
	if (e->path || !path)
		r = store_open(&e->store, path, why, sizeof(why));
	if (r == 0) {
		*self = e;
		return 0;
	}
	compat_say(c, "%s", why);
	free(e->path);
	free(e);
	return r;
}

static int engine_open(struct compat *c, void **self)
{
	return engine_open_at(c, NULL, self);
}

static void engine_close(void *self)
{
	struct engine *e = self;

	store_close(e->store);
	fw_fini(&e->fw);
	free(e->path);
	free(e);
}

int engine_discard_at(struct compat *c, const char *path)
{
	char why[512] = "";
	int r = store_discard(path, why, sizeof(why));

	compat_say(c, "%s", why);
	return r;
}

static int engine_discard(struct compat *c)
{
	return engine_discard_at(c, NULL);
}

/*
 * What the kernel logs while a tool is inside goes to the end of the file that
 * $FWCOMPAT_LOG names, a line as klogd reads it: the level between < and >
 * before the text.
 */
static void log_line(void *ctx, int level, const char *line)
{
	const char *path = secure_getenv("FWCOMPAT_LOG");
	int fd = path && *path
			 ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
				0600)
			 : -1;

	(void)ctx;
	if (fd < 0)
		return;
	dprintf(fd, "<%d>%s\n", level, line);
	close(fd);
}

static const struct fw_env tool_env = { .log = log_line };

static int engine_enter(void *self)
{
	struct engine *e = self;
	int r = store_enter(e->store, &e->fw, &tool_env);

	if (r)
		compat_say(e->c, "%s", store_why(e->store));
	return r;
}

static int engine_commit(void *self)
{
	struct engine *e = self;

	return store_commit(e->store, &e->fw);
}

static void engine_leave(void *self)
{
	struct engine *e = self;

	store_leave(e->store, &e->fw);
}

static enum fw_era engine_era(void *self)
{
	return (enum fw_era)fw_of(self)->st->g.era;
}

static bool engine_claimed(void *self)
{
	return fw_of(self)->st->g.era_claimed;
}

static int engine_claim(void *self, enum fw_era era)
{
	struct fw *fw = fw_of(self);
	struct fw_globals *g;
	int r = 0;

	if (fw->st->g.era != era)
		r = fw_change_era(fw, era);
	if (r)
		return r;
	g = fw_edit(fw, &fw->st->g, sizeof(*g));
	g->era_claimed = 1;
	return 0;
}

static int engine_append(void *self, const char *chain,
			 const struct fw_rule *rule)
{
	return chain_append(fw_of(self), chain, rule);
}

static int engine_insert(void *self, const char *chain, uint32_t num,
			 const struct fw_rule *rule)
{
	return chain_insert(fw_of(self), chain, num, rule);
}

static int engine_replace(void *self, const char *chain, uint32_t num,
			  const struct fw_rule *rule)
{
	return chain_replace(fw_of(self), chain, num, rule);
}

static int engine_delete(void *self, const char *chain,
			 const struct fw_rule *rule)
{
	return chain_delete(fw_of(self), chain, rule);
}

static int engine_delete_num(void *self, const char *chain, uint32_t num)
{
	return chain_delete_num(fw_of(self), chain, num);
}

static int engine_flush(void *self, const char *chain)
{
	return chain_flush(fw_of(self), chain);
}

static int engine_zero(void *self, const char *chain)
{
	return chain_zero(fw_of(self), chain);
}

static int engine_check(void *self, const char *chain,
			const struct fw_probe *probe)
{
	return chain_check(fw_of(self), chain, probe);
}

static int engine_new_chain(void *self, const char *chain)
{
	return chain_create(fw_of(self), chain);
}

static int engine_delete_chain(void *self, const char *chain)
{
	return chain_remove(fw_of(self), chain);
}

static int engine_policy(void *self, const char *chain, const char *policy)
{
	return chain_policy(fw_of(self), chain, policy);
}

static int engine_append20(void *self, enum fw20_list list,
			   const struct fw20_rule *rule)
{
	return list_append(fw_of(self), list, rule);
}

static int engine_insert20(void *self, enum fw20_list list,
			   const struct fw20_rule *rule)
{
	return list_insert(fw_of(self), list, rule);
}

static int engine_delete20(void *self, enum fw20_list list,
			   const struct fw20_rule *rule)
{
	return list_delete(fw_of(self), list, rule);
}

static int engine_flush20(void *self, enum fw20_list list)
{
	return list_flush(fw_of(self), list);
}

static int engine_zero20(void *self, enum fw20_list list)
{
	return list_zero(fw_of(self), list);
}

static int engine_policy20(void *self, enum fw20_list list, int32_t policy)
{
	return list_policy(fw_of(self), list, policy);
}

static int engine_check20(void *self, enum fw20_list list,
			  const struct fw_probe *probe, uint32_t via_addr)
{
	return list_check(fw_of(self), list, probe, via_addr);
}

static int engine_masq_timeouts(void *self, const int32_t tcp_fin_udp[3])
{
	masq_timeouts(fw_of(self), tcp_fin_udp);
	return 0;
}

static int engine_masq_ctl(void *self, struct masq_ctl *ctl)
{
	return fwd_ctl(fw_of(self), ctl);
}

static int engine_module_load(void *self, const char *name,
			      char *const params[], struct text *why)
{
	return module_load(fw_of(self), name, params, why);
}

static int engine_module_unload(void *self, const char *name)
{
	return module_unload(fw_of(self), name);
}

static int engine_if_set(void *self, const char *name, uint32_t addr,
			 uint32_t mask, bool ppp)
{
	return host_if_set(fw_of(self), name, addr, mask,
			   HOST_IF_UP | (ppp ? HOST_IF_PPP : 0));
}

static int engine_if_peer(void *self, const char *name, uint32_t peer)
{
	return host_if_peer(fw_of(self), name, peer);
}

static int engine_if_switch(void *self, const char *name, bool up)
{
	return host_if_switch(fw_of(self), name, up);
}

static int engine_if_add(void *self, const char *name, uint32_t addr,
			 uint32_t mask)
{
	return host_if_add(fw_of(self), name, addr, mask);
}

static int engine_route_add(void *self, uint32_t dst, uint32_t mask,
			    const char *ifname, uint32_t gateway)
{
	return host_route_add(fw_of(self), dst, mask, ifname, gateway);
}

static int engine_route_del(void *self, uint32_t dst, uint32_t mask,
			    const char *ifname)
{
	return host_route_del(fw_of(self), dst, mask, ifname);
}

static void
engine_host_each(void *self,
		 void (*row)(void *, const struct compat_host_row *), void *ctx)
{
	const struct host *h = &fw_of(self)->st->host;

	for (uint32_t i = 0; i < HOST_IFS; i++) {
		const struct host_if *f = &h->ifs[i];
		struct compat_host_row r = {
			.ppp = f->flags & HOST_IF_PPP,
			.down = !(f->flags & HOST_IF_UP),
			.addr = f->addr,
			.mask = f->mask,
			.peer = f->peer,
		};

		memcpy(r.ifname, f->name.s, FW_IFNAME);
		if (r.ifname[0])
			row(ctx, &r);
	}
	for (uint32_t i = 0; i < HOST_ROUTES; i++) {
		const struct host_route *o = &h->routes[i];
		struct compat_host_row r = {
			.is_route = true,
			.addr = o->dst,
			.mask = o->mask,
			.gateway = o->gateway,
		};

		if (o->ifindex >= HOST_IFS)
			continue;
		memcpy(r.ifname, h->ifs[o->ifindex].name.s, FW_IFNAME);
		row(ctx, &r);
	}
}

static int engine_reset(void *self, enum fw_era era)
{
	struct engine *e = self;

	return store_reset(e->store, &e->fw, era);
}

static void engine_status(void *self, struct compat_status *s)
{
	const struct engine *e = self;
	const struct fw_state *st = e->fw.st;

	if (e->path)
		snprintf(s->state, sizeof(s->state), "%s", e->path);
	else if (store_path(s->state, sizeof(s->state)))
		s->state[0] = '\0';
	s->era = (enum fw_era)st->g.era;
	s->claimed = st->g.era_claimed;
	s->clock_virtual = store_is_virtual(e->store);
	s->now = store_now(e->store);
	s->user_chains = st->table[FW_T_CHAIN].count - FW_BUILTINS;
	s->rules = st->table[FW_T_RULE].count;
	s->rules20 = st->table[FW_T_RULE20].count;
	s->entries = st->table[FW_T_MASQ].count;
	s->forwards = st->table[FW_T_FORWARD].count;
	s->is_live = store_live_ask(e->store, &s->live);
}

const struct backend backend_engine = {
	.name = "engine",
	.open = engine_open,
	.close = engine_close,
	.discard = engine_discard,
	.enter = engine_enter,
	.commit = engine_commit,
	.leave = engine_leave,
	.era = engine_era,
	.claimed = engine_claimed,
	.claim = engine_claim,
	.append = engine_append,
	.insert = engine_insert,
	.replace = engine_replace,
	.delete = engine_delete,
	.delete_num = engine_delete_num,
	.flush = engine_flush,
	.zero = engine_zero,
	.check = engine_check,
	.new_chain = engine_new_chain,
	.delete_chain = engine_delete_chain,
	.policy = engine_policy,
	.append20 = engine_append20,
	.insert20 = engine_insert20,
	.delete20 = engine_delete20,
	.flush20 = engine_flush20,
	.zero20 = engine_zero20,
	.policy20 = engine_policy20,
	.check20 = engine_check20,
	.masq_timeouts = engine_masq_timeouts,
	.masq_ctl = engine_masq_ctl,
	.module_load = engine_module_load,
	.module_unload = engine_module_unload,
	.if_set = engine_if_set,
	.if_peer = engine_if_peer,
	.if_switch = engine_if_switch,
	.if_add = engine_if_add,
	.route_add = engine_route_add,
	.route_del = engine_route_del,
	.source = engine_source,
	.status = engine_status,
	.reset = engine_reset,
	.host_each = engine_host_each,
};
