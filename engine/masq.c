/* Masquerade entries: life and listing. */
#include "engine/masq.h"

#include "engine/state.h"

void masq_init(struct fw *fw)
{
	(void)fw;
}

uint32_t masq_new(struct fw *fw, const struct masq_want *want)
{
	(void)fw, (void)want;
	return FW_NIL;
}

uint32_t masq_in_get(struct fw *fw, uint8_t proto, uint32_t d, uint16_t dport,
		     uint32_t m, uint16_t mport)
{
	(void)fw, (void)proto, (void)d, (void)dport, (void)m, (void)mport;
	return FW_NIL;
}

uint32_t masq_out_get(struct fw *fw, uint8_t proto, uint32_t s, uint16_t sport,
		      uint32_t d, uint16_t dport)
{
	(void)fw, (void)proto, (void)d, (void)dport, (void)s, (void)sport;
	return FW_NIL;
}

void masq_put(struct fw *fw, uint32_t entry)
{
	(void)fw, (void)entry;
}

const struct masq_entry *masq_at(const struct fw *fw, uint32_t entry)
{
	return &fw->st->entry[entry];
}

struct masq_entry *masq_edit(struct fw *fw, uint32_t entry)
{
	return fw_edit(fw, &fw->st->entry[entry], sizeof(struct masq_entry));
}

void masq_unhash(struct fw *fw, uint32_t entry)
{
	(void)fw, (void)entry;
}

void masq_hash(struct fw *fw, uint32_t entry)
{
	(void)fw, (void)entry;
}

void masq_set_state(struct fw *fw, uint32_t entry, enum masq_state state)
{
	(void)fw, (void)entry, (void)state;
}

void masq_set_control(struct fw *fw, uint32_t child, uint32_t parent)
{
	(void)fw, (void)child, (void)parent;
}

void masq_dport_in_place(struct fw *fw, uint32_t entry, uint16_t dport)
{
	(void)fw, (void)entry, (void)dport;
}

void masq_run_timers(struct fw *fw, ticks_t now)
{
	(void)fw, (void)now;
}

void masq_each(const struct fw *fw, ticks_t now,
	       void (*row)(void *ctx, const struct masq_row *), void *ctx)
{
	(void)fw, (void)now, (void)row, (void)ctx;
}

void masq_timeouts(struct fw *fw, const int32_t tcp_fin_udp[3])
{
	(void)fw, (void)tcp_fin_udp;
}
