/* A packet on its way through the host, and steps that all kernels share. */
#ifndef ENGINE_WALK_H
#define ENGINE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/icmp_out.h"
#include "engine/masq_pkt.h"
#include "engine/pkt.h"
#include "engine/route.h"

struct fw;

/* How a packet ended. */
enum walk_end {
	END_DROP, /* silently, unless something was told about it */
	END_TOLD, /* it left, or was delivered */
	END_KEPT, /* it waits to be reassembled */
};

struct walk {
	struct fw *fw;
	struct pkt *p;
	struct pkt_info info;
	uint32_t in_if;
	uint16_t redir_port; /* see struct fw_out */
	bool told;           /* something about it was reported already */
};

/* The packet ends; its source is told, if that may be. Returns END_DROP. */
enum walk_end walk_tell(struct walk *w, const struct icmp_what *what);
enum walk_end walk_unreach(struct walk *w, uint8_t code);

/* One off the time to live; the checksum follows as the kernels did it. */
void walk_decrease_ttl(struct walk *w);

/* ICMP errors from inside are offered to masquerading before any rule. */
enum masq_result walk_icmp_error(struct walk *w);

/* The way of a packet of the host's own; @ifindex: see struct path_era. */
struct route walk_own_way(struct walk *w, uint32_t ifindex);

/* To the host itself. Returns END_TOLD. */
enum walk_end walk_deliver(struct walk *w);

/* What is to be said at the end. */
void walk_finish(const struct walk *w, enum walk_end end);

#endif
