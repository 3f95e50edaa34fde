/*
 * The memory that the engine shares with the packet filter in the kernel
 * (gateway/fast.bpf.c): what the filter needs to carry packets of masquerade
 * entries by itself, and what it tells of those that it carried. One array of
 * lines of 64 bytes; every process that enters the state may map it.
 *
 * A *way* is one direction of an entry: 2 * entry for packets from inside, the
 * next number for those from outside. A *hop* is where packets of a way leave.
 * A *trail* is the list of counters that each packet of a way moves. Slots of
 * buckets find the way of a packet.
 *
 * Who is inside the state writes; the filter only reads, but for .packets,
 * .bytes and .last. A way counts only while its .gen is that of .gate, so one
 * store shuts the whole path, or makes all that it knows void.
 *
 * A *pattern* is what first packets from one inside host to one outside end
 * have in common, but for their source port: with it the filter makes entries
 * by itself, in the order of masquerade ports. Such a *birth* is carried by a
 * way of its own and told in a ring; who enters the state next makes a real
 * entry of it. Who holds .lock makes births, buckets and ports: the filter for
 * one birth, or who is inside.
 *
 * Addresses, ports and sums are as they lie in the packet. Moments are
 * nanoseconds since boot (CLOCK_BOOTTIME).
 */
#ifndef CORE_FAST_MAP_H
#define CORE_FAST_MAP_H

#include <stdint.h>

enum {
	FAST_LINE = 64,
	FAST_HOPS = 256,
	FAST_TRAILS = 1024,
	FAST_TRAIL_MAX = 63, /* counters of a trail */
	FAST_TRAIL_LINES = 4,
	FAST_WAYS = 2 * 131072,
	FAST_BUCKETS = 131072,
	FAST_SLOTS = 4, /* of a bucket */
	FAST_BIRTHS = 8192,
	FAST_PATTERNS = 4096,
	FAST_PATTERN_LINES = 2,
	FAST_KNOWN = 1 << 21, /* counters of a byte */
	FAST_KNOWN_BY = 4,    /* of each end */
	FAST_KNOWN_MAX = 255, /* there it stays */
};

/*
 * Where the parts begin, in lines. Mapping a line costs, so the parts that all
 * need come first, then the ways, as many as there are entries.
 */
enum {
	FAST_CTL_AT = 0,
	FAST_PORTS_AT = 1,
	FAST_HOP_AT = 2,
	FAST_TRAIL_AT = FAST_HOP_AT + FAST_HOPS,
	FAST_BIRTH_AT = FAST_TRAIL_AT + FAST_TRAILS * FAST_TRAIL_LINES,
	FAST_BIRTH_WAY_AT = FAST_BIRTH_AT + FAST_BIRTHS,
	FAST_KNOWN_AT = FAST_BIRTH_WAY_AT + FAST_BIRTHS,
	FAST_WAY_AT = FAST_KNOWN_AT + FAST_KNOWN / FAST_LINE,
	/* From here on only the gate's keeper and the filter go. */
	FAST_PATTERN_AT = FAST_WAY_AT + FAST_WAYS,
	FAST_BUCKET_AT = FAST_PATTERN_AT + FAST_PATTERNS * FAST_PATTERN_LINES,
	FAST_LINES = FAST_BUCKET_AT + FAST_BUCKETS
};

enum { FAST_MAGIC = 0x66776673 };

struct fast_ctl {
	uint32_t gate;   /* 0: shut; else the .gen of ways that count */
	uint32_t gen;    /* the present one, never 0 */
	uint64_t lease;  /* until when the gate may be trusted: its keeper lives
			  */
	uint32_t magic;  /* FAST_MAGIC */
	uint32_t trails; /* of this .gen */
	uint64_t print;  /* of all that ways depend on, see engine/fast.h */
	uint64_t packets, bytes; /* carried, and told to the state */
	uint64_t pad[2];
};

enum fast_hop_kind {
	FAST_HOP_NONE,
	FAST_HOP_ETHER, /* the neighbour's address is the kernel's to know */
	FAST_HOP_RAW    /* a device without link addresses */
};

struct fast_hop {
	uint32_t kind;    /* enum fast_hop_kind */
	uint32_t ifindex; /* the kernel's */
	uint32_t gateway;
	uint32_t pad[13];
};

enum { FAST_TRAIL_USED = 1U << 31 };

/* Offsets of counters in the state; an odd one: the 32-bit pair before it. */
struct fast_trail {
	uint32_t n; /* and FAST_TRAIL_USED; 0: a free place */
	uint32_t counter[FAST_TRAIL_MAX];
};

enum fast_way_flag {
	FAST_REWRITES_SRC = 1,
	FAST_REWRITES_DST = 2,
};

struct fast_way {
	uint32_t gen;   /* 0: none */
	uint32_t check; /* of its key: a slot may be another's by now */
	uint32_t addr;  /* the new source or destination */
	uint32_t in_if; /* the kernel's; packets from elsewhere are not its */
	uint16_t port;
	uint16_t sum;    /* what it adds to the transport sum, */
	uint16_t ip_sum; /* and to the header's but for TTL and TOS */
	uint8_t tos_and, tos_xor;
	uint8_t flags; /* enum fast_way_flag */
	uint8_t hop;
	uint16_t max_len; /* of an IP packet that leaves whole */
	uint16_t trail;
	uint16_t trail_gen; /* whose .gen's trail: its lower half */
	uint32_t mark;
	uint32_t idle; /* 2^20 ns after which the engine is asked again */
	uint64_t packets, bytes; /* carried and not told to the state yet */
	uint64_t last;           /* use of the entry; only in its first way */
};

