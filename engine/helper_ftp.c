/*
 * FTP: an entry for the data connection that PORT or the answer to PASV
 * announces (RFC 959, 4.1.2), and our address in its place. Source: Linux 2.2
 * and 2.0, net/ipv4/ip_masq_ftp.c.
 */
#include <netinet/in.h>
#include <stdio.h>

#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum {
	PASV_ASKED = 1,    /* helper's data: the client said PASV */
	PORT_ROOM = 18,    /* from a command to the payload's end, at least */
	PORT_LOWEST = 1024 /* of a data connection with the client inside */
};

/* "a,b,c,d,p,q": an address and a port, and where the text of it stands. */
struct hostport {
	uint32_t addr; /* host order */
	uint16_t port;
	uint32_t from, to; /* offsets in the payload */
};

/* The kernels before 2.2 trusted the inside more, and its text less. */
static bool is_old(const struct helper_call *call)
{
	return call->fw->st->g.era != ERA_2_2;
}

/* Six numbers, each modulo 256; false: a comma is missing. */
static bool take_hostport(struct scan *s, struct hostport *hp)
{
	uint32_t n[6];

	hp->from = s->at;
	for (int i = 0; i < 6; i++) {
		if (i && !scan_byte(s, ','))
			return false;
		n[i] = scan_number(s) & 0xFF;
	}
	hp->to = s->at;
	hp->addr = n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3];
	hp->port = (uint16_t)(n[4] << 8 | n[5]);
	return true;
}

/*
 * The numbers of a 227 answer, whichever of two spellings each of its words
 * has; @passive is how its second word ends. Quirk: the search for a word
 * begins one byte behind the one before, and a word that stands near the end of
 * the payload is not seen.
 */
static bool take_227(struct scan *s, const char *passive,
		     const char *other_passive, struct hostport *hp)
{
	uint32_t room = 20 + (uint32_t)strlen(passive);

	if (!scan_find(s, "ntering ", "NTERING ", 36) || !scan_left(s))
		return false;
	s->at++;
	if (!scan_find(s, passive, other_passive, room) || !scan_left(s))
		return false;
	s->at++;
	return scan_find(s, "ode ", "ODE ", 19) && scan_find(s, "(", "(", 1) &&
	       take_hostport(s, hp) && scan_byte(s, ')');
}

static bool is_noport(const struct fw *fw, uint16_t port)
{
	for (int i = 0; i < HELPER_PORTS; i++)
		if (port && fw->st->helpers.ftp_noport[i] == port)
			return true;
	return false;
}

/*
 * The payload names an inside address and port to which the outside peer will
 * connect: an entry for that, and our address in the payload.
 */
static int announce_inside(struct helper_call *call, uint32_t payload,
			   const struct hostport *hp)
{
	struct fw *fw = call->fw;
	uint32_t daddr = masq_at(fw, call->entry)->daddr, n, m, mport;
	char text[32];
	int len;

	n = masq_out_get(fw, IPPROTO_TCP, hp->addr, hp->port, daddr, 0);
	if (n == FW_NIL)
		n = helper_expect(call,
				  &(struct masq_want){ .proto = IPPROTO_TCP,
						       .flags = MASQ_NO_DPORT,
						       .maddr = call->maddr,
						       .saddr = hp->addr,
						       .sport = hp->port,
						       .daddr = daddr });
	if (n == FW_NIL)
		return 0;
	m = masq_at(fw, n)->maddr;
	mport = masq_at(fw, n)->mport;
	len = snprintf(text, sizeof(text), "%u,%u,%u,%u,%u,%u", m >> 24,
		       m >> 16 & 0xFF, m >> 8 & 0xFF, m & 0xFF, mport >> 8,
		       mport & 0xFF);
	helper_listen(call, n);
	if (!helper_replace(call, payload + hp->from, hp->to - hp->from, text))
		return 0;
	return len - (int)(hp->to - hp->from);
}

/* The payload names an outside address and port to which the inside host will
 * connect, from a port not known yet. */
static void announce_outside(struct helper_call *call,
			     const struct hostport *hp)
{
	struct fw *fw = call->fw;
	uint32_t saddr = masq_at(fw, call->entry)->saddr, n;

	n = masq_out_get(fw, IPPROTO_TCP, saddr, 0, hp->addr, hp->port);
	if (n == FW_NIL)
		n = helper_expect(call,
				  &(struct masq_want){ .proto = IPPROTO_TCP,
						       .flags = MASQ_NO_SPORT,
						       .maddr = call->maddr,
						       .saddr = saddr,
						       .daddr = hp->addr,
						       .dport = hp->port });
	if (n == FW_NIL)
		return;
	if (is_old(call))
		helper_listen(call, n);
	else
		masq_put(fw, n);
}

/* Before 2.2 the command had to begin the payload. */
static bool asks_passive(const struct helper_call *call, struct scan *s)
{
	if (is_old(call))
		return scan_take(s, "PASV\r\n") || scan_take(s, "pasv\r\n");
	return scan_find(s, "PASV\r\n", "pasv\r\n", 6);
}

static bool take_line_end(struct scan *s)
{
	return scan_byte(s, '\r') || scan_byte(s, '\n');
}

/* Whether a client may name that port; @s stands behind its numbers. */
static bool port_allowed(const struct helper_call *call, struct scan *s,
			 uint16_t port)
{
	if (is_old(call))
		return take_line_end(s);
	return port >= PORT_LOWEST && !is_noport(call->fw, port);
}

static int client_speaks(struct helper_call *call, uint32_t payload,
			 struct scan *s)
{
	struct hostport hp;

	if (!scan_find(s, "PORT ", "port ", PORT_ROOM)) {
		if (asks_passive(call, s))
			helper_data_set(call, PASV_ASKED);
		return 0;
	}
	if (!take_hostport(s, &hp) || !port_allowed(call, s, hp.port) ||
	    !hp.addr)
		return 0;
	return announce_inside(call, payload, &hp);
}

static bool works(const struct helper_call *call)
{
	return is_old(call) ||
	       masq_at(call->fw, call->entry)->state == MASQ_ESTABLISHED;
}

int helper_ftp_out(struct helper_call *call)
{
	struct hostport hp;
	struct scan s;
	uint32_t payload = helper_tcp_text(call, &s);

	if (!payload || !works(call))
		return 0;
	if (!helper_server_inside(call))
		return client_speaks(call, payload, &s);
	if (!take_227(&s, "assive ", "ASSIVE ", &hp) || !hp.addr)
		return 0;
	return announce_inside(call, payload, &hp);
}

int helper_ftp_in(struct helper_call *call)
{
	struct hostport hp;
	struct scan s;

	if (!helper_tcp_text(call, &s) || !works(call))
		return 0;
	if (helper_server_inside(call)) {
		if (scan_find(&s, "PORT ", "port ", PORT_ROOM) &&
		    take_hostport(&s, &hp) && take_line_end(&s))
			announce_outside(call, &hp);
	} else if ((helper_data(call) & PASV_ASKED) &&
		   take_227(&s, "ssive ", "SSIVE ", &hp) && hp.addr) {
		announce_outside(call, &hp);
		helper_data_set(call, 0);
	}
	return 0;
}
