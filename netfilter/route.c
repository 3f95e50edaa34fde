/* The running kernel's routes, asked over rtnetlink through libmnl. */
#include "netfilter/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

enum { ROOM = 4096 };

struct nf_route {
	struct mnl_socket *nl;
	unsigned int seq;
};

int nf_route_open(struct nf_route **out)
{
	struct nf_route *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (r->nl && mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID) == 0) {
		*out = r;
		return 0;
	}
	err = errno;
	nf_route_close(r);
	return -err;
}

void nf_route_close(struct nf_route *r)
{
	if (!r)
		return;
	if (r->nl)
		mnl_socket_close(r->nl);
	free(r);
}

static int see_attribute(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == RTA_OIF &&
	    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
		*(uint32_t *)data = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int see_route(const struct nlmsghdr *msg, void *data)
{
	return mnl_attr_parse(msg, sizeof(struct rtmsg), see_attribute, data);
}

/* The kernel answers with one message, or with an error. */
static int ask(struct nf_route *r, struct nlmsghdr *q, uint32_t *index)
{
	_Alignas(struct nlmsghdr) char buf[ROOM];
	ssize_t n;

	if (mnl_socket_sendto(r->nl, q, q->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(r->nl, buf, sizeof(buf));
	if (n < 0 ||
	    mnl_cb_run(buf, (size_t)n, r->seq, mnl_socket_get_portid(r->nl),
		       see_route, index) < 0)
		return -errno;
	return 0;
}

int nf_route_by(struct nf_route *r, uint32_t dst, char name[IF_NAMESIZE])
{
	_Alignas(struct nlmsghdr) char buf[ROOM];
	struct nlmsghdr *q = mnl_nlmsg_put_header(buf);
	struct rtmsg *rt;
	uint32_t index = 0;
	int err;

	q->nlmsg_type = RTM_GETROUTE;
	q->nlmsg_flags = NLM_F_REQUEST;
	q->nlmsg_seq = ++r->seq;
	rt = mnl_nlmsg_put_extra_header(q, sizeof(*rt));
	rt->rtm_family = AF_INET;
	rt->rtm_dst_len = 32;
	mnl_attr_put_u32(q, RTA_DST, htonl(dst));
	err = ask(r, q, &index);
	if (err)
		return err;
	return if_indextoname(index, name) ? 0 : -ENODEV;
}
