/*
 * What of a packet the old rules can ask about, as fields of decision diagrams:
 * interface, protocol, piece of a packet, addresses byte by byte (so that
 * scattered masks stay small), ports, TCP flags.
 */
#ifndef COMPARE_HEADERS_H
#define COMPARE_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include "compare/diagram.h"
#include "core/rule.h"

enum field {
	FIELD_VIA,      /* index of a name in struct headers */
	FIELD_VIA_ADDR, /* index of an address in struct headers */
	FIELD_PROTO,
	FIELD_LATER, /* 1: the second or a later piece: no ports, no flags */
	FIELD_SRC,   /* four fields, the highest byte first */
	FIELD_DST = FIELD_SRC + 4,
	FIELD_SPORT = FIELD_DST + 4, /* ICMP: the type */
	FIELD_DPORT,                 /* ICMP: the code */
	FIELD_FLAGS,                 /* enum flag; not TCP: FLAGS_NONE */
	FIELDS
};

enum flag {
	FLAG_ACK = 1,
	FLAG_RST = 2,
	FLAG_SYN = 4,
	FLAGS_ALL = 7,
	FLAGS_NONE /* the packet has none to look at */
};

/*
 * Interfaces, as far as any rule tells them apart: by name or its beginning, by
 * address. Value 0 is every other name, every other address.
 */
struct headers {
	struct space *space;
	struct via_name {
		struct fw_ifname name;
		bool beginning; /* names that begin so, and are not here */
	} * via;
	uint32_t vias, via_room;
	uint32_t *via_addr;
	uint32_t via_addrs, via_addr_room;
	uint32_t last[FIELDS];
	uint32_t packets; /* diagram: 1 for what can be a packet, else 0 */
	bool bad;         /* no memory */
};

/* Owns what it is told; headers_fini() frees it. */
void headers_init(struct headers *h);
void headers_fini(struct headers *h);

/* All names and addresses of rules have to be told before the first diagram. */
void headers_name(struct headers *h, const struct fw_ifname *name,
		  bool beginning);
void headers_via_addr(struct headers *h, uint32_t addr);
/* 0, or -ENOMEM. */
int headers_start(struct headers *h);

/* Where the field has that value: 1, else 0. As all below. */
uint32_t headers_is(struct headers *h, enum field field, uint32_t value);
/* (address & mask) == value, of the field's four bytes. */
uint32_t headers_addr(struct headers *h, enum field field, uint32_t value,
		      uint32_t mask);
/* The interface's name is @name (@beginning: begins so). */
uint32_t headers_via(struct headers *h, const struct fw_ifname *name,
		     bool beginning);
uint32_t headers_via_has(struct headers *h, uint32_t addr);

#endif