enum {
	FAST_SLOT_USED = 1U << 31,
	FAST_SLOT_TCP = 1U << 30,
	FAST_SLOT_BIRTH = 1U << 29, /* .way is one of a birth */
	FAST_SLOT_WAY = FAST_WAYS - 1,
	FAST_IDLE_SHIFT = 20
};

struct fast_slot {
	uint32_t src, dst;
	uint32_t ports; /* both, as they lie in the packet */
	uint32_t way;   /* FAST_SLOT_*; 0: free. Written last */
};

struct fast_bucket {
	struct fast_slot slot[FAST_SLOTS];
};

/* The masquerade ports as the filter gives them out, and the ring. */
struct fast_ports {
	uint32_t lock;  /* 0: nobody's */
	uint32_t open;  /* the .gen for which births are allowed; 0: none are */
	uint32_t head;  /* births ever made, */
	uint32_t made;  /* those that have their entry, */
	uint32_t final; /* those for good, */
	uint32_t swept; /* and those whose place in the ring is free again */
	uint32_t inside; /* somebody is in the state, or ended there */
	int32_t left;    /* births that there are ports for */
	uint16_t next, begin, end;
	uint16_t pad;
	uint32_t open_ends; /* entries that take packets of other ends, too */
	uint32_t pad2[5];
};

/* In the ring: what an entry is to be. Addresses and ports as in packets. */
struct fast_birth {
	uint32_t src, dst, ports, addr;
	uint16_t port, pad;
	uint32_t entry; /* what became of it, + 1; 0: nothing */
	uint32_t pad2[2];
	uint64_t packets, bytes; /* that went to that entry, then */
	uint64_t pad3[2];
};

struct fast_pattern {
	uint32_t gen;   /* 0: none */
	uint32_t ready; /* else only met once */
	uint32_t src, dst;
	uint16_t dport;
	uint16_t low, high; /* source ports that rules tell not apart, in the
			       host's order */
	uint16_t pad[21];
	struct fast_way way; /* but for .check, .port, .sum */
};

_Static_assert(sizeof(struct fast_ctl) == FAST_LINE &&
		       sizeof(struct fast_ports) == FAST_LINE &&
		       sizeof(struct fast_birth) == FAST_LINE &&
		       sizeof(struct fast_pattern) ==
			       FAST_PATTERN_LINES * FAST_LINE &&
		       sizeof(struct fast_hop) == FAST_LINE &&
		       sizeof(struct fast_way) == FAST_LINE &&
		       sizeof(struct fast_bucket) == FAST_LINE &&
		       sizeof(struct fast_trail) ==
			       FAST_TRAIL_LINES * FAST_LINE,
	       "the filter counts in lines");

/* A packet's key, mixed: two buckets and the check come from it. */
static inline uint64_t fast_mix(uint32_t src, uint32_t dst, uint32_t ports,
				uint32_t tcp)
{
	uint64_t x = ((uint64_t)src << 32 | dst) * 0x9E3779B97F4A7C15;

	x ^= x >> 32;
	x = (x ^ ((uint64_t)ports << 32 | tcp)) * 0xD6E8FEB86659FD93;
	x ^= x >> 32;
	return x * 0x9E3779B97F4A7C15;
}

/*
 * Of entries, counters tell that this inside end, or this masquerade port
 * towards that outside port, is nobody's: FAST_KNOWN_BY of them, in one line,
 * are all above 0 if an entry has it. They may be above 0 even so, since others
 * have them, too. Here what the ends are mixed to.
 */
static inline uint64_t fast_known_inside(uint32_t addr, uint16_t port,
					 uint32_t tcp)
{
	return fast_mix(addr, 1, port, tcp);
}

static inline uint64_t fast_known_port(uint16_t mport, uint16_t dport,
				       uint32_t tcp)
{
	return fast_mix(2, mport, dport, tcp);
}

/* Which line, of those from FAST_KNOWN_AT on. */
static inline uint32_t fast_known_line(uint64_t mix)
{
	return (uint32_t)(mix >> 20) % (FAST_KNOWN / FAST_LINE);
}

/* Which bytes of it, the i-th of FAST_KNOWN_BY; some may be the same. */
static inline uint32_t fast_known_byte(uint64_t mix, uint32_t i)
{
	return (uint32_t)(mix >> (35 + 6 * i)) % FAST_LINE;
}

/* Where the pattern of such first packets lies. */
static inline uint32_t fast_pattern_of(uint32_t src, uint32_t dst,
				       uint16_t dport)
{
	return (uint32_t)(fast_mix(src, dst, dport, 0) >> 20) % FAST_PATTERNS;
}

static inline uint32_t fast_bucket_of(uint64_t mix, uint32_t nth)
{
	return (uint32_t)(mix >> (nth ? 24 : 47)) % FAST_BUCKETS;
}

static inline uint32_t fast_check_of(uint64_t mix)
{
	return (uint32_t)(mix >> 12);
}

#endif
