/* Packets that rules with the target NFLOG report, through libnetfilter_log. */
#include "libcompat/nf_log.h"

#include <errno.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <libnfnetlink/libnfnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	GROUPS_MOST = 4,
	SOCKET_ROOM = 4 * 1024 * 1024,
	READ_ROOM = 128 * 1024, /* the kernel's batch and one packet more */
	WAIT_CS = 5, /* the kernel gathers packets so long, in 1/100 s */
};

struct nf_log {
	struct nflog_handle *nl;
	struct nflog_g_handle *group[GROUPS_MOST];
	int groups;
	/* During a read: */
	void (*packet)(void *ctx, const struct nf_log_packet *);
	void *ctx;
	char buf[READ_ROOM];
};

static void name_interface(struct nflog_data *d, struct fw_ifname *via)
{
	uint32_t index = nflog_get_outdev(d);
	char name[IF_NAMESIZE] = "";

	_Static_assert(sizeof(name) == sizeof(via->s), "names have 16 bytes");
	if (!index)
		index = nflog_get_indev(d);
	if (index && if_indextoname(index, name))
		memcpy(via->s, name, strnlen(name, sizeof(name)));
}

static int got_packet(struct nflog_g_handle *group, struct nfgenmsg *msg,
		      struct nflog_data *d, void *data)
{
	struct nf_log *log = data;
	struct nf_log_packet p = { .mark = nflog_get_nfmark(d) };
	const char *prefix = nflog_get_prefix(d);
	char *payload;
	int len = nflog_get_payload(d, &payload);

	(void)group;
	if (len < 0 || msg->nfgen_family != AF_INET)
		return 0;
	p.prefix = prefix ? prefix : "";
	p.data = (uint8_t *)payload;
	p.len = (uint32_t)len;
	name_interface(d, &p.via);
	log->packet(log->ctx, &p);
	return 0;
}

static int join(struct nf_log *log, const struct nf_log_group *want, char *why,
		size_t room)
{
	struct nflog_g_handle *g;
	int err;

	errno = 0;
	g = nflog_bind_group(log->nl, want->number);
	if (g && nflog_set_mode(g, NFULNL_COPY_PACKET, want->bytes) == 0 &&
	    nflog_set_timeout(g, WAIT_CS) == 0) {
		nflog_callback_register(g, got_packet, log);
		log->group[log->groups++] = g;
		return 0;
	}
	err = errno ? errno : EIO;
	if (g)
		nflog_unbind_group(g);
	/* The kernel says EPERM of a group that another one reads, too. */
	snprintf(why, room, "NFLOG group %u: %s", want->number,
		 err == EPERM && geteuid() == 0 ? "somebody else reads it"
						: strerror(err));
	return -err;
}

static void log_close(struct nf_log *log)
{
	if (!log)
		return;
	for (int i = 0; i < log->groups; i++)
		nflog_unbind_group(log->group[i]);
	if (log->nl)
		nflog_close(log->nl);
	free(log);
}

static int log_open(struct nf_log **out, const struct nf_log_group *groups,
		    int n, char *why, size_t room)
{
	struct nf_log *log = calloc(1, sizeof(*log));
	int r = 0;

	if (!log || n > GROUPS_MOST) {
		free(log);
		return -ENOMEM;
	}
	log->nl = nflog_open();
	if (!log->nl) {
		r = -errno;
		snprintf(why, room, "netlink: %s", strerror(errno));
	}
	for (int i = 0; i < n && r == 0; i++)
		r = join(log, &groups[i], why, room);
	if (r) {
		log_close(log);
		return r;
	}
	nfnl_rcvbufsiz(nflog_nfnlh(log->nl), SOCKET_ROOM);
	*out = log;
	return 0;
}

static int log_fd(const struct nf_log *log)
{
	return nflog_fd(log->nl);
}

static int log_read(struct nf_log *log,
		    void (*packet)(void *, const struct nf_log_packet *),
		    void *ctx)
{
	ssize_t n = recv(log_fd(log), log->buf, sizeof(log->buf), 0);

	if (n < 0)
		return -errno;
	log->packet = packet;
	log->ctx = ctx;
	nflog_handle_packet(log->nl, log->buf, (int)n);
	return 0;
}

__attribute__((visibility("default"))) nf_log_export_fn nf_log_export;

const struct nf_log_calls *nf_log_export(const char *version)
{
	static const struct nf_log_calls calls = {
		.open = log_open,
		.close = log_close,
		.fd = log_fd,
		.read = log_read,
	};

	return strcmp(version, FWCOMPAT_VERSION) ? NULL : &calls;
}
