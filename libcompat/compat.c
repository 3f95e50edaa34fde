/* "The kernel" as the tools see it: picks a backend and passes calls on. */
#include "libcompat/compat.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/masq_ctl.h"
#include "libcompat/backend.h"
#include "libcompat/backend_load.h"
#include "libcompat/settings.h"
#include "libcompat/trace.h"
#include "libcompat/trace_who.h"
#include "proc-emu/proc.h"

struct compat {
	const struct backend *ops;
	struct backend other; /* where .ops points, if not to the engine */
	void *self;           /* the backend's */
	bool inside;
	struct settings settings;
	struct trace *trace; /* or NULL */
	char why[512];
};

/* Why the last compat_open() failed: there is no handle to keep it. */
static char open_why[512];

const char *compat_open_why(void)
{
	return open_why;
}

const char *compat_why(const struct compat *c)
{
	return c->why;
}

void compat_say(struct compat *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
}

/* The backend's handle, for a call that is allowed only inside. */
static void *self(struct compat *c)
{
	assert(c->inside);
	c->why[0] = '\0';
	return c->self;
}

const struct settings *compat_settings(const struct compat *c)
{
	return &c->settings;
}

static const struct backend *backend_named(struct compat *c, const char *name)
{
	if (!*name || !strcmp(name, backend_engine.name))
		return &backend_engine;
	if (strcmp(name, "netfilter") != 0) {
		compat_say(c, "the backend %s: there is none of that name",
			   name);
		return NULL;
	}
	if (!backend_netfilter) {
		compat_say(c, "%s", backend_without);
		return NULL;
	}
	backend_netfilter(&c->other);
	return &c->other;
}

static int choose_backend(struct compat *c)
{
	int r = settings_read(&c->settings, c->why, sizeof(c->why));

	if (r)
		return r;
	c->ops = backend_named(c, c->settings.backend);
	return c->ops ? 0 : -EOPNOTSUPP;
}

bool compat_is_machine(void)
{
	struct settings s;
	char why[256];

	return settings_read(&s, why, sizeof(why)) == 0 && s.backend[0] &&
	       strcmp(s.backend, backend_engine.name) != 0;
}

int compat_open(struct compat **cp)
{
	struct compat *c = calloc(1, sizeof(*c));
	int r;

	open_why[0] = '\0';
	if (!c)
		return -ENOMEM;
	r = choose_backend(c);
	if (r == 0)
		r = c->ops->open(c, &c->self);
	if (r == 0) {
		c->trace = trace_open();
		*cp = c;
		return 0;
	}
	memcpy(open_why, c->why, sizeof(open_why));
	free(c);
	return r;
}

int compat_discard(void)
{
	struct compat c = { 0 };
	int r = choose_backend(&c);

	if (r == 0)
		r = c.ops->discard(&c);
	memcpy(open_why, c.why, sizeof(open_why));
	return r;
}

void compat_close(struct compat *c)
{
	if (!c)
		return;
	compat_leave(c);
	trace_close(c->trace);
	c->ops->close(c->self);
	free(c);
}

int compat_enter(struct compat *c)
{
	int r;

	if (c->inside)
		return 0;
	c->why[0] = '\0';
	r = c->ops->enter(c->self);
	c->inside = r == 0;
	/* Of a host that has rules of another era it is not any more. */
	if (r == 0 && c->settings.era != ERA_COUNT && !c->ops->claimed(c->self))
		c->ops->claim(c->self, c->settings.era);
	return r;
}

int compat_commit(struct compat *c)
{
	trace_flush(c->trace);
	return c->ops->commit(self(c));
}

void compat_where(int status, struct text *out)
{
	const char *wanted = secure_getenv("FWCOMPAT_WHERE");

	if (!status || !wanted || !*wanted)
		return;
	text_puts(out, "  at ");
	trace_who(0, out);
	text_putc(out, '\n');
}

void compat_trace_as(struct compat *c, pid_t pid)
{
	trace_as(c->trace, pid);
}

void compat_leave(struct compat *c)
{
	if (c->inside)
		c->ops->leave(c->self);
	c->inside = false;
}

static const struct era_row {
	const char *name, *tool;
} eras[ERA_COUNT] = {
	[ERA_2_2] = { "2.2", "ipchains" },
	[ERA_2_0] = { "2.0", "ipfwadm" },
	[ERA_1_3] = { "1.3", "ipfw" },
};

