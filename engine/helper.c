/* Masquerading helpers: which are loaded, which entries they are bound to, and
 * what a change of the payload's length means for sequence numbers. */
#include "engine/helper.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/masq.h"
#include "engine/masq_era.h"
#include "engine/modules.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum { TCP_SEQ = 4, TCP_ACK = 8, TCP_OFFSET = 12, TCP_MIN = 20, UDP_LEN = 8 };

static int does_nothing(struct helper_call *call)
{
	(void)call;
	return 0;
}

/* Ports and names: Linux 2.2 and 2.0, net/ipv4/ip_masq_*.c. */
static const struct helper helpers[] = {
	[HELPER_FTP] = { .proto = IPPROTO_TCP,
			 .ports = { 21 },
			 .ports20 = { 21 },
			 .name20 = "ftp",
			 .name = { "ftp", "ftp" },
			 .out = helper_ftp_out,
			 .in = helper_ftp_in },
	[HELPER_IRC] = { .proto = IPPROTO_TCP,
			 .ports = { 6667 },
			 .ports20 = { 6667 },
			 .name20 = "irc",
			 .name = { "irc", "irc" },
			 .out = helper_irc_out,
			 .in = helper_irc_in },
	[HELPER_RAUDIO] = { .proto = IPPROTO_TCP,
			    .ports = { 554, 7070 },
			    .ports20 = { 7070 },
			    .name20 = "RealAudio",
			    .name = { "RealAudio", "RealAudio" },
			    .out = helper_raudio_out,
			    .in = does_nothing },
	[HELPER_CUSEEME] = { .proto = IPPROTO_UDP,
			     .ports = { 7648 },
			     .ports20 = { 7648 },
			     .name20 = "cuseeme",
			     .name = { "cuseeme", "cuseeme" },
			     .out = helper_cuseeme_out,
			     .in = helper_cuseeme_in },
	[HELPER_VDOLIVE] = { .proto = IPPROTO_TCP,
			     .ports = { 7000 },
			     .ports20 = { 7000 },
			     .name20 = "VDOlive",
			     .name = { "VDOlive", "VDOlive" },
			     .out = helper_vdolive_out,
			     .in = does_nothing },
	[HELPER_QUAKE] = { .proto = IPPROTO_UDP,
			   .ports = { 26000, 27000 },
			   .ports20 = { 26000, 27000 },
			   .name20 = "Quake",
			   .name = { "Quake_26", "Quake_27" },
			   .out = helper_quake_out,
			   .in = helper_quake_in },
};
_Static_assert(sizeof(helpers) / sizeof(helpers[0]) == HELPERS,
	       "a helper lacks its row");

static struct helpers *helpers_edit(struct fw *fw)
{
	return fw_edit(fw, &fw->st->helpers, sizeof(fw->st->helpers));
}

static struct helper_reg *reg_edit(struct fw *fw, uint32_t reg)
{
	return fw_edit(fw, &fw->st->helpers.reg[reg],
		       sizeof(struct helper_reg));
}

/* The registration, if that place holds one; else NULL. */
static const struct helper_reg *reg_at(const struct fw *fw, uint32_t reg)
{
	const struct helper_reg *r;

	if (reg >= HELPER_REGS)
		return NULL;
	r = &fw->st->helpers.reg[reg];
	return r->helper && r->helper <= HELPERS ? r : NULL;
}

/* The newest registration of that type, or HELPER_REGS. */
static uint32_t reg_find(const struct fw *fw, uint32_t type)
{
	uint32_t found = HELPER_REGS, order = 0;

	for (uint32_t i = 0; i < HELPER_REGS; i++) {
		const struct helper_reg *r = reg_at(fw, i);

		if (r && r->type == type && r->order >= order) {
			found = i;
			order = r->order;
		}
	}
	return found;
}

static bool bind_to(struct fw *fw, uint32_t entry, uint32_t type)
{
	uint32_t reg = reg_find(fw, type);

	if (reg == HELPER_REGS)
		return false;
	reg_edit(fw, reg)->attached++;
	module_hold(fw, fw->st->helpers.reg[reg].module);
	masq_edit(fw, entry)->helper = (uint16_t)(reg + 1);
	return true;
}

