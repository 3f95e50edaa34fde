/* Drives packets through the engine, commands through sh, the clock by hand. */
#include "fwcompat/play_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/digits.h"
#include "engine/path.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "fwcompat/play_parse.h"
#include "fwcompat/play_place.h"
#include "launcher/child.h"
#include "libcompat/compat.h"
#include "libcompat/store.h"

enum { PACKET_ROOM = 65535 };

struct play {
	struct play_place place;
	const volatile sig_atomic_t *stop;
	const struct recording *rec;
	struct compat *c;    /* between packets */
	struct store *store; /* during packets: .inside */
	struct fw fw;
	struct fw_env env;
	bool inside;
	uint64_t ticks;    /* the clock, as the recording counts */
	const char *feed;  /* the fed file that lines go to, borrowed */
	size_t log_read;   /* bytes of the log file that were shown */
	struct text piece; /* the present item and what came back */
	struct text logged;
	struct text *why;
	uint8_t packet[PACKET_ROOM];
};

static int fail(struct play *p, const struct play_item *it, int r,
		const char *what)
{
	text_printf(p->why, "%s:%u: %s", p->rec->name, it->line, what);
	return r;
}

static void put_hex(struct text *to, const uint8_t *data, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	char *at = text_room(to, 2 * n);

	if (!at)
		return;
	for (size_t i = 0; i < n; i++) {
		*at++ = digit[data[i] >> 4];
		*at++ = digit[data[i] & 15];
	}
	*at = '\0';
	to->len += 2 * n;
}

static void put_interface(struct play *p, uint32_t ifindex)
{
	const char *name =
		ifindex < HOST_IFS ? p->fw.st->host.ifs[ifindex].name.s : "?";

	text_add(&p->piece, name, strnlen(name, FW_IFNAME));
}

/* One result of a packet. */
static void see_out(void *ctx, const struct fw_out *out)
{
	struct play *p = ctx;

	switch (out->kind) {
	case FW_OUT_DROP:
		text_puts(&p->piece, "= drop\n");
		return;
	case FW_OUT_ICMP:
		text_printf(&p->piece, "= icmp %u %u %u.%u.%u.%u\n",
			    out->icmp_type, out->icmp_code, out->icmp_dst >> 24,
			    out->icmp_dst >> 16 & 255, out->icmp_dst >> 8 & 255,
			    out->icmp_dst & 255);
		return;
	case FW_OUT_LOCAL:
		text_puts(&p->piece, "= local");
		break;
	case FW_OUT_SEND:
		text_puts(&p->piece, "= ");
		put_interface(p, out->ifindex);
		break;
	}
	text_putc(&p->piece, ' ');
	put_hex(&p->piece, out->pkt->data, out->pkt->len);
	text_putc(&p->piece, '\n');
}

/*
 * Each line of @s with @mark and a blank before it; what lacks its end gets
 * one. @bare: no blank before an empty line.
 */
static void put_lines(struct text *to, char mark, bool bare, const char *s,
		      size_t n)
{
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end ? (size_t)(end - s) : n;

		text_putc(to, mark);
		if (len > 0 || !bare)
			text_putc(to, ' ');
		text_add(to, s, len);
		text_putc(to, '\n');
		s += end ? len + 1 : len;
		n -= end ? len + 1 : len;
	}
}

static void see_log(void *ctx, int level, const char *line)
{
	struct play *p = ctx;

	(void)level;
	put_lines(&p->logged, '.', false, line, strlen(line));
}

/* The state belongs to packets until it is left to commands again. */
static int enter(struct play *p, const struct play_item *it)
{
	int r;

	if (p->inside)
		return 0;
	r = store_enter(p->store, &p->fw, &p->env);
	if (r)
		return fail(p, it, r, store_why(p->store));
	p->inside = true;
	return 0;
}

static int leave(struct play *p, const struct play_item *it)
{
	int r;

	if (!p->inside)
		return 0;
	r = store_commit(p->store, &p->fw);
	store_leave(p->store, &p->fw);
	p->inside = false;
	return r ? fail(p, it, r, "the state could not be written") : 0;
}

/* What a timer sends (an error about pieces of a packet that were given up) was
 * not recorded: results are those of packets. */
static int play_clock(struct play *p, const struct play_item *it)
{
	size_t len = p->piece.len;
	int r = enter(p, it);

	if (r)
		return r;
	r = store_advance(p->store, it->ticks - p->ticks);
	p->piece.len = len;
	if (r)
		return fail(p, it, r, "the clock cannot be set so");
	p->ticks = it->ticks;
	return 0;
}

/* Frames come to us at link level unless they are for everybody, or many. */
static bool sent_to_host(const struct pkt *pkt)
{
	const uint8_t *dst = pkt_at(pkt, 16, 4);

	return !dst || get_be32(dst) < 0xE0000000;
}