const char *compat_era_name(enum fw_era era)
{
	return era < ERA_COUNT ? eras[era].name : "?";
}

int compat_era_parse(const char *name, enum fw_era *era)
{
	for (int i = 0; i < ERA_COUNT; i++) {
		if (strcmp(eras[i].name, name))
			continue;
		*era = (enum fw_era)i;
		return 0;
	}
	return -EINVAL;
}

enum fw_era compat_era(struct compat *c)
{
	return c->ops->era(self(c));
}

enum compat_claim compat_claim_era(struct compat *c, enum fw_era tool)
{
	enum fw_era era = compat_era(c);

	if (!c->ops->claimed(self(c))) {
		if (c->ops->claim(self(c), tool) == 0)
			return CLAIM_OK;
	} else if (era == tool) {
		return CLAIM_OK;
	} else if (era == ERA_2_2 && tool == ERA_2_0) {
		return CLAIM_WRAPPER;
	}
	compat_say(c,
		   "the firewall's state is that of Linux %s, whose tool is "
		   "%s; `fwcompat reset --era %s' empties it for Linux %s",
		   eras[era].name, eras[era].tool, eras[tool].name,
		   eras[tool].name);
	return CLAIM_REFUSED;
}

int compat_append(struct compat *c, const char *chain,
		  const struct fw_rule *rule)
{
	int r = c->ops->append(self(c), chain, rule);

	trace_rule(c->trace, r, "-A", chain, 0, rule);
	return r;
}

int compat_insert(struct compat *c, const char *chain, uint32_t num,
		  const struct fw_rule *rule)
{
	int r = c->ops->insert(self(c), chain, num, rule);

	trace_rule(c->trace, r, "-I", chain, num, rule);
	return r;
}

int compat_replace(struct compat *c, const char *chain, uint32_t num,
		   const struct fw_rule *rule)
{
	int r = c->ops->replace(self(c), chain, num, rule);

	trace_rule(c->trace, r, "-R", chain, num, rule);
	return r;
}

int compat_delete(struct compat *c, const char *chain,
		  const struct fw_rule *rule)
{
	int r = c->ops->delete (self(c), chain, rule);

	trace_rule(c->trace, r, "-D", chain, 0, rule);
	return r;
}

int compat_delete_num(struct compat *c, const char *chain, uint32_t num)
{
	int r = c->ops->delete_num(self(c), chain, num);

	trace_call(c->trace, r, "-D %s %u", chain, num);
	return r;
}

int compat_flush(struct compat *c, const char *chain)
{
	int r = c->ops->flush(self(c), chain);

	trace_call(c->trace, r, "-F %s", chain);
	return r;
}

int compat_zero(struct compat *c, const char *chain)
{
	int r = c->ops->zero(self(c), chain);

	trace_call(c->trace, r, "-Z %s", chain);
	return r;
}

int compat_check(struct compat *c, const char *chain,
		 const struct fw_probe *probe)
{
	return c->ops->check(self(c), chain, probe);
}

int compat_new_chain(struct compat *c, const char *chain)
{
	int r = c->ops->new_chain(self(c), chain);

	trace_call(c->trace, r, "-N %s", chain);
	return r;
}

int compat_delete_chain(struct compat *c, const char *chain)
{
	int r = c->ops->delete_chain(self(c), chain);

	trace_call(c->trace, r, "-X %s", chain);
	return r;
}

int compat_policy(struct compat *c, const char *chain, const char *policy)
{
	int r = c->ops->policy(self(c), chain, policy);

	trace_call(c->trace, r, "-P %s %s", chain, policy);
	return r;
}

int compat20_append(struct compat *c, enum fw20_list list,
		    const struct fw20_rule *rule)
{
	int r = c->ops->append20(self(c), list, rule);

	trace_rule20(c->trace, r, "-a", list, rule);
	return r;
}

int compat20_insert(struct compat *c, enum fw20_list list,
		    const struct fw20_rule *rule)
{
	int r = c->ops->insert20(self(c), list, rule);

	trace_rule20(c->trace, r, "-i", list, rule);
	return r;
}

int compat20_delete(struct compat *c, enum fw20_list list,
		    const struct fw20_rule *rule)
{
	int r = c->ops->delete20(self(c), list, rule);

	trace_rule20(c->trace, r, "-d", list, rule);
	return r;
}

