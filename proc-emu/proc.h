/*
 * The old /proc files: a table of paths, one renderer each. A renderer is a
 * function from rows to text; where the rows come from (engine, netfilter, a
 * test's table) is behind struct proc_source, so this room knows no backend.
 */
#ifndef PROC_EMU_PROC_H
#define PROC_EMU_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/era.h"
#include "core/fwd_rows.h"
#include "core/masq_row.h"
#include "core/module_row.h"
#include "core/rule.h"
#include "core/rule20.h"
#include "core/text.h"

/* What a backend tells a renderer. A function that is NULL: the backend has no
 * such rows. */
struct proc_source {
	void *ctx;
	enum fw_era (*era)(void *ctx);
	/* Whether the host has the file at all (modules loaded, patches). NULL:
	 * all of the era. */
	bool (*has)(void *ctx, const char *path);
	/* What reading a file that is there fails with: 0, or e.g. -ENOPKG
	 * (ip_masq/tcp without the module ip_masq_user); positive: it reads as
	 * empty. NULL: nothing. */
	int (*unreadable)(void *ctx, const char *path);
	void (*chains)(void *ctx,
		       void (*row)(void *, const struct fw_chain_row *),
		       void *arg);
	void (*rules)(void *ctx, bool zero,
		      void (*row)(void *, const struct fw_rule_row *),
		      void *arg);
	int32_t (*policy20)(void *ctx, enum fw20_list list);
	void (*rules20)(void *ctx, enum fw20_list list, bool zero,
			void (*row)(void *, const struct fw20_rule_row *),
			void *arg);
	void (*masq_free)(void *ctx, int32_t free_ports[MASQ_PROTOS]);
	void (*masq)(void *ctx, void (*row)(void *, const struct masq_row *),
		     void *arg);
	void (*helpers)(void *ctx,
			void (*row)(void *, const struct fwd_helper_row *),
			void *arg);
	void (*portfw)(void *ctx,
		       void (*row)(void *, const struct fwd_portfw_row *),
		       void *arg);
	void (*autofw)(void *ctx,
		       void (*row)(void *, const struct fwd_autofw_row *),
		       void *arg);
	void (*mfw)(void *ctx, void (*row)(void *, const struct fwd_mfw_row *),
		    void *arg);
	void (*modules)(void *ctx,
			void (*row)(void *, const struct module_row *),
			void *arg);
	/* A switch below /proc/sys, by path ("sys/net/ipv4/ip_forward").
	 * -ENOENT, -EINVAL. */
	int (*sysctl_get)(void *ctx, const char *path, struct text *out);
	int (*sysctl_set)(void *ctx, const char *path, const char *text);
};

/* See compat_proc_read(). Paths are below /proc. */
int proc_read(const struct proc_source *src, const char *path, bool zero,
	      struct text *out);
int proc_write(const struct proc_source *src, const char *path,
	       const char *text);
/* @src NULL: all files of all eras. */
void proc_each(const struct proc_source *src,
	       void (*path)(void *ctx, const char *path), void *ctx);

/*
 * How many of the @left bytes at @text, the rest of the file @path, a read with
 * room for @room gives: of some files whole lines only.
 */
size_t proc_piece(const char *path, enum fw_era era, const char *text,
		  size_t left, size_t room);

/* The permission bits of an old file, of whatever era; 0: no such file. */
uint16_t proc_mode(const char *path);

#endif
