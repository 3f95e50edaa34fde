/* The old kernel's modules: a table of those there were, a list of those
 * loaded. */
#include "engine/modules.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/helper.h"
#include "engine/state.h"

enum { PARAMS = 5 };

/* A parameter that insmod could set. */
struct param {
	const char *name;
	uint32_t max;    /* values */
	uint32_t offset; /* in struct helper_params */
};

#define PARAM(field, values)                                                   \
	{                                                                      \
#field, values, offsetof(struct helper_params, field)          \
	}

static const struct param ftp_params[PARAMS + 1] = {
	/* The twelfth place of each list was the mark's. */
	PARAM(ports, HELPER_PORTS - 1),
	PARAM(in_ports, HELPER_PORTS - 1),
	PARAM(noport, HELPER_PORTS - 1),
	PARAM(mark, 1),
	PARAM(in_mark, 1),
};
static const struct param irc_params[PARAMS + 1] = {
	PARAM(ports, HELPER_PORTS),
	PARAM(insecure, 1),
};
static const struct param ports_params[PARAMS + 1] = {
	PARAM(ports, HELPER_PORTS),
};
static const struct param no_params[PARAMS + 1];

enum {
	IN_2_2 = 1 << ERA_2_2,
	IN_2_0 = 1 << ERA_2_0 | 1 << ERA_1_3,
	HOLLOW = 1 << ERA_COUNT, /* was out of tree: packets do not see it */
};

/* What is known of a module. Sizes are of one build, any would do. */
static const struct kind {
	const char *name;
	int eras; /* a bit per enum fw_era, and HOLLOW */
	enum helper_id helper;
	uint32_t size; /* bytes */
	/* by kernel; NULL: takes what it is given, and does nothing */
	const struct param *params, *params20;
} kinds[] = {
	{ "ip_masq_ftp", IN_2_2 | IN_2_0, HELPER_FTP, 3576, ftp_params,
	  ports_params },
	{ "ip_masq_irc", IN_2_2 | IN_2_0, HELPER_IRC, 1924, irc_params,
	  ports_params },
	{ "ip_masq_raudio", IN_2_2 | IN_2_0, HELPER_RAUDIO, 2980, ports_params,
	  ports_params },
	{ "ip_masq_cuseeme", IN_2_2 | IN_2_0, HELPER_CUSEEME, 964, ports_params,
	  ports_params },
	{ "ip_masq_vdolive", IN_2_2 | IN_2_0, HELPER_VDOLIVE, 1180,
	  ports_params, ports_params },
	{ "ip_masq_quake", IN_2_2 | IN_2_0, HELPER_QUAKE, 1220, no_params,
	  ports_params },
	{ "ip_masq_portfw", IN_2_2, HELPER_NONE, 2404, no_params, NULL },
	{ "ip_masq_autofw", IN_2_2, HELPER_NONE, 2340, no_params, NULL },
	{ "ip_masq_mfw", IN_2_2, HELPER_NONE, 3172, no_params, NULL },
	{ "ip_masq_user", IN_2_2, HELPER_NONE, 2568, NULL, NULL },
	/* Out of tree: loading them succeeds, packets do not see them. */
	{ "ip_masq_dplay", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_h323", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_icq", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_ipsec", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_mms", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_pptp", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_rtsp", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
	{ "ip_masq_sip", IN_2_2 | IN_2_0 | HOLLOW, HELPER_NONE, 4096, NULL,
	  NULL },
};

static const struct kind *kind_find(const struct fw *fw, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(kinds[i].name, name, MODULE_NAME) == 0)
			return kinds[i].eras >> fw->st->g.era & 1 ? &kinds[i]
								  : NULL;
	return NULL;
}

static const struct param *param_find(const struct param *params,
				      const char *name, size_t n)
{
	for (; params->name; params++)
		if (strlen(params->name) == n &&
		    memcmp(params->name, name, n) == 0)
			return params;
	return NULL;
}

/* "21,2121" over the first of a parameter's places. */
static int param_values(const struct param *p, const char *values,
			struct helper_params *to, struct text *why)
{
	char *end;

	for (uint32_t i = 0;; i++) {
		int32_t v = (int32_t)strtoul(values, &end, 0);

		if (end == values || (*end && *end != ',')) {
			text_printf(why, "invalid argument syntax for %s: '%c'",
				    p->name, *end);
			return -EINVAL;
		}
		if (i == p->max) {
			text_printf(why, "too many values for %s (max %u)",
				    p->name, p->max);
			return -EINVAL;
		}
		memcpy((uint8_t *)to + p->offset + i * sizeof(v), &v,
		       sizeof(v));
		if (!*end)
			return 0;
		values = end + 1;
	}
}

/* A word without "=" was passed over. */
static int params_take(const struct param *params, char *const words[],
		       struct helper_params *to, struct text *why)
{
	for (int err; *words; words++) {
		const char *eq = strchr(*words, '=');
		const struct param *p;

		if (!eq)
			continue;
		p = param_find(params, *words, (size_t)(eq - *words));
		if (!p) {
			text_printf(why, "invalid parameter parm_%.*s",
				    (int)(eq - *words), *words);
			return -EINVAL;
		}
		err = param_values(p, eq + 1, to, why);
		if (err)
			return err;
	}
	return 0;
}

static uint32_t module_insert(struct fw *fw, const char *name, uint32_t flags)
{
	struct modules *mods;
	struct module *m;

	for (uint32_t i = 0; i < MODULES_MAX; i++) {
		if (fw->st->modules.module[i].name[0])
			continue;
		mods = fw_edit(fw, &fw->st->modules, sizeof(*mods));
		m = &mods->module[i];
		*m = (struct module){ .order = mods->next_order++,
				      .flags = flags };
		memcpy(m->name, name, strlen(name));
		return i;
	}
	return MODULES_MAX;
}

