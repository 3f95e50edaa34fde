/* Where a command that runs on writes lines of the kernel's log. */
#include "fwcompat/log_out.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "libcompat/clock.h"

/* Whom syslogd named as the writer of the kernel's lines. */
static const char ident[] = "kernel";

int log_out_open(struct log_out *out, const char *where, int facility)
{
	*out = (struct log_out){ 0 };
	if (!where || !strcmp(where, "syslog")) {
		openlog(ident, 0, facility);
		return 0;
	}
	if (!strcmp(where, "-")) {
		out->file = stderr;
		return 0;
	}
	out->path = where;
	out->file = fopen(where, "ae");
	return out->file ? 0 : -errno;
}

int log_out_reopen(struct log_out *out)
{
	FILE *file;

	if (!out->path)
		return 0;
	file = fopen(out->path, "ae");
	if (!file)
		return -errno;
	fclose(out->file);
	out->file = file;
	return 0;
}

int log_out_close(struct log_out *out)
{
	int r = 0;

	if (out->path && (ferror(out->file) || fclose(out->file)))
		r = errno ? -errno : -EIO;
	*out = (struct log_out){ 0 };
	return r;
}

/* "Nov  9 04:20:55 host kernel: ": RFC 3164, as syslogd put it before lines. */
static void put_head(FILE *file)
{
	char host[256] = "", date[32] = "";
	time_t now = (time_t)clock_date();
	struct tm tm;

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	if (localtime_r(&now, &tm))
		strftime(date, sizeof(date), "%b %e %H:%M:%S", &tm);
	fprintf(file, "%s %s %s: ", date, host, ident);
}

void log_out_line(struct log_out *out, int level, const char *line)
{
	if (!out->file) {
		syslog(level, "%s", line);
		return;
	}
	if (out->path)
		put_head(out->file);
	fprintf(out->file, "%s\n", line);
	fflush(out->file);
}

int log_out_facility(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} facilities[] = {
		{ "auth", LOG_AUTH },     { "authpriv", LOG_AUTHPRIV },
		{ "daemon", LOG_DAEMON }, { "local0", LOG_LOCAL0 },
		{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },
		{ "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },
		{ "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
		{ "local7", LOG_LOCAL7 }, { "syslog", LOG_SYSLOG },
		{ "user", LOG_USER },
	};

	for (size_t i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++)
		if (!strcmp(name, facilities[i].name))
			return facilities[i].number;
	return -1;
}
