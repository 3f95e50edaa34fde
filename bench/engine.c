/*
 * How fast the engine is: nanoseconds a packet, entries set up a second, bytes
 * an entry, milliseconds a listing. Each without the journal and with it.
 *
 * For scale: the code of Linux 2.2.26 itself, driven in the same way, took 375,
 * 434 and 528 ns for a packet and its reply at 1, 1,000 and 4,000 entries, and
 * 1,556 ns behind 500 rules.
 */
#include <stdio.h>
#include <time.h>

#include "bench/gate.h"
#include "engine/masq.h"
#include "engine/modules.h"
#include "engine/path.h"
#include "proc-emu/proc.h"

enum { ROUND = 20000, ROUNDS = 40, NS = 1000000000 };

/* Nanoseconds of one kind of packet, without journal [0] and with it [1]. */
struct figure {
	double out[2], in[2];
};

/* Of this program alone, whoever else is at work. */
static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * NS + (double)t.tv_nsec;
}

/* The best round: in others somebody else had the caches. */
static double per_packet(struct gate *g, bool outward)
{
	double best = 0;
	uint32_t i = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns(), took;

		for (int n = 0; n < ROUND; n++) {
			const struct gate_pair *pair = &g->pair[i];

			if (outward)
				gate_out(g, pair->out);
			else
				gate_in(g, pair->in);
			if (++i == g->pairs)
				i = 0;
		}
		took = (now_ns() - start) / ROUND;
		if (!round || took < best)
			best = took;
	}
	return best;
}

static struct figure measure(uint32_t entries, uint32_t rules)
{
	struct figure f;

	for (int journal = 0; journal < 2; journal++) {
		struct gate g;

		gate_open(&g, journal, rules);
		gate_establish(&g, entries);
		f.out[journal] = per_packet(&g, true);
		f.in[journal] = per_packet(&g, false);
		gate_close(&g);
	}
	return f;
}

static double both(const struct figure *f, int journal)
{
	return f->out[journal] + f->in[journal];
}

static void say_figure(uint32_t n, const char *of, const struct figure *f)
{
	printf("%7u %-8s %6.0f %6.0f %6.0f   %6.0f %6.0f %6.0f\n", n, of,
	       f->out[0], f->in[0], both(f, 0), f->out[1], f->in[1],
	       both(f, 1));
}

static void say_head(const char *what)
{
	printf("\n%-16s %20s   %20s\n%-16s %6s %6s %6s   %6s %6s %6s\n", what,
	       "ns", "ns, with journal", "", "out", "reply", "both", "out",
	       "reply", "both");
}

static void say_ratio(const char *what, double got, double aim)
{
	printf("  %-42s %5.2f (aim %.1f)%s\n", what, got, aim,
	       got > aim ? "  OVER" : "");
}

static void entries(void)
{
	static const uint32_t counts[] = { 1, 100, 1000, 4000, 40000 };
	enum { N = sizeof(counts) / sizeof(counts[0]) };
	struct figure f[N];

	say_head("entries");
	for (int i = 0; i < N; i++) {
		f[i] = measure(counts[i], 0);
		say_figure(counts[i], "entries", &f[i]);
	}
	say_ratio("4,000 entries against one", both(&f[3], 0) / both(&f[0], 0),
		  1.5);
	say_ratio("40,000 entries against one", both(&f[4], 0) / both(&f[0], 0),
		  2.5);
}

static void rules(void)
{
	static const uint32_t counts[] = { 1, 10, 50, 500, 5000 };
	enum { N = sizeof(counts) / sizeof(counts[0]) };
	struct figure f[N];

	say_head("the MASQ rule is");
	for (int i = 0; i < N; i++) {
		f[i] = measure(1, counts[i] - 1);
		say_figure(counts[i], "th rule", &f[i]);
	}
	say_ratio("50 rules against one", f[2].out[0] / f[0].out[0], 1.5);
	say_ratio("5,000 rules against ten", f[4].out[0] / f[1].out[0], 3);
}

/* Setting up: a SYN each, from a host without entries to one that is full. */
static void set_up(void)
{
	enum { ENTRIES = 40000 };

	printf("\nsetting up %d entries, by three packets each\n", ENTRIES);
	for (int journal = 0; journal < 2; journal++) {
		const struct fw_table *t;
		struct gate g;
		double start;

		gate_open(&g, journal, 0);
		start = now_ns();
		gate_establish(&g, ENTRIES);
		printf("  %8.0f entries a second%s\n",
		       (double)ENTRIES * NS / (now_ns() - start),
		       journal ? ", with journal" : "");
		t = &g.state->table[FW_T_MASQ];
		if (!journal)
			printf("  %8.0f bytes an entry, look-up tables "
			       "included\n",
			       (t->cap * (double)sizeof(struct masq_entry) +
				sizeof(struct masq_table)) /
				       ENTRIES);
		else
			printf("  %8.0f bytes of journal an entry\n",
			       (double)g.blocks * (JOURNAL_BLOCK + 4) /
				       ENTRIES);
		gate_close(&g);
	}
}

