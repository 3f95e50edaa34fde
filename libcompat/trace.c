/* What a tool did, told while it does it. */
#include "libcompat/trace.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/rule_text.h"
#include "libcompat/trace_who.h"

struct trace {
	int fd;
	pid_t pid; /* 0: this process */
	struct text calls;
};

struct trace *trace_open(void)
{
	const char *path = secure_getenv("FWCOMPAT_TRACE");
	struct trace *t;

	if (!path || !*path)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
		     0600);
	if (t->fd >= 0)
		return t;
	free(t);
	return NULL;
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	trace_flush(t);
	close(t->fd);
	text_fini(&t->calls);
	free(t);
}

void trace_as(struct trace *t, pid_t pid)
{
	if (t)
		t->pid = pid;
}

static void put_result(struct trace *t, int r)
{
	if (r)
		text_printf(&t->calls, "  (refused: %s)", strerror(-r));
	text_putc(&t->calls, '\n');
}

void trace_rule(struct trace *t, int r, const char *option, const char *chain,
		uint32_t num, const struct fw_rule *rule)
{
	if (!t)
		return;
	text_printf(&t->calls, "    %s %s ", option, chain);
	if (num)
		text_printf(&t->calls, "%u ", num);
	rule_text(rule, &t->calls);
	put_result(t, r);
}

void trace_rule20(struct trace *t, int r, const char *option,
		  enum fw20_list list, const struct fw20_rule *rule)
{
	if (!t)
		return;
	text_printf(&t->calls, "    -%c %s ", "FIOA"[list], option);
	rule20_text(rule, &t->calls);
	put_result(t, r);
}

void trace_call(struct trace *t, int r, const char *fmt, ...)
{
	char call[256];
	va_list ap;

	if (!t)
		return;
	va_start(ap, fmt);
	vsnprintf(call, sizeof(call), fmt, ap);
	va_end(ap);
	text_printf(&t->calls, "    %s", call);
	put_result(t, r);
}

/* In one write, so that tools that run at once do not mix theirs. */
void trace_flush(struct trace *t)
{
	struct text all = { 0 };

	if (!t || !t->calls.len)
		return;
	trace_who(t->pid, &all);
	text_putc(&all, '\n');
	text_add(&all, t->calls.s, t->calls.len);
	if (!all.bad && write(t->fd, all.s, all.len) < 0)
		t->calls.bad = true;
	text_fini(&all);
	text_fini(&t->calls);
}
