/* Captures, by libpcap. */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/link.h"
#include "gateway/pktio.h"

enum { SNAP_LENGTH = 262144, USECS = 1000000 };

struct pcap_source {
	struct pktio_source s;
	pcap_t *pcap;
	char *path;
	int link_type;
	uint64_t frames;
	off_t bytes; /* of the file; 0: not a file */
};

struct pcap_sink {
	struct pktio_sink s;
	pcap_t *pcap; /* what the dumper stands on */
	pcap_dumper_t *dumper;
	uint32_t ifindex;
	bool ethernet;
	uint8_t frame[LINK_ETHER_HEADER + 65535];
};

/* Whether the frame's packet is one to be played; counts those that are not. */
static bool take(struct pcap_source *f, const struct pcap_pkthdr *head,
		 const uint8_t *frame, struct pktio_packet *p)
{
	struct pktio_skipped *skipped = &f->s.skipped;
	struct link_packet packet;
	uint32_t total;

	switch (link_parse(f->link_type, frame, head->caplen, &packet)) {
	case LINK_IS_OTHER:
		skipped->other++;
		return false;
	case LINK_IS_SENT:
		skipped->sent++;
		return false;
	case LINK_IS_SHORT:
		skipped->cut++;
		return false;
	case LINK_IS_IPV4:
		break;
	}
	/* A packet that says it is longer than the frame ever was is a lie, and
	 * the host's to judge; one that the capture cut off is not. */
	total = packet.len >= 4
			? (uint32_t)(packet.data[2] << 8 | packet.data[3])
			: 4;
	if (head->caplen < head->len && total > packet.len) {
		skipped->cut++;
		return false;
	}
	*p = (struct pktio_packet){
		.usec = (uint64_t)head->ts.tv_sec * USECS +
			(uint64_t)head->ts.tv_usec,
		.data = packet.data,
		.len = packet.len,
		.to_host = packet.to_host,
	};
	return true;
}

static int source_next(struct pktio_source *s, struct pktio_packet *p)
{
	struct pcap_source *f = (struct pcap_source *)s;
	struct pcap_pkthdr *head;
	const u_char *frame;

	for (;;) {
		int r = pcap_next_ex(f->pcap, &head, &frame);

		if (r == PCAP_ERROR_BREAK)
			return 0;
		if (r != 1) {
			snprintf(s->why, sizeof(s->why),
				 "%.120s: damaged behind frame %llu: %.160s",
				 f->path, (unsigned long long)f->frames,
				 pcap_geterr(f->pcap));
			return -EIO;
		}
		f->frames++;
		if (take(f, head, frame, p))
			return 1;
	}
}

static int source_percent(const struct pktio_source *s)
{
	const struct pcap_source *f = (const struct pcap_source *)s;
	off_t at = f->bytes ? ftello(pcap_file(f->pcap)) : -1;

	return at < 0 ? -1 : (int)(at * 100 / f->bytes);
}

static void source_close(struct pktio_source *s)
{
	struct pcap_source *f = (struct pcap_source *)s;

	if (f->pcap)
		pcap_close(f->pcap);
	free(f->path);
	free(f);
}

static int refuse(struct pcap_source *f, const char *text, char *why, size_t n)
{
	snprintf(why, n, "%.120s: %s", f->path ? f->path : "", text);
	source_close(&f->s);
	return -EINVAL;
}

int pktio_pcap_open(struct pktio_source **s, const char *path, char *why,
		    size_t n)
{
	struct pcap_source *f = calloc(1, sizeof(*f));
	char text[PCAP_ERRBUF_SIZE];
	struct stat st;
	FILE *file;

	if (!f || !(f->path = strdup(path))) {
		free(f);
		snprintf(why, n, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	file = strcmp(path, "-") ? fopen(path, "rbe") : stdin;
	if (!file)
		return refuse(f, strerror(errno), why, n);
	f->pcap = pcap_fopen_offline(file, text);
	if (!f->pcap) {
		if (file != stdin)
			fclose(file);
		return refuse(f, text, why, n);
	}
	f->link_type = pcap_datalink(f->pcap);
	if (!link_known(f->link_type))
		return refuse(f, "of a link type that cannot be read", why, n);
	if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode))
		f->bytes = st.st_size;
	f->s.next = source_next;
	f->s.close = source_close;
	f->s.percent = source_percent;
	*s = &f->s;
	return 0;
}

static int sink_put(struct pktio_sink *s, uint64_t usec, const uint8_t *data,
		    uint32_t len)
{
	struct pcap_sink *f = (struct pcap_sink *)s;
	struct pcap_pkthdr head = { .caplen = len, .len = len };

	if (len > 65535)
		return -EMSGSIZE;
	head.ts.tv_sec = (time_t)(usec / USECS);
	head.ts.tv_usec = (suseconds_t)(usec % USECS);
	if (f->ethernet) {
		link_ether_header(f->frame, f->ifindex, data, len);
		memcpy(f->frame + LINK_ETHER_HEADER, data, len);
		head.caplen = head.len = len + LINK_ETHER_HEADER;
		data = f->frame;
	}
	pcap_dump((u_char *)f->dumper, &head, data);
	return ferror(pcap_dump_file(f->dumper)) ? -EIO : 0;
}

static int sink_close(struct pktio_sink *s)
{
	struct pcap_sink *f = (struct pcap_sink *)s;
	int r = 0;

	if (f->dumper) {
		if (pcap_dump_flush(f->dumper))
			r = errno ? -errno : -EIO;
		pcap_dump_close(f->dumper);
	}
	if (f->pcap)
		pcap_close(f->pcap);
	free(f);
	return r;
}

int pktio_pcap_create(struct pktio_sink **s, const char *path, uint32_t ifindex,
		      bool ethernet, char *why, size_t n)
{
	struct pcap_sink *f = calloc(1, sizeof(*f));

	if (!f) {
		snprintf(why, n, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	f->s.put = sink_put;
	f->s.close = sink_close;
	f->ifindex = ifindex;
	f->ethernet = ethernet;
	f->pcap = pcap_open_dead(ethernet ? DLT_EN10MB : DLT_RAW, SNAP_LENGTH);
	if (f->pcap)
		f->dumper = pcap_dump_open(f->pcap, path);
	if (f->dumper) {
		*s = &f->s;
		return 0;
	}
	snprintf(why, n, "%.300s",
		 f->pcap ? pcap_geterr(f->pcap) : strerror(ENOMEM));
	sink_close(&f->s);
	return -EIO;
}
