/* Masquerade entries: making, holding, expiry, listing. */
#include "engine/masq.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "engine/fast.h"
#include "engine/fast_birth.h"
#include "engine/helper.h"
#include "engine/masq_era.h"
#include "engine/state.h"
#include "engine/wheel.h"

enum {
	LOGGED_FAILURES = 5, /* in a row; from the fifth on it is silent */
	HELD_REFS = MASQ_IDLE_REFS + 1,
	LEVEL_ERR = 3,
};

static const struct {
	uint8_t proto;
	const char *name;
} protos[MASQ_PROTOS] = {
	[MASQ_P_UDP] = { IPPROTO_UDP, "UDP" },
	[MASQ_P_TCP] = { IPPROTO_TCP, "TCP" },
	[MASQ_P_ICMP] = { IPPROTO_ICMP, "ICMP" },
};

/* The small fields of the table, in front of its rows and buckets. */
static struct masq_table *table_edit(struct fw *fw)
{
	fw_edit(fw, &fw->st->masq, offsetof(struct masq_table, row));
	return &fw->rw->masq;
}

static void add_defrag(struct fw *fw, int32_t n)
{
	const int32_t *at = &fw->st->host.sysctl[SYSCTL_IP_ALWAYS_DEFRAG];

	*(int32_t *)fw_edit(fw, at, sizeof(*at)) += n;
}

void masq_init(struct fw *fw)
{
	const struct masq_era *era = masq_era(fw);
	struct masq_table *t = table_edit(fw);

	t->next_port = era->port_begin;
	for (int i = 0; i < MASQ_PROTOS; i++)
		t->free_ports[i] = era->free_ports;
	memcpy(t->timeout, era->timeouts, sizeof(t->timeout));
}

/* Index of a protocol's counter, or MASQ_PROTOS. */
static int proto_index(uint8_t proto)
{
	int i = 0;

	while (i < MASQ_PROTOS && protos[i].proto != proto)
		i++;
	return i;
}

static const char *proto_name(uint8_t proto, char buf[8])
{
	int i = proto_index(proto);

	if (i < MASQ_PROTOS)
		return protos[i].name;
	snprintf(buf, 8, "IP_%u", proto);
	return buf;
}

/* A failure that is told only while there were few in a row. */
static bool failure_is_told(struct fw *fw)
{
	return ++table_edit(fw)->failures < LOGGED_FAILURES;
}

static void tell_port_in_use(struct fw *fw, const struct masq_want *w)
{
	uint32_t m = w->maddr, d = w->daddr;
	char buf[8];

	fw_log(fw, LEVEL_ERR,
	       "%sAlready used connection: %s, %u.%u.%u.%u:%u => "
	       "%u.%u.%u.%u:%u, called from ########",
	       masq_era(fw)->prefix, proto_name(w->proto, buf), m >> 24,
	       m >> 16 & 255, m >> 8 & 255, m & 255, w->mport, d >> 24,
	       d >> 16 & 255, d >> 8 & 255, d & 255, w->dport);
}

static bool port_in_use(const struct fw *fw, const struct masq_want *w,
			uint16_t mport)
{
	if (!masq_era(fw)->shares_ports)
		return masq_port_taken(fw, w->proto, w->maddr, mport);
	return masq_in_find(fw, w->proto, w->daddr, w->dport, w->maddr,
			    mport) != FW_NIL;
}

/* The next masquerade port that nobody uses towards that end, or 0. */
static uint16_t find_port(struct fw *fw, const struct masq_want *w)
{
	const struct masq_era *era = masq_era(fw);
	struct masq_table *t = table_edit(fw);

	/* one try more than there are ports */
	for (uint32_t i = era->port_begin; i <= era->port_end; i++) {
		uint16_t port = t->next_port++;

		if (t->next_port >= era->port_end)
			t->next_port = era->port_begin;
		if (!port_in_use(fw, w, port))
			return port;
	}
	return 0;
}

/* What a UDP entry leaves open of its outside end, by the sysctl. */
static uint16_t udp_flags(const struct fw *fw, const struct masq_want *w)
{
	int32_t loose = fw->st->host.sysctl[SYSCTL_IP_MASQ_UDP_DLOOSE];

	if (w->proto != IPPROTO_UDP || w->mport)
		return 0;
	if (!masq_era(fw)->settles_udp)
		return MASQ_NO_DADDR;
	if (loose == 2 || (loose == 1 && w->sport >= 1024))
		return MASQ_DLOOSE;
	return MASQ_NO_DADDR;
}

