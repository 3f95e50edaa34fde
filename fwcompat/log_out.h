/*
 * Where a command that runs on writes lines of the kernel's log: to syslog, as
 * the kernel's own lines were; to a file, as syslogd wrote them there; or,
 * bare, to standard error.
 */
#ifndef FWCOMPAT_LOG_OUT_H
#define FWCOMPAT_LOG_OUT_H

#include <stdio.h>

struct log_out {
	const char *path; /* NULL: syslog or standard error */
	FILE *file;       /* NULL: syslog */
};

/*
 * @where: "syslog" (so NULL too), "-" for standard error, else a file, to whose
 * end lines go. @facility: of syslog. 0 or -errno.
 */
int log_out_open(struct log_out *out, const char *where, int facility);
/* A file again by its name: the old one was perhaps moved away. 0; or -errno,
 * and lines go on to the old one. */
int log_out_reopen(struct log_out *out);
/* 0 or -errno: what was written did not all get out. */
int log_out_close(struct log_out *out);

/* A line, without newline, of a level as in printk. */
void log_out_line(struct log_out *out, int level, const char *line);

/* The number of a facility of syslog(3) by its name, or -1. That of the kernel
 * is none: syslog() does not give it to programs. */
int log_out_facility(const char *name);

#endif
