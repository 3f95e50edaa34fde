/* A handle on a state: attach, boot, let go. */
#include "engine/state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/frag.h"
#include "engine/log_rate.h"
#include "engine/match20.h"
#include "engine/match22.h"
#include "engine/route.h"

static void tables_init(struct fw *fw)
{
	struct fw_table *t = fw_edit(fw, fw->st->table, sizeof(fw->st->table));

	for (int i = 0; i < FW_TABLES; i++)
		t[i] = (struct fw_table){ .free = FW_NIL };
}

int fw_attach(struct fw *fw, struct fw_state *state, struct journal *journal,
	      const struct fw_env *env)
{
	*fw = (struct fw){
		.st = state,
		.rw = state,
		.journal = journal,
		.env = env,
		.epoch = state->g.epoch,
	};
	return state->g.version == FW_STATE_VERSION && state->g.era < ERA_COUNT
		       ? 0
		       : -EINVAL;
}

int fw_boot(struct fw *fw, struct fw_state *state, struct journal *journal,
	    const struct fw_env *env, enum fw_era era)
{
	struct fw_globals *g;

	*fw = (struct fw){
		.st = state, .rw = state, .journal = journal, .env = env
	};
	memset(fw_edit(fw, state, FW_STATE_FIXED), 0, FW_STATE_FIXED);
	g = fw_edit(fw, &state->g, sizeof(*g));
	g->version = FW_STATE_VERSION;
	g->era = era;
	tables_init(fw);
	host_init(fw);
	chains_init(fw);
	lists_init(fw);
	masq_init(fw);
	fwd_init(fw);
	log_rate_init(fw);
	return 0;
}

int fw_start_clock(struct fw *fw, ticks_t now)
{
	const struct fw_table *t = fw->st->table;
	struct fw_globals *g;

	if (t[FW_T_MASQ].count || t[FW_T_FORWARD].count)
		return ticks_due(fw->st->g.now, now) ? 0 : -EINVAL;
	g = fw_edit(fw, &fw->st->g, sizeof(*g));
	g->now = now;
	memcpy(fw_edit(fw, &fw->st->masq.wheel_base, sizeof(now)), &now,
	       sizeof(now));
	return 0;
}

int fw_change_era(struct fw *fw, enum fw_era era)
{
	const struct fw_table *t = fw->st->table;
	struct fw_globals *g;

	if (t[FW_T_CHAIN].count > FW_BUILTINS || t[FW_T_RULE].count ||
	    t[FW_T_RULE20].count || t[FW_T_MASQ].count || t[FW_T_FORWARD].count)
		return -EBUSY;
	g = fw_edit(fw, &fw->st->g, sizeof(*g));
	g->era = era;
	modules_change_era(fw);
	masq_init(fw);
	return fw_start_clock(fw, g->now);
}

void fw_fini(struct fw *fw)
{
	match20_free(fw);
	match22_free(fw);
	frag_free(fw);
	route_free(fw);
	*fw = (struct fw){ 0 };
}

void fw_log(struct fw *fw, int level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!fw->env || !fw->env->log)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fw->env->log(fw->env->ctx, level, line);
}