void helper_bind(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	uint32_t proto = (uint32_t)e->proto << 16;

	if (!fw->st->helpers.count)
		return;
	if (!bind_to(fw, entry, HELPER_CLIENT_INSIDE + proto + e->dport))
		bind_to(fw, entry, HELPER_SERVER_INSIDE + proto + e->mport);
}

/*
 * Quirk: nothing but a protocol byte of 0 tells a mark from a port, so a mark
 * of 0x60015 is TCP port 21.
 */
void helper_bind_mark(struct fw *fw, uint32_t entry, uint32_t mark)
{
	if (!fw->st->helpers.count)
		return;
	if (!bind_to(fw, entry, HELPER_CLIENT_INSIDE + mark))
		bind_to(fw, entry, HELPER_SERVER_INSIDE + mark);
}

void helper_unbind(struct fw *fw, uint32_t entry)
{
	uint32_t reg = masq_at(fw, entry)->helper;
	const struct helper_reg *r = reg ? reg_at(fw, reg - 1) : NULL;

	if (!reg)
		return;
	masq_edit(fw, entry)->helper = 0;
	if (!r)
		return;
	module_release(fw, r->module);
	reg_edit(fw, reg - 1)->attached--;
}

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* A sequence number as this side sends it, as the other side is to see it. */
static uint32_t shift_seq(uint32_t seq, const struct masq_seq *s)
{
	return seq + (uint32_t)(after(seq, s->init_seq) ? s->delta
							: s->previous_delta);
}

/* An acknowledgement of shifted numbers, as who sent the plain ones knows it.
 */
static uint32_t shift_ack(const struct fw *fw, uint32_t ack,
			  const struct masq_seq *s)
{
	uint32_t delta = masq_era(fw)->acks_plain ? 0 : (uint32_t)s->delta;
	uint32_t seen = s->init_seq + delta;

	return ack -
	       (uint32_t)(after(ack, seen) ? s->delta : s->previous_delta);
}

/* Linux 2.2, ip_masq_app.c, ip_masq_app_pkt_out() and _in(). Quirk: the
 * acknowledgement changes whether or not the segment has the ACK bit. */
static void shift_tcp(struct helper_call *call, bool out)
{
	const struct masq_entry *e = masq_at(call->fw, call->entry);
	uint8_t *tcp = pkt_at(call->pkt, call->info->ihl, TCP_MIN);
	const struct masq_seq *own = out ? &e->out_seq : &e->in_seq;
	const struct masq_seq *other = out ? &e->in_seq : &e->out_seq;

	if (!tcp)
		return;
	if (e->flags & (out ? MASQ_OUT_SEQ : MASQ_IN_SEQ))
		put_be32(tcp + TCP_SEQ,
			 shift_seq(get_be32(tcp + TCP_SEQ), own));
	if (e->flags & (out ? MASQ_IN_SEQ : MASQ_OUT_SEQ))
		put_be32(tcp + TCP_ACK,
			 shift_ack(call->fw, get_be32(tcp + TCP_ACK), other));
}

/* The payload that began at @seq grew by @diff: later ones are shifted. */
static void note_growth(struct helper_call *call, bool out, uint32_t seq,
			int diff)
{
	struct masq_entry *e;
	struct masq_seq *s;
	uint16_t flag = out ? MASQ_OUT_SEQ : MASQ_IN_SEQ;

	e = masq_edit(call->fw, call->entry);
	s = out ? &e->out_seq : &e->in_seq;
	if ((e->flags & flag) && !after(seq, s->init_seq))
		return;
	s->previous_delta = s->delta;
	s->delta = (int16_t)(s->delta + diff);
	s->init_seq = seq;
	e->flags |= flag;
}

static void run(struct helper_call *call, bool out)
{
	const struct masq_entry *e = masq_at(call->fw, call->entry);
	const struct helper_reg *r =
		e->helper ? reg_at(call->fw, e->helper - 1U) : NULL;
	bool tcp = e->proto == IPPROTO_TCP;
	const uint8_t *header;
	uint32_t seq;
	int diff;

	if (!r)
		return;
	header = tcp ? pkt_at(call->pkt, call->info->ihl, TCP_MIN) : NULL;
	seq = header ? get_be32(header + TCP_SEQ) : 0;
	if (header)
		shift_tcp(call, out);
	diff = (out ? helpers[r->helper - 1].out
		    : helpers[r->helper - 1].in)(call);
	if (header && diff)
		note_growth(call, out, seq, diff);
}