/* The port for a new entry, or 0 (logged). */
static uint16_t choose_port(struct fw *fw, const struct masq_want *w)
{
	int32_t left = fw->st->masq.free_ports[proto_index(w->proto)];
	uint16_t port = 0;
	char buf[8];

	if (left > 0)
		port = find_port(fw, w);
	if (port || !failure_is_told(fw))
		return port;
	if (left > 0)
		fw_log(fw, LEVEL_ERR,
		       "%sip_masq_new(proto=%s): could not get free masq "
		       "entry (free=%d).",
		       masq_era(fw)->prefix, proto_name(w->proto, buf), left);
	else
		fw_log(fw, LEVEL_ERR, "%sip_masq_new(proto=%s): no free ports.",
		       masq_era(fw)->prefix, proto_name(w->proto, buf));
	return 0;
}

static void fill(struct fw *fw, uint32_t entry, const struct masq_want *w,
		 uint16_t mport)
{
	struct masq_entry *e = masq_edit(fw, entry);

	e->proto = w->proto;
	e->saddr = w->saddr;
	e->daddr = w->daddr;
	e->maddr = w->maddr;
	e->sport = w->sport;
	e->dport = w->dport;
	e->mport = mport;
	e->flags = w->flags | udp_flags(fw, w) | masq_era(fw)->flags |
		   MASQ_NO_REPLY;
	if (w->flags & MASQ_NO_DPORT && !w->dport)
		e->dport = masq_era(fw)->unknown_dport;
	e->control = FW_NIL;
	e->refs = HELD_REFS;
	if (w->mport) {
		e->flags |= MASQ_MPORT;
		table_edit(fw)->special_ports++;
	} else {
		table_edit(fw)->free_ports[proto_index(w->proto)]--;
		table_edit(fw)->failures = 0;
	}
}

/* The entry, with a port that nobody uses. */
static uint32_t make_with(struct fw *fw, const struct masq_want *want,
			  uint16_t mport)
{
	uint32_t entry = fw_slot_new(fw, FW_T_MASQ);

	if (entry == FW_NIL)
		return FW_NIL;
	fill(fw, entry, want, mport);
	add_defrag(fw, 1);
	masq_hash(fw, entry);
	if (want->proto != IPPROTO_ICMP)
		helper_bind(fw, entry);
	masq_set_state(fw, entry, MASQ_NONE);
	return entry;
}

static uint32_t make(struct fw *fw, const struct masq_want *want)
{
	uint16_t mport = want->mport;

	if (proto_index(want->proto) == MASQ_PROTOS)
		return FW_NIL;
	if (mport && port_in_use(fw, want, mport)) {
		tell_port_in_use(fw, want);
		return FW_NIL;
	}
	if (!mport)
		mport = choose_port(fw, want);
	return mport ? make_with(fw, want, mport) : FW_NIL;
}

uint32_t masq_new_at(struct fw *fw, const struct masq_want *want,
		     uint16_t mport)
{
	struct masq_table *t = table_edit(fw);

	t->next_port = mport + 1 < masq_era(fw)->port_end
			       ? (uint16_t)(mport + 1)
			       : masq_era(fw)->port_begin;
	return make_with(fw, want, mport);
}

uint32_t masq_new(struct fw *fw, const struct masq_want *want)
{
	uint32_t entry;

	if (fw->fast)
		fast_make(fw);
	entry = make(fw, want);
	if (fw->fast)
		fast_made(fw);
	if (fw->trace)
		fw->trace->made = true;
	return entry;
}

/* Takes a hold of a found entry; while it is held its timer is off. */
static uint32_t hold(struct fw *fw, uint32_t entry)
{
	struct masq_entry *e;

	if (entry == FW_NIL)
		return FW_NIL;
	e = masq_edit_hot(fw, entry);
	e->timer_on = TIMER_OFF;
	e->refs++;
	return entry;
}

uint32_t masq_in_get(struct fw *fw, uint8_t proto, uint32_t d, uint16_t dport,
		     uint32_t m, uint16_t mport)
{
	return hold(fw, masq_in_find(fw, proto, d, dport, m, mport));
}

uint32_t masq_out_get(struct fw *fw, uint8_t proto, uint32_t s, uint16_t sport,
		      uint32_t d, uint16_t dport)
{
	return hold(fw, masq_out_find(fw, proto, s, sport, d, dport));
}

void masq_put(struct fw *fw, uint32_t entry)
{
	if (--masq_edit_hot(fw, entry)->refs == MASQ_IDLE_REFS)
		wheel_arm(fw, entry, fw->st->g.now);
}

