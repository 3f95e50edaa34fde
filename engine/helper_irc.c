/*
 * IRC: DCC offers of an inside client get our address and an entry that the
 * first comer from outside takes. Source: Linux 2.2, net/ipv4/ip_masq_irc.c.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/state.h"

enum {
	OFFER_ROOM = 29,   /* no offer is looked for so near the end */
	WORD_ROOM = 12,    /* nor does its first word end there */
	PORT_LOWEST = 1024 /* that a client may offer; insecure=1: any */
};

/* "ADDRESS PORT", the address as one number, and where the text of it stands.
 */
struct offer {
	uint32_t addr; /* host order */
	uint16_t port;
	uint32_t from, to; /* offsets in the payload */
};

enum found { FOUND_NOT, FOUND_OFFER, FOUND_END };

/* A word (the file's name, "chat"), then the offer. FOUND_END: give up. */
static enum found take_offer(struct scan *s, struct offer *o)
{
	uint32_t port;

	while (scan_left(s) && s->text[s->at] != ' ') {
		s->at++;
		if (scan_left(s) < WORD_ROOM)
			return FOUND_END;
	}
	if (!scan_byte(s, ' '))
		return FOUND_END;
	o->from = s->at;
	o->addr = scan_number(s);
	if (!scan_byte(s, ' '))
		return FOUND_NOT;
	port = scan_number(s);
	o->to = s->at;
	o->port = (uint16_t)port;
	return o->addr && port && port <= UINT16_MAX ? FOUND_OFFER : FOUND_NOT;
}

static bool take_command(struct scan *s)
{
	static const char *const commands[] = { "SEND ",  "CHAT ",  "MOVE ",
						"TSEND ", "SCHAT ", "ACCEPT " };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (scan_take(s, commands[i]))
			return true;
	return false;
}

static bool allowed(const struct helper_call *call, const struct offer *o)
{
	return call->fw->st->helpers.irc_insecure ||
	       (o->addr == masq_at(call->fw, call->entry)->saddr &&
		o->port >= PORT_LOWEST);
}

static bool find_offer(const struct helper_call *call, struct scan *s,
		       struct offer *o)
{
	enum found found;

	while (scan_left(s) > OFFER_ROOM) {
		if (!scan_take(s, "\1DCC ")) {
			s->at++;
			continue;
		}
		if (!take_command(s))
			continue;
		found = take_offer(s, o);
		if (found == FOUND_END)
			return false;
		if (found == FOUND_OFFER && allowed(call, o))
			return true;
	}
	return false;
}

static int replace_offer(struct helper_call *call, uint32_t payload,
			 const struct offer *o, uint32_t addr, uint16_t port)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRIu32 " %u", addr, port);

	if (!helper_replace(call, payload + o->from, o->to - o->from, text))
		return 0;
	return len - (int)(o->to - o->from);
}

int helper_irc_out(struct helper_call *call)
{
	struct fw *fw = call->fw;
	const struct masq_entry *e;
	struct offer o;
	struct scan s;
	uint32_t payload = helper_tcp20_text(call, &s), n;

	if (!payload || !find_offer(call, &s, &o))
		return 0;
	n = masq_out_get(fw, IPPROTO_TCP, o.addr, o.port, 0, 0);
	if (n == FW_NIL)
		n = masq_new(fw, &(struct masq_want){ .proto = IPPROTO_TCP,
						      .flags = MASQ_NO_DADDR |
							       MASQ_NO_DPORT,
						      .maddr = call->maddr,
						      .saddr = o.addr,
						      .sport = o.port });
	if (n == FW_NIL)
		return 0;
	helper_listen(call, n);
	e = masq_at(fw, n);
	return replace_offer(call, payload, &o, e->maddr, e->mport);
}

/*
 * Quirk: the entry that a RESUME names is held and never given back, so its
 * timer is not armed again and it lives for ever.
 */
int helper_irc_in(struct helper_call *call)
{
	const struct masq_entry *e;
	struct offer o;
	struct scan s;
	uint32_t payload = helper_tcp20_text(call, &s), n;

	if (!payload ||
	    !scan_find(&s, "\1DCC RESUME ", "\1DCC RESUME ", OFFER_ROOM + 1) ||
	    take_offer(&s, &o) != FOUND_OFFER)
		return 0;
	n = masq_in_get(call->fw, IPPROTO_TCP, 0, 0, o.addr, o.port);
	if (n == FW_NIL)
		return 0;
	e = masq_at(call->fw, n);
	return replace_offer(call, payload, &o, e->saddr, e->sport);
}
