/*
 * What a backend of the compat API offers: one function a call, as compat.h
 * says of it. A call that a backend cannot express returns -EOPNOTSUPP with a
 * sentence in compat_say().
 */
#ifndef LIBCOMPAT_BACKEND_H
#define LIBCOMPAT_BACKEND_H

#include "libcompat/compat.h"

struct proc_source;

struct backend {
	const char *name; /* as settings say it */
	/* @self: this backend's own handle. */
	int (*open)(struct compat *c, void **self);
	void (*close)(void *self);
	int (*discard)(struct compat *c); /* without having been opened */
	int (*enter)(void *self);
	int (*commit)(void *self);
	void (*leave)(void *self);

	enum fw_era (*era)(void *self);
	bool (*claimed)(void *self);               /* the era is settled */
	int (*claim)(void *self, enum fw_era era); /* settles it */

	int (*append)(void *self, const char *chain,
		      const struct fw_rule *rule);
	int (*insert)(void *self, const char *chain, uint32_t num,
		      const struct fw_rule *rule);
	int (*replace)(void *self, const char *chain, uint32_t num,
		       const struct fw_rule *rule);
	int (*delete)(void *self, const char *chain,
		      const struct fw_rule *rule);
	int (*delete_num)(void *self, const char *chain, uint32_t num);
	int (*flush)(void *self, const char *chain);
	int (*zero)(void *self, const char *chain);
	int (*check)(void *self, const char *chain,
		     const struct fw_probe *probe);
	int (*new_chain)(void *self, const char *chain);
	int (*delete_chain)(void *self, const char *chain);
	int (*policy)(void *self, const char *chain, const char *policy);

	int (*append20)(void *self, enum fw20_list list,
			const struct fw20_rule *rule);
	int (*insert20)(void *self, enum fw20_list list,
			const struct fw20_rule *rule);
	int (*delete20)(void *self, enum fw20_list list,
			const struct fw20_rule *rule);
	int (*flush20)(void *self, enum fw20_list list);
	int (*zero20)(void *self, enum fw20_list list);
	int (*policy20)(void *self, enum fw20_list list, int32_t policy);
	int (*check20)(void *self, enum fw20_list list,
		       const struct fw_probe *probe, uint32_t via_addr);

	int (*masq_timeouts)(void *self, const int32_t tcp_fin_udp[3]);
	int (*masq_ctl)(void *self, struct masq_ctl *ctl);

	int (*module_load)(void *self, const char *name, char *const params[],
			   struct text *why);
	int (*module_unload)(void *self, const char *name);

	int (*if_set)(void *self, const char *name, uint32_t addr,
		      uint32_t mask, bool ppp);
	int (*if_peer)(void *self, const char *name, uint32_t peer);
	int (*if_switch)(void *self, const char *name, bool up);
	int (*if_add)(void *self, const char *name, uint32_t addr,
		      uint32_t mask);
	int (*route_add)(void *self, uint32_t dst, uint32_t mask,
			 const char *ifname, uint32_t gateway);
	int (*route_del)(void *self, uint32_t dst, uint32_t mask,
			 const char *ifname);

	/* Where the old /proc files come from. */
	void (*source)(void *self, struct proc_source *src);
	void (*status)(void *self, struct compat_status *status);
	/* See compat_details(). NULL: there are none. */
	void (*details)(void *self, compat_detail_fn *line, void *ctx);
	int (*reset)(void *self, enum fw_era era);
	void (*host_each)(void *self,
			  void (*row)(void *ctx,
				      const struct compat_host_row *),
			  void *ctx);
};

extern const struct backend backend_engine;

/* Fills in the one on the running kernel's netfilter. NULL in a program that is
 * without it (Makefile, NETFILTER_LINK). */
void backend_netfilter(struct backend *ops) __attribute__((weak));

/* What people set, as it was when the handle was opened. */
struct settings;
const struct settings *compat_settings(const struct compat *c);

/* The sentence that compat_why() shows. */
void compat_say(struct compat *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
