/* The running kernel's switches of a network namespace. */
#include "netfilter/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/number.h"
#include "core/ticks.h"
#include "libcompat/machine.h"

enum { PATH_ROOM = 128, VALUE_ROOM = 64 };

/*
 * What the three values set. 2.2 had a timeout a state, and set those of three.
 * 2.0 had none of states: TCP's was that of all but connections with FINs from
 * both sides, which is from netfilter's LAST_ACK on.
 */
static const struct timeout_row {
	uint8_t eras; /* enum fw_era, a bit each */
	uint8_t value;
	const char *name;
} timeouts[] = {
	{ 1 << ERA_2_2 | 1 << ERA_2_0, 0,
	  "nf_conntrack_tcp_timeout_established" },
	{ 1 << ERA_2_0, 0, "nf_conntrack_tcp_timeout_fin_wait" },
	{ 1 << ERA_2_0, 0, "nf_conntrack_tcp_timeout_close_wait" },
	{ 1 << ERA_2_2, 1, "nf_conntrack_tcp_timeout_fin_wait" },
	{ 1 << ERA_2_0, 1, "nf_conntrack_tcp_timeout_last_ack" },
	{ 1 << ERA_2_0, 1, "nf_conntrack_tcp_timeout_time_wait" },
	{ 1 << ERA_2_2 | 1 << ERA_2_0, 2, "nf_conntrack_udp_timeout" },
	{ 1 << ERA_2_2 | 1 << ERA_2_0, 2, "nf_conntrack_udp_timeout_stream" },
};

enum { TIMEOUTS = sizeof(timeouts) / sizeof(timeouts[0]) };

static int read_file(const char *path, char value[VALUE_ROOM])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, value, VALUE_ROOM - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	value[n < 0 ? 0 : n] = '\0';
	return n < 0 ? (int)n : 0;
}

static int write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static void name_path(const char *name, char path[PATH_ROOM])
{
	char below[PATH_ROOM];

	snprintf(below, sizeof(below), "sys/net/netfilter/%s", name);
	machine_proc(below, path, PATH_ROOM);
}

static int get_number(const char *name, int32_t *value)
{
	char path[PATH_ROOM], text[VALUE_ROOM];
	int r;

	name_path(name, path);
	r = read_file(path, text);
	text[strcspn(text, "\n")] = '\0';
	return r ? r : number_parse(text, 10, 0, INT32_MAX, value);
}

static int set_number(const char *name, int32_t value)
{
	char path[PATH_ROOM], text[VALUE_ROOM];

	name_path(name, path);
	snprintf(text, sizeof(text), "%" PRId32, value);
	return write_file(path, text);
}

static bool is_of(const struct timeout_row *t, enum fw_era era)
{
	return t->eras >> era & 1;
}

/* Whole seconds, and no fewer. */
static int32_t seconds_of(int32_t ticks)
{
	return (int32_t)(((uint32_t)ticks + HZ - 1) / HZ);
}

int nf_timeouts_set(enum fw_era era, const int32_t tcp_fin_udp[3])
{
	int32_t old[TIMEOUTS] = { 0 };
	int i, r = 0;

	for (i = 0; i < TIMEOUTS && r == 0; i++) {
		const struct timeout_row *t = &timeouts[i];

		if (!is_of(t, era) || !tcp_fin_udp[t->value])
			continue;
		r = get_number(t->name, &old[i]);
		if (r == 0)
			r = set_number(t->name,
				       seconds_of(tcp_fin_udp[t->value]));
	}
	while (r && --i >= 0)
		if (old[i])
			set_number(timeouts[i].name, old[i]);
	return r;
}

int nf_timeouts_get(enum fw_era era, int32_t tcp_fin_udp[3])
{
	int r = 0;

	memset(tcp_fin_udp, 0, 3 * sizeof(*tcp_fin_udp));
	for (int i = 0; i < TIMEOUTS && r == 0; i++) {
		int32_t *most = &tcp_fin_udp[timeouts[i].value], seconds = 0;

		if (!is_of(&timeouts[i], era))
			continue;
		r = get_number(timeouts[i].name, &seconds);
		if (seconds > *most / HZ)
			*most = seconds > INT32_MAX / HZ ? INT32_MAX
							 : seconds * HZ;
	}
	return r;
}

void nf_timeouts_each(enum fw_era era, void (*name)(void *, int, const char *),
		      void *ctx)
{
	for (int i = 0; i < TIMEOUTS; i++)
		if (is_of(&timeouts[i], era))
			name(ctx, timeouts[i].value, timeouts[i].name);
}

int32_t nf_connections(void)
{
	int32_t n;

	return get_number("nf_conntrack_count", &n) ? -1 : n;
}

static const char *const switches[] = {
	"sys/net/ipv4/ip_dynaddr",
	"sys/net/ipv4/ip_forward",
};

bool nf_switch_is_real(const char *path)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (!strcmp(path, switches[i]))
			return true;
	return false;
}

int nf_switch_get(const char *path, struct text *out)
{
	char full[PATH_ROOM], value[VALUE_ROOM];
	int r;

	machine_proc(path, full, sizeof(full));
	r = read_file(full, value);
	if (r == 0)
		text_puts(out, value);
	return r;
}

int nf_switch_set(const char *path, const char *text)
{
	char full[PATH_ROOM];

	machine_proc(path, full, sizeof(full));
	return write_file(full, text);
}
