/* Notes of what has no counterpart. */
#include "libcompat/unmet.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/text.h"

static void __attribute__((format(printf, 2, 0)))
put_line(const char *kind, const char *fmt, va_list ap)
{
	const char *path = secure_getenv("FWCOMPAT_UNMET");
	char what[256];
	struct text line = { 0 };
	int fd =
		path && *path
			? open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY)
			: -1;

	if (fd < 0)
		return;
	vsnprintf(what, sizeof(what), fmt, ap);
	text_printf(&line, "%s%s\n", kind, what);
	/* A note that does not get out is no reason for the tool to fail. */
	if (!line.bad && write(fd, line.s, line.len) < 0)
		line.bad = true;
	text_fini(&line);
	close(fd);
}

void unmet_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line("", fmt, ap);
	va_end(ap);
}

void unmet_hint(const char *fmt, ...)
{
	static const char kind[] = { UNMET_HINT, '\0' };
	va_list ap;

	va_start(ap, fmt);
	put_line(kind, fmt, ap);
	va_end(ap);
}
