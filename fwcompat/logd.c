/* fwcompat logd: the old kernel's log lines, of what today's kernel reports. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "core/le.h"
#include "core/log_tag.h"
#include "core/number.h"
#include "engine/log_line.h"
#include "engine/pkt.h"
#include "fwcompat/cmd.h"
#include "fwcompat/log_out.h"
#include "fwcompat/ready.h"
#include "libcompat/settings.h"
#include "netfilter/compile.h"
#include "netfilter/log.h"

enum {
	IP_HEADER = 20,
	LINE_BYTES = 128,         /* of a packet that a line can tell of */
	COPY_BYTES = 65535 - 4,   /* as much as the kernel sends */
	COPY_HEADER = 4 + 4 + 16, /* length, mark, interface */
};

const char cmd_logd_usage[] =
	"fwcompat logd [--log syslog|-|FILE] [--facility NAME] "
	"[--copies FILE]\n"
	"                     [--group N] [--copy-group N]\n"
	"\n"
	"Writes the old kernel's log lines (`Packet log: ...') of packets that "
	"met rules\n"
	"with -l, or -o of ipfwadm, in today's kernel: those of the netfilter "
	"backend in\n"
	"this network namespace. Stays in the foreground; SIGHUP opens files "
	"anew.\n"
	"\n"
	"  --log syslog      lines go to the system's log (so without this "
	"option)\n"
	"  --log FILE        they go to a file; `-': to standard error\n"
	"  --facility NAME   of syslog; without: user\n"
	"  --copies FILE     packets that met ipchains -o go to a file or "
	"FIFO, "
	"as they\n"
	"                    went out on netlink\n"
	"  --group N         the NFLOG group of lines; without:\n"
	"                    log-group of fwcompat.conf(5), or 22\n"
	"  --copy-group N    that of packets; without: copy-group, or 23\n";

struct logd {
	const char *where, *copies;
	int facility;
	uint32_t marks; /* bits of packets' marks that are ours */
	struct nf_log_group groups[2]; /* lines, copies */
	struct log_out out;
	int copies_fd; /* or -1 */
	const struct nf_log_calls *calls;
	struct nf_log *log;
	bool failed; /* a copy could not be written, which was told */
};

static volatile sig_atomic_t stop, reopen;

static void note_signal(int signo)
{
	if (signo == SIGHUP)
		reopen = 1;
	else
		stop = 1;
}

static int misused(const char *what, const char *word)
{
	char text[512];

	snprintf(text, sizeof(text), "%s: %.400s", what, word);
	return cmd_misused("logd", text);
}

static int failed(int r, const char *what)
{
	char text[512];

	snprintf(text, sizeof(text), "%.400s: %s", what, strerror(-r));
	return cmd_failed("logd", r, text);
}

static int take_group(struct nf_log_group *group, const char *word)
{
	int32_t n;

	if (number_parse(word, 10, 0, UINT16_MAX, &n))
		return misused("not the number of a group", word);
	group->number = (uint16_t)n;
	return CMD_OK;
}

static int take_facility(struct logd *d, const char *word)
{
	d->facility = log_out_facility(word);
	return d->facility < 0 ? misused("no facility of syslog", word)
			       : CMD_OK;
}

static int take_option(struct logd *d, int opt, const char *word)
{
	switch (opt) {
	case 'l':
		d->where = word;
		return CMD_OK;
	case 'c':
		d->copies = word;
		return CMD_OK;
	case 'f':
		return take_facility(d, word);
	case 'g':
		return take_group(&d->groups[0], word);
	case 'G':
		return take_group(&d->groups[1], word);
	default:
		return cmd_try("logd");
	}
}

/* What holds unless options say otherwise. */
static int take_settings(struct logd *d)
{
	struct settings s;
	char why[512] = "";
	int r = settings_read(&s, why, sizeof(why));

	if (r) {
		cmd_failed("logd", r, why);
		return CMD_USAGE;
	}
	if (s.marks)
		d->marks = s.marks;
	if (s.log_group)
		d->groups[0].number = s.log_group;
	if (s.copy_group)
		d->groups[1].number = s.copy_group;
	return CMD_OK;
}

