/* What the old /proc files are made from, where the engine is the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/state.h"
#include "libcompat/backend_engine.h"
#include "proc-emu/proc.h"

static enum fw_era source_era(void *ctx)
{
	return (enum fw_era)engine_fw(ctx)->st->g.era;
}

/* Old files that are there only while a module is. */
static const struct module_file {
	const char *path, *module;
} module_files[] = {
	{ "net/ip_masq/portfw", "ip_masq_portfw" },
	{ "net/ip_masq/autofw", "ip_masq_autofw" },
	{ "net/ip_masq/mfw", "ip_masq_mfw" },
};

static bool source_has(void *ctx, const char *path)
{
	for (size_t i = 0; i < sizeof(module_files) / sizeof(module_files[0]);
	     i++)
		if (!strcmp(module_files[i].path, path))
			return module_loaded(engine_fw(ctx),
					     module_files[i].module);
	return true;
}

static int user_module(struct fw *fw)
{
	if (module_request(fw, "ip_masq_user"))
		return 0;
	return fw->st->host.sysctl[SYSCTL_MODPROBE] == LOADER_NONE ? -ENOPKG
								   : 1;
}

/*
 * The tables of entries by protocol are the work of ip_masq_user. Where the
 * kernel would load it, but cannot, they are empty (masqadm/mfw-nomodule); a
 * kernel without kmod says so (masq/proc_files_1).
 */
static int source_unreadable(void *ctx, const char *path)
{
	static const char *const paths[] = { "net/ip_masq/tcp",
					     "net/ip_masq/udp",
					     "net/ip_masq/icmp" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!strcmp(paths[i], path))
			return user_module(engine_fw(ctx));
	return 0;
}

static void source_chains(void *ctx,
			  void (*row)(void *, const struct fw_chain_row *),
			  void *arg)
{
	chains_each(engine_fw(ctx), row, arg);
}

static void source_rules(void *ctx, bool zero,
			 void (*row)(void *, const struct fw_rule_row *),
			 void *arg)
{
	rules_each(engine_fw(ctx), zero, row, arg);
}

static int32_t source_policy20(void *ctx, enum fw20_list list)
{
	return engine_fw(ctx)->st->lists.policy[list];
}

static void source_rules20(void *ctx, enum fw20_list list, bool zero,
			   void (*row)(void *, const struct fw20_rule_row *),
			   void *arg)
{
	list_each(engine_fw(ctx), list, zero, row, arg);
}

static void source_masq_free(void *ctx, int32_t free_ports[MASQ_PROTOS])
{
	memcpy(free_ports, engine_fw(ctx)->st->masq.free_ports,
	       sizeof(int32_t) * MASQ_PROTOS);
}

static void source_masq(void *ctx, void (*row)(void *, const struct masq_row *),
			void *arg)
{
	masq_each(engine_fw(ctx), engine_now(ctx), row, arg);
}

static void source_helpers(void *ctx,
			   void (*row)(void *, const struct fwd_helper_row *),
			   void *arg)
{
	helpers_each(engine_fw(ctx), row, arg);
}

static void source_portfw(void *ctx,
			  void (*row)(void *, const struct fwd_portfw_row *),
			  void *arg)
{
	fwd_portfw_each(engine_fw(ctx), row, arg);
}

static void source_autofw(void *ctx,
			  void (*row)(void *, const struct fwd_autofw_row *),
			  void *arg)
{
	fwd_autofw_each(engine_fw(ctx), engine_now(ctx), row, arg);
}

static void source_mfw(void *ctx,
		       void (*row)(void *, const struct fwd_mfw_row *),
		       void *arg)
{
	fwd_mfw_each(engine_fw(ctx), row, arg);
}

static void source_modules(void *ctx,
			   void (*row)(void *, const struct module_row *),
			   void *arg)
{
	modules_each(engine_fw(ctx), row, arg);
}

/* The switch of a path below /proc, or -ENOENT. */
static int find_switch(const char *path)
{
	return strncmp(path, "sys/", 4) ? -ENOENT : host_sysctl_find(path + 4);
}

static const char modprobe[] = "/sbin/modprobe";

/* A kernel that is told no loader at all is as one without kmod. */
static enum module_loader loader_of(const char *path, size_t len)
{
	if (!len)
		return LOADER_NONE;
	return len == sizeof(modprobe) - 1 && !memcmp(path, modprobe, len)
		       ? LOADER_WORKS
		       : LOADER_FAILS;
}

static int source_sysctl_get(void *ctx, const char *path, struct text *out)
{
	int which = find_switch(path);
	int32_t value;

	if (which < 0)
		return which;
	value = engine_fw(ctx)->st->host.sysctl[which];
	if (which == SYSCTL_MODPROBE)
		text_printf(out, "%s\n",
			    value == LOADER_WORKS   ? modprobe
			    : value == LOADER_FAILS ? "/bin/true"
						    : "");
	else
		text_printf(out, "%d\n", value);
	return 0;
}

static int source_sysctl_set(void *ctx, const char *path, const char *text)
{
	int which = find_switch(path);
	size_t len = strcspn(text, "\n");
	char *end;
	long value;

	if (which < 0)
		return which;
	if (which == SYSCTL_MODPROBE)
		return host_sysctl_set(engine_fw(ctx), SYSCTL_MODPROBE,
				       loader_of(text, len));
	value = strtol(text, &end, 10);
	if (end == text || !strchr(" \t\n", *end))
		return -EINVAL;
	return host_sysctl_set(engine_fw(ctx), (enum host_sysctl)which,
			       (int32_t)value);
}

void engine_source(void *self, struct proc_source *src)
{
	*src = (struct proc_source){
		.ctx = self,
		.era = source_era,
		.has = source_has,
		.unreadable = source_unreadable,
		.chains = source_chains,
		.rules = source_rules,
		.policy20 = source_policy20,
		.rules20 = source_rules20,
		.masq_free = source_masq_free,
		.masq = source_masq,
		.helpers = source_helpers,
		.portfw = source_portfw,
		.autofw = source_autofw,
		.mfw = source_mfw,
		.modules = source_modules,
		.sysctl_get = source_sysctl_get,
		.sysctl_set = source_sysctl_set,
	};
}