static enum fw_era era(void *ctx)
{
	(void)ctx;
	return ERA_2_2;
}

static void masq_free(void *ctx, int32_t free_ports[MASQ_PROTOS])
{
	const struct gate *g = ctx;

	for (int i = 0; i < MASQ_PROTOS; i++)
		free_ports[i] = g->state->masq.free_ports[i];
}

static void masq_rows(void *ctx, void (*row)(void *, const struct masq_row *),
		      void *arg)
{
	const struct gate *g = ctx;

	masq_each(&g->fw, g->now, row, arg);
}

/* Milliseconds of /proc/net/ip_masquerade, the best of many readings. */
static double listing_ms(struct gate *g, uint32_t entries)
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		const struct proc_source src = { .ctx = g,
						 .era = era,
						 .masq_free = masq_free,
						 .masq = masq_rows };
		double start = now_ns(), took;
		struct text t = { 0 };

		proc_read(&src, "net/ip_masquerade", false, &t);
		took = now_ns() - start;
		if (t.len < (size_t)entries * 128)
			printf("the listing is short: %zu bytes\n", t.len);
		text_fini(&t);
		if (!round || took < best)
			best = took;
	}
	return best / 1e6;
}

static void listing(void)
{
	enum { ENTRIES = 40000 };
	struct gate g;

	gate_open(&g, false, 0);
	gate_establish(&g, ENTRIES);
	printf("\nip_masquerade with %d entries: %.1f ms\n", ENTRIES,
	       listing_ms(&g, ENTRIES));
	gate_close(&g);
}

/* All that there can be: 40,960 entries of each protocol. */
static void full_table(void)
{
	struct figure f = { 0 };
	struct gate g;
	double start;

	gate_open(&g, false, 0);
	g.still = true;
	gate_establish(&g, MASQ_FREE_PORTS);
	gate_fill(&g, MASQ_FREE_PORTS);
	f.out[0] = per_packet(&g, true);
	f.in[0] = per_packet(&g, false);
	printf("\na full table, %d entries of each protocol\n"
	       "  %8.0f ns out, %.0f ns reply\n"
	       "  %8.1f ms ip_masquerade\n",
	       MASQ_FREE_PORTS, f.out[0], f.in[0],
	       listing_ms(&g, 3 * MASQ_FREE_PORTS));
	start = now_ns();
	fw_run(&g.fw, g.now + 2000 * HZ);
	printf("  %8.0f ns to expire an entry\n",
	       (now_ns() - start) / (3.0 * MASQ_FREE_PORTS));
	if (g.state->table[FW_T_MASQ].count)
		printf("entries are left: %u\n",
		       g.state->table[FW_T_MASQ].count);
	gate_close(&g);
}

/* Nanoseconds of a packet from inside with @text, the best round. */
static double per_text(struct gate *g, const struct gate_pair *pair,
		       const char *text)
{
	uint8_t p[GATE_LONGEST];
	uint32_t len = gate_say(pair, text, p);
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns(), took;

		for (int n = 0; n < ROUND; n++)
			gate_push(g, p, len);
		took = (now_ns() - start) / ROUND;
		if (!round || took < best)
			best = took;
	}
	return best;
}

/* What a helper costs on each packet, and where it has something to do. */
static void helper(void)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{ "no text", "" },
		{ "a command", "RETR pub/linux/kernel/v2.2/linux-2.2.26\r\n" },
		{ "PORT", "PORT 192,168,0,2,4,1\r\n" },
	};
	struct text why = { 0 };
	struct gate plain, ftp;
	struct gate_pair a, b;

	gate_open(&plain, false, 0);
	gate_open(&ftp, false, 0);
	module_load(&ftp.fw, "ip_masq_ftp", NULL, &why);
	gate_talk(&plain, &a, 21);
	gate_talk(&ftp, &b, 21);
	printf("\nan FTP client's packets           ns       ns, with "
	       "helper\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		printf("  %-20s      %8.0f       %8.0f\n", rows[i].what,
		       per_text(&plain, &a, rows[i].text),
		       per_text(&ftp, &b, rows[i].text));
	text_fini(&why);
	gate_close(&plain);
	gate_close(&ftp);
}

int main(void)
{
	entries();
	rules();
	set_up();
	listing();
	full_table();
	helper();
	return 0;
}