static int play_packet(struct play *p, const struct play_item *it)
{
	struct pkt pkt = { .data = p->packet, .cap = PACKET_ROOM };
	uint32_t ifindex;
	int r = enter(p, it);

	if (r)
		return r;
	pkt.len = (uint32_t)play_hex_decode(it->text, p->packet);
	pkt.to_host = sent_to_host(&pkt);
	if (!it->ifname[0]) {
		fw_send(&p->fw, p->fw.st->g.clock_now, &pkt);
		return 0;
	}
	ifindex = host_if_find(&p->fw, it->ifname);
	if (ifindex == HOST_NO_IF)
		return fail(p, it, -EINVAL, "there is no such interface");
	fw_arrive(&p->fw, p->fw.st->g.clock_now, ifindex, &pkt);
	return 0;
}

/* What the kernel logged in other processes since the last look. */
static void read_log(struct play *p)
{
	char path[PATH_MAX], buf[4096];
	int fd = open(place_path(&p->place, "log", path), O_RDONLY | O_CLOEXEC);
	struct text all = { 0 };
	const char *line;
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = pread(fd, buf, sizeof(buf), (off_t)p->log_read)) > 0) {
		text_add(&all, buf, (size_t)n);
		p->log_read += (size_t)n;
	}
	close(fd);
	for (line = all.s; line && *line;) {
		size_t len = strcspn(line, "\n");
		/* The level stands before the text, as klogd reads it. */
		size_t skip =
			len > 2 && line[0] == '<' && line[2] == '>' ? 3 : 0;

		put_lines(&p->logged, '.', false, line + skip, len - skip);
		line += len + (line[len] == '\n');
	}
	text_fini(&all);
}

static int play_command(struct play *p, const struct play_item *it)
{
	/* The empty line, as the recordings of each time write it. */
	bool bare = p->rec->era != ERA_2_2 && !p->rec->says_host;
	char **env = place_env(&p->place);
	struct child_result got = { .status = -1 };
	char dir[PATH_MAX];
	int r = env ? child_run(it->text, place_path(&p->place, "cwd", dir),
				env, p->stop, &got)
		    : -ENOMEM;

	place_env_free(env);
	if (r == 0)
		r = place_settle(&p->place);
	if (r) {
		text_fini(&got.out);
		text_fini(&got.err);
		return fail(p, it, r, strerror(-r));
	}
	put_lines(&p->piece, '>', bare, got.out.s, got.out.len);
	put_lines(&p->piece, '!', bare, got.err.s, got.err.len);
	if (got.status)
		text_printf(&p->piece, "? %d\n", got.status);
	read_log(p);
	if (p->rec->says_host) /* taken without the kernel's log */
		p->logged.len = 0;
	text_fini(&got.out);
	text_fini(&got.err);
	return 0;
}

/* A switch that the old kernel had but that is nothing to its firewall is set
 * for commands to see, where there is one. */
static int play_set(struct play *p, const struct play_item *it)
{
	const char *value = it->text + strcspn(it->text, " ");
	struct text path = { 0 };
	int r;

	text_puts(&path, "sys/");
	text_add(&path, it->text, (size_t)(value - it->text));
	value += strspn(value, " ");
	r = path.bad ? -ENOMEM : compat_enter(p->c);
	if (r == 0) {
		r = compat_proc_write(p->c, path.s, value);
		if (r == 0)
			r = compat_commit(p->c);
		compat_leave(p->c);
	}
	if (r == -ENOENT) {
		place_set(&p->place, path.s, value);
		r = 0;
	}
	text_fini(&path);
	return r ? fail(p, it, -EINVAL, strerror(-r)) : 0;
}

/* Whether the head of the recording named the interface before. */
static bool has_address(const struct play *p, const struct play_item *it)
{
	bool named = false;

	for (const struct play_item *i = p->rec->item; i < it; i++) {
		if (i->kind >= PLAY_CLOCK)
			return false;
		named |= i->kind == PLAY_IF && !strcmp(i->ifname, it->ifname);
	}
	return named;
}

/* A further line in the head is a further address; later on, another one. */
static int play_interface(struct play *p, const struct play_item *it)
{
	if (has_address(p, it))
		return compat_if_add(p->c, it->ifname, it->addr, it->mask);
	return compat_if_set(p->c, it->ifname, it->addr, it->mask, it->ppp);
}

/* Interfaces and routes: through the same calls as the tools'. */
static int play_host(struct play *p, const struct play_item *it)
{
	int r = compat_enter(p->c);

	if (r)
		return fail(p, it, r, compat_why(p->c));
	if (it->kind == PLAY_IF)
		r = play_interface(p, it);
	else if (it->kind == PLAY_ROUTE)
		r = compat_route_add(p->c, it->addr, it->mask, it->ifname,
				     it->gateway);
	if (r)
		r = fail(p, it, -EINVAL, strerror(-r));
	else
		r = compat_commit(p->c);
	compat_leave(p->c);
	return r;
}