int compat20_flush(struct compat *c, enum fw20_list list)
{
	int r = c->ops->flush20(self(c), list);

	trace_call(c->trace, r, "-%c -f", "FIOA"[list]);
	return r;
}

int compat20_zero(struct compat *c, enum fw20_list list)
{
	int r = c->ops->zero20(self(c), list);

	trace_call(c->trace, r, "-%c -z", "FIOA"[list]);
	return r;
}

int compat20_policy(struct compat *c, enum fw20_list list, int32_t policy)
{
	int r = c->ops->policy20(self(c), list, policy);

	trace_call(c->trace, r, "-%c -p (%d)", "FIOA"[list], policy);
	return r;
}

int compat20_check(struct compat *c, enum fw20_list list,
		   const struct fw_probe *probe, uint32_t via_addr)
{
	return c->ops->check20(self(c), list, probe, via_addr);
}

int compat_masq_timeouts(struct compat *c, const int32_t tcp_fin_udp[3])
{
	int r = c->ops->masq_timeouts(self(c), tcp_fin_udp);

	trace_call(c->trace, r,
		   "timeouts (1/100 s): tcp %d, tcp after fin %d, udp %d",
		   tcp_fin_udp[0], tcp_fin_udp[1], tcp_fin_udp[2]);
	return r;
}

int compat_masq_ctl(struct compat *c, struct masq_ctl *ctl)
{
	int r = c->ops->masq_ctl(self(c), ctl);

	if (ctl->cmd != MASQ_CMD_NONE && ctl->cmd != MASQ_CMD_GET)
		trace_call(c->trace, r < 0 ? r : 0, "%s: command %d",
			   ctl->target == MASQ_CTL_USER ? "user" : ctl->module,
			   (int)ctl->cmd);
	return r;
}

void compat_source(struct compat *c, struct proc_source *src)
{
	*src = (struct proc_source){ 0 };
	c->ops->source(self(c), src);
}

void compat_masq_each(struct compat *c,
		      void (*row)(void *ctx, const struct masq_row *),
		      void *ctx)
{
	struct proc_source src;

	compat_source(c, &src);
	if (src.masq)
		src.masq(src.ctx, row, ctx);
}

void compat_masq_free(struct compat *c, int32_t free_ports[MASQ_PROTOS])
{
	struct proc_source src;

	memset(free_ports, 0, sizeof(*free_ports) * MASQ_PROTOS);
	compat_source(c, &src);
	if (src.masq_free)
		src.masq_free(src.ctx, free_ports);
}

int compat_module_load(struct compat *c, const char *name, char *const params[],
		       struct text *why)
{
	return c->ops->module_load(self(c), name, params, why);
}

int compat_module_unload(struct compat *c, const char *name)
{
	return c->ops->module_unload(self(c), name);
}

int compat_if_set(struct compat *c, const char *name, uint32_t addr,
		  uint32_t mask, bool ppp)
{
	return c->ops->if_set(self(c), name, addr, mask, ppp);
}

int compat_if_peer(struct compat *c, const char *name, uint32_t peer)
{
	return c->ops->if_peer(self(c), name, peer);
}

int compat_if_switch(struct compat *c, const char *name, bool up)
{
	return c->ops->if_switch(self(c), name, up);
}

int compat_if_add(struct compat *c, const char *name, uint32_t addr,
		  uint32_t mask)
{
	return c->ops->if_add(self(c), name, addr, mask);
}

int compat_route_add(struct compat *c, uint32_t dst, uint32_t mask,
		     const char *ifname, uint32_t gateway)
{
	return c->ops->route_add(self(c), dst, mask, ifname, gateway);
}

int compat_route_del(struct compat *c, uint32_t dst, uint32_t mask,
		     const char *ifname)
{
	return c->ops->route_del(self(c), dst, mask, ifname);
}

void compat_host_each(struct compat *c,
		      void (*row)(void *ctx, const struct compat_host_row *),
		      void *ctx)
{
	c->ops->host_each(self(c), row, ctx);
}

int compat_reset(struct compat *c, enum fw_era era)
{
	return c->ops->reset(self(c), era);
}

void compat_status(struct compat *c, struct compat_status *status)
{
	*status = (struct compat_status){ .backend = c->ops->name };
	c->ops->status(self(c), status);
}

void compat_details(struct compat *c, compat_detail_fn *line, void *ctx)
{
	if (c->ops->details)
		c->ops->details(self(c), line, ctx);
}
