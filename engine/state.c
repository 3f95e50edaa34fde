/* A handle on a state: attach, boot, let go. */
#include "engine/state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
		.st = state, .rw = state, .journal = journal, .env = env
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
	return 0;
}

void fw_fini(struct fw *fw)
{
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
