/*
 * What the engine asks of the program around it. The engine makes no system
 * call and reads no clock; packets that leave, log lines and more room for a
 * table go through here.
 */
#ifndef ENGINE_ENV_H
#define ENGINE_ENV_H

#include <stdint.h>

struct pkt;

enum fw_out_kind {
	FW_OUT_SEND,  /* the packet leaves on an interface */
	FW_OUT_LOCAL, /* it is delivered to the host itself */
	FW_OUT_DROP,  /* it ended here, silently */
	FW_OUT_ICMP,  /* the host sends an ICMP error, which is @pkt */
};

/* One result of a packet. Borrowed for the length of the call. */
struct fw_out {
	enum fw_out_kind kind;
	uint32_t ifindex;      /* FW_OUT_SEND, FW_OUT_ICMP: index in the host's
				  interfaces */
	uint16_t redir_port;   /* FW_OUT_LOCAL: whatever its destination, it is
				  for that port of the host; 0: not so */
	const struct pkt *pkt; /* not with FW_OUT_DROP */
	uint8_t icmp_type, icmp_code; /* FW_OUT_ICMP */
	uint32_t icmp_dst;            /* FW_OUT_ICMP: to whom, host order */
};

struct fw_env {
	void *ctx;
	/* In the order in which things happen. */
	void (*out)(void *ctx, const struct fw_out *out);
	/* A line the kernel logged, without level and newline; @level as in
	 * printk, 0..7. */
	void (*log)(void *ctx, int level, const char *line);
	/*
	 * Makes [@offset, @offset + @bytes) of the state usable, and the
	 * journal room that goes with it. Returns 0 or -ENOSPC. NULL: all of it
	 * is usable already.
	 */
	int (*grow)(void *ctx, uint64_t offset, uint64_t bytes);
};

#endif
