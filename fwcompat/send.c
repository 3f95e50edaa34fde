/* fwcompat send: a packet in words arrives, and what becomes of it in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/path.h"
#include "engine/pkt.h"
#include "engine/state.h"
#include "fwcompat/cmd.h"
#include "fwcompat/counted.h"
#include "gateway/packet_words.h"
#include "libcompat/store.h"

const char cmd_send_usage[] =
	"fwcompat send INTERFACE|- PROTOCOL SOURCE[:PORT] DESTINATION[:PORT] "
	"[WORD ...]\n"
	"\n"
	"A packet arrives on INTERFACE of the host (`-': the host itself sends "
	"it), and\n"
	"what becomes of it is told, a line each, in the order in which it "
	"happens:\n"
	"\n"
	"  sent INTERFACE PACKET       it leaves, as it is then\n"
	"  delivered PACKET            the host itself gets it; `at port N' "
	"where "
	"a rule\n"
	"                              redirects it there\n"
	"  dropped                     it ends without a word\n"
	"  answered INTERFACE PACKET   with this ICMP error\n"
	"  logged LINE                 the kernel's log\n"
	"  counted CHAIN NUMBER        by this rule, or by the chain's "
	"`policy'\n"
	"\n"
	"WORDs: fin syn rst psh ack urg (TCP; none of them: ack), noflags, "
	"type "
	"N and\n"
	"code N (ICMP; else 8 and 0), ttl N, tos N, id N, df, frag N, more, "
	"data TEXT,\n"
	"length N.\n";

enum { PACKET_ROOM = PKT_MAX };

struct sending {
	struct store *store;
	struct fw fw;
	struct fw_env env;
	struct counted before;
	struct text said;   /* what became of it */
	struct text logged; /* and what the kernel said */
};

static void see_out(void *ctx, const struct fw_out *out)
{
	static const char *const words[] = {
		[FW_OUT_SEND] = "sent",
		[FW_OUT_LOCAL] = "delivered",
		[FW_OUT_DROP] = "dropped",
		[FW_OUT_ICMP] = "answered",
	};
	struct sending *s = ctx;
	bool leaves = out->kind == FW_OUT_SEND || out->kind == FW_OUT_ICMP;

	text_puts(&s->said, words[out->kind]);
	if (leaves)
		text_printf(&s->said, " %.*s", FW_IFNAME,
			    host_if_name(&s->fw, out->ifindex)->s);
	if (out->kind != FW_OUT_DROP) {
		text_putc(&s->said, ' ');
		packet_to_words(out->pkt, &s->said);
	}
	if (out->kind == FW_OUT_LOCAL && out->redir_port)
		text_printf(&s->said, " at port %u", out->redir_port);
	text_putc(&s->said, '\n');
}

static void see_log(void *ctx, int level, const char *line)
{
	struct sending *s = ctx;

	(void)level;
	text_printf(&s->logged, "logged %s\n", line);
}

static int failed(int r, const char *why)
{
	return cmd_failed("send", r, why);
}

/* It comes, or goes. */
static int let_go(struct sending *s, const char *ifname, struct pkt *p)
{
	ticks_t now = s->fw.st->g.now;
	uint32_t ifindex;

	if (!strcmp(ifname, "-")) {
		fw_send(&s->fw, now, p);
		return CMD_OK;
	}
	ifindex = host_if_find(&s->fw, ifname);
	if (ifindex == HOST_NO_IF) {
		fprintf(stderr,
			"fwcompat send: %s: the host has no such interface; "
			"see `fwcompat host'\n",
			ifname);
		return CMD_FAILED;
	}
	fw_arrive(&s->fw, now, ifindex, p);
	return CMD_OK;
}

static int tell(struct sending *s)
{
	counted_text(&s->before, &s->fw, &s->logged);
	if (s->before.bad || s->said.bad || s->logged.bad)
		return failed(-ENOMEM, "");
	if (s->said.s)
		fputs(s->said.s, stdout);
	if (s->logged.s)
		fputs(s->logged.s, stdout);
	return CMD_OK;
}

/* Inside: all of it, or nothing. */
static int send_inside(struct sending *s, const char *ifname, struct pkt *p)
{
	int r;

	counted_take(&s->before, &s->fw);
	r = let_go(s, ifname, p);
	if (r == CMD_OK)
		r = tell(s);
	if (r == CMD_OK && store_commit(s->store, &s->fw))
		r = failed(-EIO, store_why(s->store));
	return r;
}

static int send_it(struct sending *s, const char *ifname, struct pkt *p)
{
	char why[512] = "";
	int r = store_open(&s->store, NULL, why, sizeof(why));

	if (r)
		return failed(r, why);
	s->env = (struct fw_env){ .ctx = s, .out = see_out, .log = see_log };
	r = store_enter(s->store, &s->fw, &s->env);
	if (r) {
		r = failed(r, store_why(s->store));
	} else {
		r = send_inside(s, ifname, p);
		store_leave(s->store, &s->fw);
	}
	fw_fini(&s->fw);
	store_close(s->store);
	counted_fini(&s->before);
	text_fini(&s->said);
	text_fini(&s->logged);
	return r;
}

int cmd_send(int argc, char **argv)
{
	static uint8_t bytes[PACKET_ROOM];
	static struct sending sending;
	struct pkt p = { .data = bytes, .cap = sizeof(bytes), .to_host = true };
	struct text why = { 0 };
	int r;

	if (argc < 2)
		return cmd_misused("send", "where does the packet come from?");
	if (packet_from_words(&p, argv + 2, argc - 2, &why)) {
		r = cmd_misused("send", why.s ? why.s : "no memory");
		text_fini(&why);
		return r;
	}
	return send_it(&sending, argv[1], &p);
}
