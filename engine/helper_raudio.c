/*
 * RealAudio's PNA and RTSP (RFC 2326, 12.39): the UDP ports that a client names
 * get entries and are replaced by masquerade ports. Source: Linux 2.2,
 * net/ipv4/ip_masq_raudio.c.
 */
#include <ctype.h>
#include <stdio.h>

#include "engine/helper.h"
#include "engine/pkt.h"
#include "engine/state.h"

enum { SEEN_START = 1, IS_RTSP = 2 };         /* helper's data */
enum { PNA_VERSIONS = 256, PNA_HEADER = 4 };  /* versions known; id, length */
enum { PNA_END, PNA_PORT, PNA_PORT_TOO = 7 }; /* options */

static int too_short(struct helper_call *call)
{
	fw_log(call->fw, 5, "RealAudio: Packet too short for data");
	return 0;
}

/* An option of @len bytes at the cursor: a client's port has them begin. */
static void pna_port(struct helper_call *call, uint32_t payload, struct scan s)
{
	uint32_t at = s.at;
	uint16_t port;

	if (!scan_be16(&s, &port) || !port)
		return;
	port = helper_expect_udp(call, port);
	if (port)
		helper_put16(call, payload + at, port);
}

static int pna(struct helper_call *call, uint32_t payload, struct scan *s)
{
	uint16_t version = 0, id, len;

	helper_data_set(call, helper_data(call) | SEEN_START);
	if (!scan_be16(s, &version))
		return too_short(call);
	if (version >= PNA_VERSIONS) {
		fw_log(call->fw, 5, "RealAudio: version (%u) not supported",
		       version);
		return 0;
	}
	while (scan_left(s) > PNA_HEADER) {
		if (!scan_be16(s, &id) || !scan_be16(s, &len) || id == PNA_END)
			return 0;
		if (len > scan_left(s))
			return too_short(call);
		if ((id == PNA_PORT || id == PNA_PORT_TOO) && len >= 2)
			pna_port(call, payload, *s);
		s->at += len;
	}
	return 0;
}

/* Quirk: after a mismatch the word is looked for behind the byte that did not
 * fit, so "ttransport:" is not found. */
static bool skip_to(struct scan *s, const char *word)
{
	uint32_t n = 0;

	while (word[n]) {
		if (!scan_left(s))
			return false;
		if (tolower(s->text[s->at++]) == word[n])
			n++;
		else
			n = 0;
	}
	return true;
}

/* A port of up to five digits up to '-' or ';', which is returned; 0: anything
 * else. */
static char take_port(struct scan *s, uint16_t *port)
{
	uint32_t v = 0;

	for (int digits = 0; scan_left(s);) {
		uint8_t c = s->text[s->at++];

		if (c == '-' || c == ';') {
			*port = (uint16_t)v;
			return (char)c;
		}
		if (c == ' ' || c == '\t')
			continue;
		if (c < '0' || c > '9' || ++digits > 5)
			return '\0';
		v = v * 10 + c - '0';
	}
	return '\0';
}

/* Quirk: the growth reported is one too much (masq/realaudio_rtsp_1). */
static int rtsp(struct helper_call *call, uint32_t payload, struct scan *s)
{
	uint16_t port[2] = { 0, 0 };
	uint32_t from, n;
	char text[16], end;
	bool two;
	int len;

	if (!skip_to(s, "transport:") || !skip_to(s, "client_port") ||
	    !skip_to(s, "="))
		return 0;
	while (scan_left(s) && !scan_digit(s))
		s->at++;
	from = s->at;
	end = take_port(s, &port[0]);
	two = end == '-';
	if (two)
		end = take_port(s, &port[1]);
	if (end != ';')
		return 0;
	port[0] = helper_expect_udp(call, port[0]);
	if (two && port[0])
		port[1] = helper_expect_udp(call, port[1]);
	if (!port[0] || (two && !port[1]))
		return 0;
	helper_data_set(call, helper_data(call) | SEEN_START);
	len = snprintf(text, sizeof(text), two ? "%u-%u" : "%u", port[0],
		       port[1]);
	n = s->at - 1 - from;
	if (!helper_replace(call, payload + from, n, text))
		return 0;
	return len - (int)n + 1;
}

int helper_raudio_out(struct helper_call *call)
{
	struct scan s;
	uint32_t payload = helper_tcp_text(call, &s);

	if (!payload || (helper_data(call) & SEEN_START))
		return 0;
	if (scan_is(&s, "OPTIONS") || scan_is(&s, "DESCRIBE"))
		helper_data_set(call, helper_data(call) | IS_RTSP);
	if (helper_data(call) & IS_RTSP)
		return rtsp(call, payload, &s);
	return scan_take(&s, "PNA") ? pna(call, payload, &s) : 0;
}
