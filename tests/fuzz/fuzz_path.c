/*
 * A masquerading router with helpers and a forwarded port, fed with anything.
 * The bytes are steps: what arrives where, or how long nothing does. Header
 * checksums are made right, transport checksums mostly, so that packets get
 * beyond the first door; after each step the state must hold together.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "core/masq_ctl.h"
#include "core/text.h"
#include "engine/modules.h"
#include "tests/fuzz/drive_helper.h"
#include "tests/unit/router.h"

enum { STEP = 3, WRONG_SUM = 0x40, RAW = 0x80, PACKET_MAX = 1600 };

static struct router r;

static void load(const char *module)
{
	struct text why = { 0 };

	if (module_load(&r.h.fw, module, NULL, &why))
		abort();
	text_fini(&why);
}

static void set_up(void)
{
	struct masq_ctl ctl = { .target = MASQ_CTL_MODULE,
				.cmd = MASQ_CMD_ADD,
				.module = "portfw" };

	if (r.h.state)
		router_reboot(&r);
	else
		router_open(&r);
	load("ip_masq_ftp");
	load("ip_masq_irc");
	load("ip_masq_raudio");
	load("ip_masq_quake");
	load("ip_masq_portfw");
	ctl.u.portfw = (struct fwd_portfw_row){ .proto = IPPROTO_TCP,
						.laddr = ROUTER_OURS,
						.raddr = ROUTER_INSIDE,
						.lport = 80,
						.rport = 8080,
						.pref = 10 };
	fwd_ctl(&r.h.fw, &ctl);
}

/* Addresses that mean something take the place of most others. */
static uint32_t some_addr(uint8_t from)
{
	static const uint32_t known[] = { ROUTER_INSIDE, ROUTER_OUTSIDE,
					  ROUTER_OURS, 0xC0A80101 };

	return known[from & 3];
}

static void mend(uint8_t *b, uint32_t n, uint8_t how)
{
	uint32_t ihl = (b[0] & 15) * 4U;

	if (n < 20 || how & RAW)
		return;
	if (ihl < 20 || ihl > n) {
		b[0] = 0x45;
		ihl = 20;
	}
	b[0] = (uint8_t)(0x40 | ihl / 4);
	put_be16(b + 2, (uint16_t)n);
	put_be32(b + 12, some_addr(b[12]));
	put_be32(b + 16, some_addr(b[16]));
	if (!(how & WRONG_SUM) && ihl == 20 &&
	    ((b[9] == IPPROTO_TCP && n >= 40) ||
	     (b[9] == IPPROTO_UDP && n >= 28)))
		make_sum(b, n);
	put_be16(b + 10, 0);
	put_be16(b + 10, cksum_fold(cksum_add(0, b, ihl)));
}

/* Entries and counters agree. */
static void check(void)
{
	const struct fw_state *st = r.h.state;
	int32_t taken = st->masq.special_ports;

	for (int i = 0; i < MASQ_PROTOS; i++)
		taken += MASQ_FREE_PORTS - st->masq.free_ports[i];
	if ((uint32_t)taken != st->table[FW_T_MASQ].count ||
	    st->masq.wheel_count > st->table[FW_T_MASQ].count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const from[] = { "eth0", "ppp0", NULL };
	uint8_t b[PACKET_MAX];

	set_up();
	while (size >= STEP) {
		uint8_t how = data[0];
		uint32_t n = get_be16(data + 1);

		data += STEP;
		size -= STEP;
		if ((how & 3) == 3) {
			router_wait(&r, n * (how & 4 ? 100U : 1U));
		} else {
			n %= PACKET_MAX;
			if (n > size)
				n = (uint32_t)size;
			memcpy(b, data, n);
			data += n;
			size -= n;
			mend(b, n, how);
			router_takes(&r, from[how & 3], b, n);
		}
		check();
	}
	r.h.log.len = 0;
	return 0;
}
