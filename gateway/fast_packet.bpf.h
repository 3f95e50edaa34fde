/*
 * What the filter reads of a packet, and its sums. They are ones' complement
 * sums of words as they lie in memory, so the byte order does not matter to
 * them (RFC 1071, 2).
 */
#ifndef GATEWAY_FAST_PACKET_BPF_H
#define GATEWAY_FAST_PACKET_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "core/fast_map.h"

enum {
	IP_BYTES = 20,
	UDP_BYTES = 8,
	TCP_BYTES = 20,
	HEADERS = IP_BYTES + TCP_BYTES,
	IP_PIECE = 0x3FFF, /* offset, and that more follow */
	AF_INET = 2,
	NEAR = 64, /* bytes that are added up where they are */
	CHUNK = 512,
	CHUNKS = 18, /* jumbo frames */
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10,
};

struct ip {
	__u8 version_ihl, tos;
	__u16 len, id, frag;
	__u8 ttl, proto;
	__u16 sum;
	__u32 src, dst;
};

struct udp {
	__u32 ports;
	__u16 len, sum;
};

struct tcp {
	__u32 ports, seq, ack;
	__u8 offset, flags;
	__u16 window, sum, urgent;
};

/* Where bytes are added up, and room to end them with zeros. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, CHUNK + 8);
} fast_room SEC(".maps");

/* A packet that is looked at. */
struct look {
	struct ip *ip;
	__u32 ports;
	__u32 tcp;    /* FAST_SLOT_TCP or 0 */
	__u32 size;   /* bytes behind the IP header */
	__u32 header; /* those of the transport header */
	__u16 sum;    /* of the transport header */
};

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum >> 32) + (__u32)sum;
	sum = (sum >> 32) + (__u32)sum;
	sum = (sum >> 16) + (__u16)sum;
	sum = (sum >> 16) + (__u16)sum;
	return sum;
}

static __always_inline __u64 header_sum(const struct ip *ip)
{
	const __u32 *w = (const void *)ip;

	return (__u64)w[0] + w[1] + w[2] + w[3] + w[4];
}

/* Whether it is one that a way may carry, of what IP says. */
static __always_inline int is_plain_ip(const struct ip *ip)
{
	return ip->version_ihl == 0x45 && ip->ttl > 1 &&
	       !(ip->frag & bpf_htons(IP_PIECE)) &&
	       fold(header_sum(ip)) == 0xFFFF;
}

/* Neither beginning nor end of a conversation, and of a sound shape. */
static __always_inline int is_plain_tcp(const struct tcp *t, __u32 size)
{
	__u32 offset = (t->offset >> 4) * 4;

	return (t->flags & (FIN | SYN | RST | ACK)) == ACK &&
	       offset >= TCP_BYTES && offset <= size;
}

static __always_inline __u64 pseudo_sum(const struct look *l)
{
	__u8 proto = l->tcp ? IPPROTO_TCP : IPPROTO_UDP;

	return (__u64)l->ip->src + l->ip->dst + bpf_htons(proto) +
	       bpf_htons((__u16)l->size);
}

static __always_inline int parse(struct look *l, void *data, void *end)
{
	struct ip *ip = data;
	struct udp *u = (void *)(ip + 1);
	struct tcp *t = (void *)(ip + 1);
	__u32 len;

	if ((void *)(u + 1) > end || !is_plain_ip(ip))
		return 0;
	len = bpf_ntohs(ip->len);
	if (len < IP_BYTES + UDP_BYTES)
		return 0;
	l->ip = ip;
	l->size = len - IP_BYTES;
	l->ports = u->ports;
	if (ip->proto == IPPROTO_UDP) {
		l->tcp = 0;
		l->sum = u->sum;
		l->header = UDP_BYTES;
		return 1;
	}
	if (ip->proto != IPPROTO_TCP || (void *)(t + 1) > end ||
	    l->size < TCP_BYTES || !is_plain_tcp(t, l->size))
		return 0;
	l->tcp = FAST_SLOT_TCP;
	l->sum = t->sum;
	l->header = (t->offset >> 4) * 4;
	return 1;
}