static void module_remove(struct fw *fw, uint32_t module)
{
	struct module *m =
		fw_edit(fw, &fw->st->modules.module[module], sizeof(*m));

	helper_unregister(fw, module);
	*m = (struct module){ 0 };
}

static int module_start(struct fw *fw, const struct kind *k,
			const struct helper_params *params, uint32_t flags,
			struct text *why)
{
	uint32_t module = module_insert(fw, k->name, flags);

	if (module == MODULES_MAX)
		return -ENOSPC;
	if (k->helper == HELPER_NONE ||
	    helper_register(fw, k->helper, module, params) == 0)
		return 0;
	module_remove(fw, module);
	text_puts(why, "init_module: Device or resource busy\n"
		       "Hint: insmod errors can be caused by incorrect module "
		       "parameters, including invalid IO or IRQ parameters");
	return -EBUSY;
}

static int load(struct fw *fw, const char *name, char *const words[],
		uint32_t flags, struct text *why)
{
	const struct kind *k = kind_find(fw, name);
	const struct param *params;
	struct helper_params values = { 0 };
	int err = 0;

	if (!k)
		return -ENOENT;
	if (module_loaded(fw, name))
		return -EEXIST;
	if (k->helper != HELPER_NONE)
		helper_defaults(k->helper, fw->st->g.era, &values);
	params = fw->st->g.era == ERA_2_2 ? k->params : k->params20;
	if (params && words)
		err = params_take(params, words, &values, why);
	if (words && *words)
		flags |= MODULE_PARAMS;
	if (!err)
		err = module_start(fw, k, &values, flags, why);
	if (!err && k->eras & HOLLOW)
		text_puts(why, "is loaded, but packets do not see it");
	return err;
}

int module_load(struct fw *fw, const char *name, char *const params[],
		struct text *why)
{
	return load(fw, name, params, 0, why);
}

int module_unload(struct fw *fw, const char *name)
{
	uint32_t module = module_find(fw, name);

	if (module == MODULES_MAX)
		return -ENOENT;
	if (fw->st->modules.module[module].uses)
		return -EBUSY;
	module_remove(fw, module);
	return 0;
}

bool module_loaded(const struct fw *fw, const char *name)
{
	return module_find(fw, name) != MODULES_MAX;
}

bool module_request(struct fw *fw, const char *name)
{
	struct text why = { 0 };
	int err = 0;

	if (module_loaded(fw, name))
		return true;
	if (fw->st->host.sysctl[SYSCTL_MODPROBE] != LOADER_WORKS)
		return false;
	err = load(fw, name, NULL, MODULE_AUTOCLEAN, &why);
	text_fini(&why);
	return err == 0;
}

uint32_t module_find(const struct fw *fw, const char *name)
{
	uint32_t i = 0;

	while (i < MODULES_MAX &&
	       (!name[0] || strncmp(fw->st->modules.module[i].name, name,
				    MODULE_NAME) != 0))
		i++;
	return i;
}

static void helper_of_era(struct fw *fw, uint32_t module, enum helper_id id)
{
	struct helper_params values;

	helper_defaults(id, fw->st->g.era, &values);
	helper_unregister(fw, module);
	helper_register(fw, id, module, &values);
}

void modules_change_era(struct fw *fw)
{
	for (uint32_t i = 0; i < MODULES_MAX; i++) {
		const struct module *m = &fw->st->modules.module[i];
		const struct kind *k;

		if (!m->name[0])
			continue;
		k = kind_find(fw, m->name);
		if (!k)
			module_remove(fw, i);
		else if (k->helper != HELPER_NONE &&
			 !(m->flags & MODULE_PARAMS))
			helper_of_era(fw, i, k->helper);
	}
}

static struct module *module_edit(struct fw *fw, uint32_t module)
{
	return fw_edit(fw, &fw->st->modules.module[module],
		       sizeof(struct module));
}

void module_hold(struct fw *fw, uint32_t module)
{
	struct module *m;

	if (module >= MODULES_MAX)
		return;
	m = module_edit(fw, module);
	m->uses++;
	m->flags |= MODULE_WAS_USED;
}

void module_release(struct fw *fw, uint32_t module)
{
	if (module < MODULES_MAX)
		module_edit(fw, module)->uses--;
}

/* The newest module that is older than @before, or MODULES_MAX. */
static uint32_t next_older(const struct fw *fw, uint32_t before)
{
	uint32_t found = MODULES_MAX, order = 0;

	for (uint32_t i = 0; i < MODULES_MAX; i++) {
		const struct module *m = &fw->st->modules.module[i];

		if (m->name[0] && m->order < before &&
		    (found == MODULES_MAX || m->order > order)) {
			found = i;
			order = m->order;
		}
	}
	return found;
}

void modules_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct module_row *), void *ctx)
{
	for (uint32_t i = next_older(fw, UINT32_MAX); i != MODULES_MAX;) {
		const struct module *m = &fw->st->modules.module[i];
		const struct kind *k;
		char name[MODULE_NAME];

		memcpy(name, m->name, sizeof(name));
		name[sizeof(name) - 1] = '\0';
		k = kind_find(fw, name);
		row(ctx, &(struct module_row){
				 .name = name,
				 .size = k ? k->size : 0,
				 .uses = m->uses,
				 .autoclean = m->flags & MODULE_AUTOCLEAN,
				 .was_used = m->flags & MODULE_WAS_USED,
			 });
		i = next_older(fw, m->order);
	}
}
