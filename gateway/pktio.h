/*
 * Where packets come from and where they go: captures (pktio_pcap.c), or
 * whatever else can yield and take IPv4 packets.
 */
#ifndef GATEWAY_PKTIO_H
#define GATEWAY_PKTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A packet as a source yields it: from the IP header on. */
struct pktio_packet {
	uint64_t usec;       /* when it arrived: microseconds since 1970 */
	const uint8_t *data; /* the source's, until it is asked again */
	uint32_t len;
	bool to_host; /* see struct pkt */
};

/* What a source passed over. */
struct pktio_skipped {
	uint64_t other; /* not IPv4 */
	uint64_t sent;  /* not received by the host that recorded it */
	uint64_t cut;   /* recorded without their ends, or headers */
};

struct pktio_source {
	/* 1: @p; 0: no more will come; -errno: broken, and .why says how. */
	int (*next)(struct pktio_source *s, struct pktio_packet *p);
	void (*close)(struct pktio_source *s);
	/* How much of it was read, in percent; -1: who knows. */
	int (*percent)(const struct pktio_source *s);
	struct pktio_skipped skipped;
	char why[384];
};

struct pktio_sink {
	/* 0 or -errno. */
	int (*put)(struct pktio_sink *s, uint64_t usec, const uint8_t *data,
		   uint32_t len);
	/* Writes what is still to be written. 0 or -errno. */
	int (*close)(struct pktio_sink *s);
};

/*
 * A capture file to read ("-": standard input): pcap or pcapng. Returns 0; or
 * -errno with a sentence that names the file in @why (@n bytes).
 */
int pktio_pcap_open(struct pktio_source **s, const char *path, char *why,
		    size_t n);

/*
 * A capture file to write ("-": standard output). @ifindex: the interface whose
 * packets these are; @ethernet: with Ethernet headers (gateway/link.h), else
 * raw. Returns as pktio_pcap_open().
 */
int pktio_pcap_create(struct pktio_sink **s, const char *path, uint32_t ifindex,
		      bool ethernet, char *why, size_t n);

#endif
