/* Notes of what has no counterpart. */
#include "libcompat/unmet.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/text.h"

void unmet_note(const char *fmt, ...)
{
	const char *path = secure_getenv("FWCOMPAT_UNMET");
	char what[256];
	struct text line = { 0 };
	va_list ap;
	int fd =
		path && *path
			? open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY)
			: -1;

	if (fd < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	text_printf(&line, "%s\n", what);
	/* A note that does not get out is no reason for the tool to fail. */
	if (!line.bad && write(fd, line.s, line.len) < 0)
		line.bad = true;
	text_fini(&line);
	close(fd);
}