static int take_options(struct logd *d, int argc, char **argv)
{
	static const struct option options[] = {
		{ "log", required_argument, NULL, 'l' },
		{ "copies", required_argument, NULL, 'c' },
		{ "facility", required_argument, NULL, 'f' },
		{ "group", required_argument, NULL, 'g' },
		{ "copy-group", required_argument, NULL, 'G' },
		{ 0 },
	};
	int opt, r = CMD_OK;

	while (r == CMD_OK &&
	       (opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		r = take_option(d, opt, optarg);
	if (r == CMD_OK && optind < argc)
		return misused("what is this", argv[optind]);
	return r;
}

/* A FIFO that nobody reads is opened all the same. */
static int open_copies(struct logd *d)
{
	int fd;

	if (!d->copies)
		return 0;
	fd = open(d->copies,
		  O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0)
		return -errno;
	if (d->copies_fd >= 0)
		close(d->copies_fd);
	d->copies_fd = fd;
	return 0;
}

static void write_line(struct logd *d, const struct log_tag *tag,
		       const struct nf_log_packet *packet, const struct pkt *p)
{
	struct text t = { 0 };
	struct pkt_info info;

	pkt_look(p, &info);
	log_line(&t, tag, &packet->via, p, &info);
	if (!t.bad)
		log_out_line(&d->out, LOG_INFO, t.s);
	text_fini(&t);
}

/*
 * As Linux 2.2 sent it on netlink (net/ipv4/ip_fw.c): the length of all of it,
 * the mark, the interface, the packet's beginning.
 */
static void write_copy(struct logd *d, const struct log_tag *tag,
		       const struct nf_log_packet *packet, const struct pkt *p)
{
	uint8_t message[COPY_HEADER + 65536];
	uint32_t bytes = tag->num < p->len ? tag->num : p->len;

	put_le32(message, COPY_HEADER + bytes);
	put_le32(message + 4, packet->mark & ~d->marks);
	memcpy(message + 8, packet->via.s, sizeof(packet->via.s));
	memcpy(message + COPY_HEADER, p->data, bytes);
	if (write(d->copies_fd, message, COPY_HEADER + bytes) < 0 &&
	    !d->failed) {
		d->failed = true;
		failed(-errno, d->copies);
	}
}

/* What the kernel would not have looked at is none of ours either. */
static bool is_whole(const struct pkt *p)
{
	const uint8_t *h = pkt_at(p, 0, IP_HEADER);

	return h && h[0] >> 4 == 4 && pkt_at(p, 0, (h[0] & 15U) * 4);
}

static void see_packet(void *ctx, const struct nf_log_packet *packet)
{
	struct pkt p = { .data = packet->data,
			 .len = packet->len,
			 .cap = packet->len };
	struct logd *d = ctx;
	struct log_tag tag;

	if (log_tag_parse(packet->prefix, &tag) || !is_whole(&p))
		return;
	if (tag.inside)
		d->calls->masquerade(d->log, packet);
	if (!tag.copy)
		write_line(d, &tag, packet, &p);
	else if (d->copies_fd >= 0)
		write_copy(d, &tag, packet, &p);
}

static void open_anew(struct logd *d)
{
	int r = log_out_reopen(&d->out);

	reopen = 0;
	if (r)
		failed(r, d->where);
	r = open_copies(d);
	if (r)
		failed(r, d->copies);
}

/* All that is there. 0 or -errno. */
static int read_all(struct logd *d)
{
	int r;

	while ((r = d->calls->read(d->log, see_packet, d)) == 0 ||
	       r == -ENOBUFS)
		if (r)
			log_out_line(&d->out, LOG_WARNING,
				     "fwcompat logd: more packets than could "
				     "be read; some lines are lost");
	return r == -EAGAIN || r == -EINTR ? 0 : r;
}

/*
 * Until a signal ends it, which comes only while it waits. The kernel reports a
 * packet before it masquerades it: it gets a moment for that.
 */
static int follow(struct logd *d, const sigset_t *while_waiting)
{
	static const struct timespec moment = { .tv_nsec = 2000000 };
	struct pollfd fd = { .fd = d->calls->fd(d->log), .events = POLLIN };
	int r = 0;

	while (!stop && r == 0) {
		if (reopen)
			open_anew(d);
		if (ppoll(&fd, 1, NULL, while_waiting) < 0)
			continue;
		nanosleep(&moment, NULL);
		r = read_all(d);
	}
	return r ? failed(r, "netlink") : CMD_OK;
}

static void catch_signals(sigset_t *before)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction act = { .sa_handler = note_signal };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], &act, NULL);
		sigaddset(&set, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &set, before);
}

static int run(struct logd *d)
{
	sigset_t before;
	char why[512] = "";
	int r;

	d->calls = nf_log_load(why, sizeof(why));
	if (!d->calls)
		return cmd_failed("logd", 0, why);
	catch_signals(&before);
	r = d->calls->open(&d->log, d->groups, d->copies ? 2 : 1, why,
			   sizeof(why));
	if (r)
		return cmd_failed("logd", r, why);
	ready_tell();
	r = follow(d, &before);
	d->calls->close(d->log);
	return r;
}

int cmd_logd(int argc, char **argv)
{
	struct logd d = {
		.facility = LOG_USER,
		.marks = (uint32_t)NF_MARK_MASK,
		.groups = { { NF_LOG_GROUP, LINE_BYTES },
			    { NF_COPY_GROUP, COPY_BYTES } },
		.copies_fd = -1,
	};
	int status = take_settings(&d), r;

	if (status == CMD_OK)
		status = take_options(&d, argc, argv);
	if (status != CMD_OK)
		return status;
	r = open_copies(&d);
	if (r)
		return failed(r, d.copies);
	r = log_out_open(&d.out, d.where, d.facility);
	if (r)
		return failed(r, d.where);
	status = run(&d);
	r = log_out_close(&d.out);
	if (r)
		status = failed(r, d.where);
	if (d.copies_fd >= 0)
		close(d.copies_fd);
	return status;
}