void helper_out(struct helper_call *call)
{
	run(call, true);
}

void helper_in(struct helper_call *call)
{
	run(call, false);
}

static uint32_t row_of(const struct helper_reg *r)
{
	return (r->type >> 16 ^ r->type) & 15;
}

/* The newest of list row @row that is older than @before, or HELPER_REGS. */
static uint32_t next_in_row(const struct fw *fw, uint32_t row, uint32_t before)
{
	uint32_t found = HELPER_REGS, order = 0;

	for (uint32_t i = 0; i < HELPER_REGS; i++) {
		const struct helper_reg *r = reg_at(fw, i);

		if (r && row_of(r) == row && r->order < before &&
		    (found == HELPER_REGS || r->order > order)) {
			found = i;
			order = r->order;
		}
	}
	return found;
}

void helpers_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_helper_row *),
		  void *ctx)
{
	if (!fw->st->helpers.count)
		return;
	for (uint32_t n = 0; n < 16; n++)
		for (uint32_t i = next_in_row(fw, n, UINT32_MAX);
		     i != HELPER_REGS;) {
			const struct helper_reg *r = &fw->st->helpers.reg[i];
			const struct helper *h = &helpers[r->helper - 1];
			bool old = fw->st->g.era != ERA_2_2;

			row(ctx, &(struct fwd_helper_row){
					 .type = r->type,
					 .attached = r->attached,
					 .name = old ? h->name20
						     : h->name[r->nth == 1],
				 });
			i = next_in_row(fw, n, r->order);
		}
}

void helper_defaults(enum helper_id id, enum fw_era era,
		     struct helper_params *params)
{
	*params = (struct helper_params){ 0 };
	for (int i = 0; i < 2; i++)
		params->ports[i] = era == ERA_2_2 ? helpers[id].ports[i]
						  : helpers[id].ports20[i];
	if (id == HELPER_FTP)
		params->noport[0] = 6000; /* X11 */
}

static int serve(struct fw *fw, enum helper_id id, uint32_t module,
		 uint32_t nth, uint32_t type)
{
	struct helpers *h;

	for (uint32_t i = 0; i < HELPER_REGS; i++) {
		if (fw->st->helpers.reg[i].helper)
			continue;
		h = helpers_edit(fw);
		h->count++;
		h->reg[i] = (struct helper_reg){
			.helper = (uint16_t)(id + 1),
			.nth = (uint16_t)nth,
			.module = module,
			.type = type,
			.order = h->next_order++,
		};
		return 0;
	}
	return -ENOSPC;
}

/* One side of a helper: its ports, then its mark. */
static int serve_side(struct fw *fw, enum helper_id id, uint32_t module,
		      uint32_t side, const int32_t *ports, int32_t mark)
{
	uint32_t type = side + ((uint32_t)helpers[id].proto << 16);
	int err = 0;

	for (uint32_t i = 0; i < HELPER_PORTS && !err; i++)
		if (ports[i])
			err = serve(fw, id, module, i,
				    type + (uint32_t)ports[i]);
	if (!err && mark)
		err = serve(fw, id, module, 0, side + (uint32_t)mark);
	return err;
}

int helper_register(struct fw *fw, enum helper_id id, uint32_t module,
		    const struct helper_params *params)
{
	struct helpers *h;
	int err;

	if ((uint32_t)params->mark > HELPER_MARK_MAX ||
	    (uint32_t)params->in_mark > HELPER_MARK_MAX) {
		fw_log(fw, 4,
		       "IP_MASQ:ip_masq_app_init_fwmark(): fwmark must be <= "
		       "%d, sorry (shoot Juanjo)",
		       HELPER_MARK_MAX);
		return -EINVAL;
	}
	err = serve_side(fw, id, module, HELPER_CLIENT_INSIDE, params->ports,
			 params->mark);
	if (!err)
		err = serve_side(fw, id, module, HELPER_SERVER_INSIDE,
				 params->in_ports, params->in_mark);
	if (err) {
		helper_unregister(fw, module);
		return err;
	}
	h = helpers_edit(fw);
	if (id == HELPER_FTP)
		memcpy(h->ftp_noport, params->noport, sizeof(h->ftp_noport));
	if (id == HELPER_IRC)
		h->irc_insecure = params->insecure;
	return 0;
}