void masq_set_state(struct fw *fw, uint32_t entry, enum masq_state state)
{
	struct masq_entry *e = masq_edit_hot(fw, entry);

	if (fw->fast && e->state != state)
		fast_forget(fw, entry);
	e->state = (uint8_t)state;
	e->timeout = fw->st->masq.timeout[state];
}

void masq_count(struct fw *fw, uint32_t entry, uint32_t bytes)
{
	struct masq_entry *e = masq_edit(fw, entry);

	e->packets++;
	e->bytes += bytes;
	if (fw->trace)
		fw->trace->entry = entry;
}

static void control_drop(struct fw *fw, uint32_t child)
{
	uint32_t parent = masq_at(fw, child)->control;

	if (!fw_slot_ok(fw, FW_T_MASQ, parent))
		return;
	masq_edit(fw, child)->control = FW_NIL;
	masq_edit(fw, parent)->n_control--;
}

void masq_set_control(struct fw *fw, uint32_t child, uint32_t parent)
{
	control_drop(fw, child);
	masq_edit(fw, child)->control = parent;
	masq_edit(fw, parent)->n_control++;
}

/* Gives the port back and lets the helper go. */
static void release(struct fw *fw, uint32_t entry)
{
	const struct masq_entry *e = masq_at(fw, entry);
	int i = proto_index(e->proto);

	control_drop(fw, entry);
	masq_unhash(fw, entry);
	if (fw->fast)
		fast_let(fw);
	if (e->flags & MASQ_MPORT)
		table_edit(fw)->special_ports--;
	else if (i < MASQ_PROTOS)
		table_edit(fw)->free_ports[i]++;
	helper_unbind(fw, entry);
}

/*
 * The timer fired. Quirk: an entry whose holds were miscounted (VDOLive's
 * helper does) leaves the tables, but is never freed.
 */
static void expire(struct fw *fw, uint32_t entry, ticks_t at)
{
	struct masq_entry *e = masq_edit(fw, entry);

	if (fw->fast && fast_fold_entry(fw, entry, at))
		return;
	e->timeout = fw->st->masq.timeout[masq_era(fw)->kept];
	if (e->n_control > 0) {
		wheel_rearm(fw, entry, at);
		return;
	}
	release(fw, entry);
	if (e->refs != MASQ_IDLE_REFS)
		return;
	wheel_remove(fw, entry);
	fw_slot_free(fw, FW_T_MASQ, entry);
	add_defrag(fw, -1);
}

void masq_run_timers(struct fw *fw, ticks_t now)
{
	wheel_run(fw, now, expire);
}

static void fill_row(const struct masq_entry *e, ticks_t now,
		     struct masq_row *r)
{
	*r = (struct masq_row){
		.saddr = e->saddr,
		.daddr = e->daddr,
		.maddr = e->maddr,
		.sport = e->sport,
		.dport = e->dport,
		.mport = e->mport,
		.proto = e->proto,
		.state = e->state,
		.flags = e->flags,
		.out_seq = e->out_seq,
		.in_seq = e->in_seq,
		.refs = e->refs,
		.control = e->n_control,
		.left = e->expires - now,
		.row = e->m_row,
		.packets = e->packets,
		.bytes = e->bytes,
	};
	if (!e->n_control && e->control != FW_NIL)
		r->control = -1;
	if (e->flags & MASQ_SIMPLE_HASH && !e->timer_on) /* as 2.0 did */
		r->left = 0;
}

void masq_each(const struct fw *fw, ticks_t now,
	       void (*row)(void *ctx, const struct masq_row *), void *ctx)
{
	uint32_t left = fw->st->table[FW_T_MASQ].count;
	struct masq_row r;

	for (uint32_t i = 0; i < MASQ_ROWS; i++) {
		uint32_t link = fw->st->masq.row[i];

		for (uint32_t col = 1; left; col++, left--) {
			if (!fw_slot_ok(fw, FW_T_MASQ, link - 1))
				break;
			fill_row(masq_at(fw, link - 1), now, &r);
			r.col = col;
			row(ctx, &r);
			link = masq_at(fw, link - 1)->row_next;
		}
	}
}

void masq_timeouts(struct fw *fw, const int32_t tcp_fin_udp[3])
{
	const uint16_t *states = masq_era(fw)->settable;
	ticks_t *timeout = table_edit(fw)->timeout;

	for (int i = 0; i < 3; i++)
		for (int s = 0; s < MASQ_STATES; s++)
			if (tcp_fin_udp[i] && states[i] >> s & 1)
				timeout[s] = (ticks_t)tcp_fin_udp[i];
	if (masq_era(fw)->listen_fins)
		timeout[MASQ_LISTEN] =
			masq_era(fw)->listen_fins * timeout[MASQ_TIME_WAIT];
}