static int play_feed(struct play *p, const struct play_item *it)
{
	int r;

	if (it->kind == PLAY_FEED) {
		p->feed = it->text;
		r = place_feed(&p->place, p->feed);
	} else {
		r = place_feed_line(&p->place, p->feed, it->text);
	}
	return r ? fail(p, it, r, strerror(-r)) : 0;
}

static int play_comment(struct play *p, const struct play_item *it)
{
	(void)p;
	(void)it;
	return 0;
}

static const struct kind_row {
	bool with_packets; /* the state may stay with the packets */
	int (*play)(struct play *p, const struct play_item *it);
} kind_rows[] = {
	[PLAY_COMMENT] = { true, play_comment },
	[PLAY_IF] = { false, play_host },
	[PLAY_ROUTE] = { false, play_host },
	[PLAY_SET] = { false, play_set },
	[PLAY_FEED] = { false, play_feed },
	[PLAY_FEED_LINE] = { false, play_feed },
	[PLAY_CLOCK] = { true, play_clock },
	[PLAY_COMMAND] = { false, play_command },
	[PLAY_PACKET] = { true, play_packet },
};

static int play_item(struct play *p, const struct play_item *it)
{
	const struct kind_row *row = &kind_rows[it->kind];
	int r = 0;

	p->piece.len = p->logged.len = 0;
	text_puts(&p->piece, it->echo);
	text_putc(&p->piece, '\n');
	if (!row->with_packets)
		r = leave(p, it);
	if (r == 0)
		r = row->play(p, it);
	if (p->logged.len)
		text_add(&p->piece, p->logged.s, p->logged.len);
	if (r == 0 && (p->piece.bad || p->logged.bad))
		r = fail(p, it, -ENOMEM, strerror(ENOMEM));
	return r;
}

/* A freshly booted host of that era, its clock at 0. */
static int boot(struct play *p)
{
	struct compat *c;
	char why[256];
	int r = place_reset(&p->place, p->rec->era);

	p->log_read = 0;
	p->ticks = 0;
	if (r == 0)
		r = compat_open(&p->c);
	if (r) {
		text_printf(p->why, "%s: %s", p->rec->name, strerror(-r));
		return r;
	}
	c = p->c;
	r = compat_enter(c);
	if (r == 0)
		r = compat_reset(c, p->rec->era);
	if (r == 0)
		r = compat_commit(c);
	compat_leave(c);
	if (r == 0)
		r = store_open(&p->store, NULL, why, sizeof(why));
	if (r == 0)
		r = store_enter(p->store, &p->fw, &p->env);
	if (r == 0) {
		p->inside = true;
		r = store_set_virtual(p->store, 0);
		if (!p->rec->has_kmod)
			host_sysctl_set(&p->fw, SYSCTL_MODPROBE, LOADER_NONE);
	}
	if (r)
		text_printf(p->why, "%s: the state: %s", p->rec->name,
			    strerror(-r));
	return r;
}

static void shut_down(struct play *p)
{
	if (p->inside)
		store_leave(p->store, &p->fw);
	p->inside = false;
	if (p->store)
		store_close(p->store);
	p->store = NULL;
	fw_fini(&p->fw);
	compat_close(p->c);
	p->c = NULL;
}

int play_recording(struct play *p, const struct recording *rec,
		   void (*put)(void *ctx, const struct text *piece), void *ctx,
		   struct text *why)
{
	int r;

	p->rec = rec;
	p->why = why;
	r = boot(p);
	for (size_t i = 0; r == 0 && i < rec->n_items; i++) {
		r = *p->stop ? -EINTR : play_item(p, &rec->item[i]);
		if (r == 0)
			put(ctx, &p->piece);
	}
	shut_down(p);
	return r;
}

int play_open(struct play **pp, const volatile sig_atomic_t *stop,
	      struct text *why)
{
	struct play *p = calloc(1, sizeof(*p));
	int r = p ? place_open(&p->place) : -ENOMEM;

	if (r) {
		text_printf(why, "no place to play in: %s", strerror(-r));
		play_close(p);
		return r;
	}
	p->stop = stop;
	p->env = (struct fw_env){ .ctx = p, .out = see_out, .log = see_log };
	*pp = p;
	return 0;
}

void play_close(struct play *p)
{
	if (!p)
		return;
	place_close(&p->place);
	text_fini(&p->piece);
	text_fini(&p->logged);
	free(p);
}

const char *play_warning(const struct play *p)
{
	return p->place.warning;
}