void helper_unregister(struct fw *fw, uint32_t module)
{
	for (uint32_t i = 0; i < HELPER_REGS; i++) {
		const struct helper_reg *r = &fw->st->helpers.reg[i];

		if (!r->helper || r->module != module)
			continue;
		*reg_edit(fw, i) = (struct helper_reg){ 0 };
		helpers_edit(fw)->count--;
	}
}

/* The packet's bytes from @off on. */
static uint32_t text_from(const struct helper_call *call, uint32_t off,
			  struct scan *s)
{
	const uint8_t *text;

	if (off >= call->pkt->len)
		return 0;
	text = pkt_at(call->pkt, off, call->pkt->len - off);
	*s = (struct scan){ .text = text, .len = call->pkt->len - off };
	return off;
}

uint32_t helper_tcp_text(const struct helper_call *call, struct scan *s)
{
	const uint8_t *tcp = pkt_at(call->pkt, call->info->ihl, TCP_MIN);

	return tcp ? text_from(call,
			       call->info->ihl + (tcp[TCP_OFFSET] >> 4) * 4U, s)
		   : 0;
}

uint32_t helper_tcp20_text(const struct helper_call *call, struct scan *s)
{
	return text_from(call, call->info->ihl + (uint32_t)TCP_MIN, s);
}

uint32_t helper_udp_text(const struct helper_call *call, struct scan *s)
{
	return text_from(call, call->info->ihl + (uint32_t)UDP_LEN, s);
}

bool helper_replace(struct helper_call *call, uint32_t off, uint32_t n,
		    const char *text)
{
	struct pkt *p = call->pkt;
	uint32_t new_n = (uint32_t)strlen(text);
	uint64_t len = (uint64_t)p->len - n + new_n;
	uint8_t *old = pkt_at(p, off, n);

	if (!old || len > p->cap || len > UINT16_MAX)
		return false;
	memmove(old + new_n, old + n, p->len - off - n);
	memcpy(old, text, new_n);
	if (new_n == n)
		return true;
	p->len = (uint32_t)len;
	p->mark = 0; /* quirk: the original's longer buffer forgot it */
	call->info->tot_len = (uint16_t)len;
	put_be16(p->data + 2, (uint16_t)len);
	return true;
}

void helper_put16(struct helper_call *call, uint32_t off, uint16_t v)
{
	uint8_t *p = pkt_at(call->pkt, off, 2);

	if (p)
		put_be16(p, v);
}

bool helper_server_inside(const struct helper_call *call)
{
	uint32_t reg = masq_at(call->fw, call->entry)->helper;
	const struct helper_reg *r = reg_at(call->fw, reg - 1);

	return r && (r->type & HELPER_SERVER_INSIDE);
}

uint32_t helper_data(const struct helper_call *call)
{
	return masq_at(call->fw, call->entry)->helper_data;
}

void helper_data_set(struct helper_call *call, uint32_t data)
{
	if (helper_data(call) != data)
		masq_edit(call->fw, call->entry)->helper_data = data;
}

uint32_t helper_expect(struct helper_call *call, const struct masq_want *want)
{
	uint32_t entry = masq_new(call->fw, want);

	if (entry != FW_NIL)
		masq_set_control(call->fw, entry, call->entry);
	return entry;
}

void helper_listen(struct helper_call *call, uint32_t entry)
{
	masq_set_state(call->fw, entry, MASQ_LISTEN);
	masq_put(call->fw, entry);
}

uint16_t helper_expect_udp(struct helper_call *call, uint16_t port)
{
	const struct masq_entry *e = masq_at(call->fw, call->entry);
	uint32_t entry = helper_expect(call, &(struct masq_want){
						     .proto = IPPROTO_UDP,
						     .flags = MASQ_NO_DPORT,
						     .maddr = call->maddr,
						     .saddr = e->saddr,
						     .sport = port,
						     .daddr = e->daddr,
					     });

	if (entry == FW_NIL)
		return 0;
	helper_listen(call, entry);
	return masq_at(call->fw, entry)->mport;
}