/* A packet that others pieced together goes out as what it was made of. */
struct parts {
	__u32 longest;        /* bytes of the longest one */
	__u32 packets, bytes; /* of all */
};

static __always_inline struct parts parts_of(const struct __sk_buff *skb,
					     const struct look *l)
{
	__u32 headers = IP_BYTES + l->header, text = l->size - l->header;
	__u32 piece = skb->gso_size;
	struct parts p = { l->size + IP_BYTES, 1, l->size + IP_BYTES };

	if (!piece)
		return p;
	p.packets = (text + piece - 1) / piece;
	p.longest = headers + piece;
	p.bytes = text + p.packets * headers;
	return p;
}

/* Whether there are @n bytes at @p, in words that the verifier follows. */
static __always_inline int reaches(const __u8 *p, const __u8 *end, __u32 n)
{
	const __u8 *behind = p + n;

	barrier_var(behind);
	return behind <= end;
}

/*
 * Adds up the @n bytes behind the IP header at @l2, if they are few; -1: they
 * are not, or not all in the packet's first piece. Not static, so the verifier
 * goes through it once, and not for each way that leads here.
 */
__attribute__((noinline)) __s64 sum_near(struct __sk_buff *skb, __u32 l2,
					 __u32 n)
{
	const __u8 *p = (const void *)(long)skb->data,
		   *end = (const void *)(long)skb->data_end;
	__u64 sum = 0;

	if (l2 > ETH_HLEN)
		return -1;
	p += l2 + IP_BYTES;
	if (n >= NEAR)
		return -1;
	for (int i = 0; i < NEAR / 4 && n >= 4; i++) {
		if (!reaches(p, end, 4))
			return -1;
		sum += *(const __u32 *)p;
		p += 4;
		n -= 4;
	}
	if (n & 2) {
		if (!reaches(p, end, 2))
			return -1;
		sum += *(const __u16 *)p;
		p += 2;
	}
	if (n & 1) {
		if (!reaches(p, end, 1))
			return -1;
		sum += bpf_htons((__u16)(*p << 8));
	}
	return (__s64)sum;
}

/* Adds up the @n bytes at @at of the packet, likewise; -1: they are not there.
 */
__attribute__((noinline)) __s64 sum_bytes(struct __sk_buff *skb, __u32 at,
					  __u32 n)
{
	__u32 zero = 0;
	__u8 *room = bpf_map_lookup_elem(&fast_room, &zero);
	__s64 sum = 0;

	if (!room)
		return -1;
	for (int i = 0; i < CHUNKS && n; i++) {
		__u32 len = n < CHUNK ? n : CHUNK;

		if (bpf_skb_load_bytes(skb, at, room, len))
			return -1;
		*(__u32 *)(room + len) = 0;
		sum = bpf_csum_diff(0, 0, (__be32 *)room, (len + 3) & ~3U, sum);
		at += len;
		n -= len;
	}
	return n || sum < 0 ? -1 : sum;
}

enum sum_kind {
	SUM_WRONG,
	SUM_WHOLE, /* covers the packet */
	SUM_BEGUN, /* the pseudo header alone: hardware adds the rest */
	SUM_NONE,  /* of UDP: there is none */
};

/* What the transport checksum is; @anew: the sum of all but itself. */
static __always_inline enum sum_kind
sum_kind_of(struct __sk_buff *skb, const struct look *l, __u32 l2, __u64 *anew)
{
	__u64 pseudo = pseudo_sum(l);
	__s64 bytes;

	if (l->sum == fold(pseudo) && l->sum)
		return SUM_BEGUN;
	if (skb->gso_segs > 1)
		return SUM_WRONG;
	if (l->sum && l->size > CHUNK &&
	    bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY) >= 0)
		return SUM_WHOLE;
	bytes = sum_near(skb, l2, l->size);
	if (bytes < 0)
		bytes = sum_bytes(skb, l2 + IP_BYTES, l->size);
	if (bytes < 0)
		return SUM_WRONG;
	if (!l->sum && !l->tcp) {
		*anew = (__u64)bytes;
		return SUM_NONE;
	}
	return fold(pseudo + (__u64)bytes) == 0xFFFF ? SUM_WHOLE : SUM_WRONG;
}

#endif
