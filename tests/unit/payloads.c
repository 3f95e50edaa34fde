/* Payloads through a helper. */
#include "tests/unit/payloads.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "engine/helper.h"
#include "engine/masq.h"
#include "engine/modules.h"
#include "tests/unit/cmocka.h"

enum {
	CLIENT = 0xC0A80102, /* 192.168.1.2 */
	CLIENT_PORT = 1025,
	SERVER = 0xC6336407, /* 198.51.100.7 */
	OURS = 0xC0000201,   /* 192.0.2.1 */
	TCP_LEN = 20,
	UDP_LEN = 8,
};

void payload_fini(struct payload_world *w)
{
	fw_fini(&w->fw);
	free(w->state);
}

void payload_init(struct payload_world *w, const struct payload_case *c,
		  enum fw_era era)
{
	char param[64];
	char *const params[] = { param, NULL };
	struct text why = { 0 };

	snprintf(param, sizeof(param), "%s", c->param ? c->param : "");
	w->state = aligned_alloc(_Alignof(struct fw_state), sizeof(*w->state));
	assert_non_null(w->state);
	assert_int_equal(fw_boot(&w->fw, w->state, NULL, NULL, era), 0);
	if (module_load(&w->fw, c->module, c->param ? params : NULL, &why))
		fail_msg("%s: %s", c->name, why.s ? why.s : "not loaded");
	w->entry = masq_new(&w->fw, &(struct masq_want){ .proto = c->proto,
							 .mport = c->mport,
							 .maddr = OURS,
							 .saddr = CLIENT,
							 .sport = CLIENT_PORT,
							 .daddr = SERVER,
							 .dport = c->dport });
	assert_int_not_equal(w->entry, FW_NIL);
	if (c->proto == IPPROTO_TCP)
		masq_set_state(&w->fw, w->entry, MASQ_ESTABLISHED);
}

struct pkt payload_pass(struct payload_world *w, const struct payload_case *c,
			bool in, const char *payload, uint32_t n, uint32_t room)
{
	uint32_t header =
		PAYLOAD_IP_LEN + (c->proto == IPPROTO_TCP ? TCP_LEN : UDP_LEN);
	struct pkt p = { .len = header + n, .cap = header + n + room };
	struct pkt_info info = { .ihl = PAYLOAD_IP_LEN, .proto = c->proto };
	struct helper_call call = { .fw = &w->fw,
				    .entry = w->entry,
				    .maddr = OURS,
				    .pkt = &p,
				    .info = &info };

	p.data = calloc(1, p.cap);
	assert_non_null(p.data);
	p.data[0] = 0x45;
	put_be16(p.data + 2, (uint16_t)p.len);
	if (c->proto == IPPROTO_TCP) {
		put_be32(p.data + PAYLOAD_IP_LEN + 4, PAYLOAD_SEQ);
		put_be32(p.data + PAYLOAD_IP_LEN + 8, PAYLOAD_ACK);
		p.data[PAYLOAD_IP_LEN + 12] = 5 << 4;
	} else {
		put_be16(p.data + PAYLOAD_IP_LEN + 4, (uint16_t)(UDP_LEN + n));
	}
	info.tot_len = (uint16_t)p.len;
	memcpy(p.data + header, payload, n);
	if (in)
		helper_in(&call);
	else
		helper_out(&call);
	assert_int_equal(get_be16(p.data + 2), p.len);
	assert_int_equal(info.tot_len, p.len);
	return p;
}

static void before(struct payload_world *w, const struct payload_case *c)
{
	struct pkt p;

	if (!c->before.s)
		return;
	p = payload_pass(w, c, false, c->before.s, c->before.n, PAYLOAD_ROOM);
	free(p.data);
}

static void show(const char *what, const uint8_t *s, uint32_t n)
{
	print_message("%s: \"", what);
	for (uint32_t i = 0; i < n; i++)
		print_message(s[i] >= ' ' && s[i] < 0x7F ? "%c" : "\\x%02x",
			      s[i]);
	print_message("\"\n");
}

static void run_case(const struct payload_case *c, enum fw_era era)
{
	uint32_t header =
		PAYLOAD_IP_LEN + (c->proto == IPPROTO_TCP ? TCP_LEN : UDP_LEN);
	const struct masq_entry *e;
	struct payload_world w;
	struct pkt p;
	int delta, entries, had;
	bool same;

	payload_init(&w, c, era);
	had = (int)w.state->table[FW_T_MASQ].count;
	before(&w, c);
	p = payload_pass(&w, c, c->in, c->given.s, c->given.n, PAYLOAD_ROOM);
	same = p.len == header + c->want.n &&
	       memcmp(p.data + header, c->want.s, c->want.n) == 0;
	e = masq_at(&w.fw, w.entry);
	delta = c->in ? e->in_seq.delta : e->out_seq.delta;
	entries = (int)w.state->table[FW_T_MASQ].count - had;
	if (!same) {
		show("got ", p.data + header, p.len - header);
		show("want", (const uint8_t *)c->want.s, c->want.n);
	}
	if (!same || delta != c->delta || entries != c->entries)
		fail_msg("%s: got delta %d, %d entries; want %d, %d", c->name,
			 delta, entries, c->delta, c->entries);
	free(p.data);
	payload_fini(&w);
}

void payloads_run(const struct payload_case *cases, size_t n, enum fw_era era)
{
	for (size_t i = 0; i < n; i++)
		run_case(&cases[i], era);
}

static void cut(const struct payload_case *c, enum fw_era era)
{
	struct payload_world w;

	payload_init(&w, c, era);
	before(&w, c);
	for (uint32_t n = 0; n <= c->given.n; n++) {
		struct pkt p = payload_pass(&w, c, c->in, c->given.s, n, 0);

		assert_true(p.len <= p.cap);
		free(p.data);
	}
	payload_fini(&w);
}

void payloads_cut(const struct payload_case *cases, size_t n, enum fw_era era)
{
	for (size_t i = 0; i < n; i++)
		cut(&cases[i], era);
}
