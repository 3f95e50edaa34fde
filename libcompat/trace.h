/*
 * What a tool did, told while it does it: where $FWCOMPAT_TRACE names a file,
 * each transaction that changed something (or was refused) adds a line that
 * names the command and, where that can be known, the script's file and line;
 * and below it one for each call, e.g. the rule that was made.
 */
#ifndef LIBCOMPAT_TRACE_H
#define LIBCOMPAT_TRACE_H

#include <stdint.h>
#include <sys/types.h>

#include "core/rule.h"
#include "core/rule20.h"

struct trace;

/* NULL: nothing is to be traced, or it cannot be; all below take a NULL. */
struct trace *trace_open(void);
void trace_close(struct trace *t);

/* From now on the calls are those of another process. */
void trace_as(struct trace *t, pid_t pid);

/* One call and its result @r: 0 or -errno. @num 0: the call names no rule. */
void trace_rule(struct trace *t, int r, const char *option, const char *chain,
		uint32_t num, const struct fw_rule *rule);
void trace_rule20(struct trace *t, int r, const char *option,
		  enum fw20_list list, const struct fw20_rule *rule);
void trace_call(struct trace *t, int r, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The transaction ends: writes what there is to tell. */
void trace_flush(struct trace *t);

#endif
