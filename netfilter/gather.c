/* Rows, copied into arrays. */
#include "netfilter/gather.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcompat/settings.h"
#include "proc-emu/proc.h"

/* An array that rows are appended to. */
struct rows {
	void *at;
	size_t size; /* bytes of a row */
	uint32_t n, room;
	bool bad; /* no memory */
};

static void rows_add(struct rows *r, const void *row)
{
	if (r->n == r->room) {
		uint32_t room = r->room ? 2 * r->room : 16;
		void *at = reallocarray(r->at, room, r->size);

		if (!at) {
			r->bad = true;
			return;
		}
		r->at = at;
		r->room = room;
	}
	memcpy((char *)r->at + r->n++ * r->size, row, r->size);
}

static void add_chain(void *rows, const struct fw_chain_row *row)
{
	rows_add(rows, row);
}

static void add_rule(void *rows, const struct fw_rule_row *row)
{
	rows_add(rows, row);
}

static void add_rule20(void *rows, const struct fw20_rule_row *row)
{
	rows_add(rows, row);
}

static void add_portfw(void *rows, const struct fwd_portfw_row *row)
{
	rows_add(rows, row);
}

static void add_autofw(void *rows, const struct fwd_autofw_row *row)
{
	rows_add(rows, row);
}

static void add_mfw(void *rows, const struct fwd_mfw_row *row)
{
	rows_add(rows, row);
}

static void add_helper(void *rows, const struct fwd_helper_row *row)
{
	rows_add(rows, row);
}

static bool gather_chains(const struct proc_source *src, struct nf_gathered *g)
{
	struct rows chains = { .size = sizeof(*g->chain) };
	struct rows rules = { .size = sizeof(*g->rule) };

	if (src->chains)
		src->chains(src->ctx, add_chain, &chains);
	if (src->rules)
		src->rules(src->ctx, false, add_rule, &rules);
	g->in.chain = g->chain = chains.at;
	g->in.chains = chains.n;
	g->in.rule = g->rule = rules.at;
	g->in.rules = rules.n;
	return !chains.bad && !rules.bad;
}

static bool gather_lists(const struct proc_source *src, struct nf_gathered *g)
{
	bool ok = true;

	for (int i = 0; i < FW20_LISTS; i++) {
		struct rows r = { .size = sizeof(*g->rule20[i]) };
		enum fw20_list list = (enum fw20_list)i;

		if (src->policy20 && list != FW20_ACCT)
			g->in.policy20[i] = src->policy20(src->ctx, list);
		if (src->rules20)
			src->rules20(src->ctx, list, false, add_rule20, &r);
		g->in.rule20[i] = g->rule20[i] = r.at;
		g->in.rules20[i] = r.n;
		ok = ok && !r.bad;
	}
	return ok;
}

static bool gather_forwards(const struct proc_source *src,
			    struct nf_gathered *g)
{
	struct rows portfw = { .size = sizeof(*g->portfw) };
	struct rows autofw = { .size = sizeof(*g->autofw) };
	struct rows mfw = { .size = sizeof(*g->mfw) };
	struct rows helper = { .size = sizeof(*g->helper) };

	if (src->portfw)
		src->portfw(src->ctx, add_portfw, &portfw);
	if (src->autofw)
		src->autofw(src->ctx, add_autofw, &autofw);
	if (src->mfw)
		src->mfw(src->ctx, add_mfw, &mfw);
	if (src->helpers)
		src->helpers(src->ctx, add_helper, &helper);
	g->in.portfw = g->portfw = portfw.at;
	g->in.portfws = portfw.n;
	g->in.autofw = g->autofw = autofw.at;
	g->in.autofws = autofw.n;
	g->in.mfw = g->mfw = mfw.at;
	g->in.mfws = mfw.n;
	g->in.helper = g->helper = helper.at;
	g->in.helpers = helper.n;
	return !portfw.bad && !autofw.bad && !mfw.bad && !helper.bad;
}

int nf_gather(const struct proc_source *src, struct nf_gathered *g)
{
	bool ok;

	*g = (struct nf_gathered){ 0 };
	g->in.era = src->era ? src->era(src->ctx) : ERA_2_2;
	if (g->in.era == ERA_2_2)
		ok = gather_chains(src, g);
	else
		ok = gather_lists(src, g);
	return gather_forwards(src, g) && ok ? 0 : -ENOMEM;
}

static bool has_iface(const struct rows *r, const struct nf_iface *iface)
{
	const struct nf_iface *known = r->at;

	for (uint32_t i = 0; i < r->n; i++)
		if (!memcmp(&known[i].name, &iface->name, sizeof(iface->name)))
			return true;
	return false;
}

static uint32_t address_in(const struct sockaddr *a)
{
	struct sockaddr_in in;

	memcpy(&in, a, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

/* @ask: with a name and an address. */
static void add_iface(struct rows *r, int fd, struct ifreq *ask)
{
	struct nf_iface iface = { .addr = address_in(&ask->ifr_addr) };

	memcpy(iface.name.s, ask->ifr_name,
	       strnlen(ask->ifr_name, FW_IFNAME - 1));
	if (has_iface(r, &iface))
		return;
	if (ioctl(fd, SIOCGIFNETMASK, ask) == 0)
		iface.mask = address_in(&ask->ifr_addr);
	rows_add(r, &iface);
}

/*
 * All names with their addresses, in *@ask; how many, or -errno. One call tells
 * them all, if there is room: this is asked by every command.
 */
static int list_ifaces(int fd, struct ifreq **ask)
{
	struct ifconf list = { .ifc_len = 0 };
	int room = 16;

	for (*ask = NULL;; room *= 2) {
		struct ifreq *more =
			reallocarray(*ask, (size_t)room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		*ask = list.ifc_req = more;
		list.ifc_len = room * (int)sizeof(*more);
		if (ioctl(fd, SIOCGIFCONF, &list))
			return -errno;
		if (list.ifc_len < room * (int)sizeof(*more))
			return list.ifc_len / (int)sizeof(*more);
	}
}

int nf_gather_ifaces_by(struct nf_gathered *g, int fd)
{
	struct rows r = { .size = sizeof(*g->iface) };
	struct ifreq *ask = NULL;
	int n = list_ifaces(fd, &ask);

	for (int i = 0; i < n; i++)
		add_iface(&r, fd, &ask[i]);
	free(ask);
	free(g->iface);
	g->in.iface = g->iface = r.at;
	g->in.ifaces = r.n;
	return n < 0 ? n : r.bad ? -ENOMEM : 0;
}

int nf_gather_ifaces(struct nf_gathered *g)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	r = nf_gather_ifaces_by(g, fd);
	close(fd);
	return r;
}

void nf_gathered_fini(struct nf_gathered *g)
{
	free(g->chain);
	free(g->rule);
	for (int i = 0; i < FW20_LISTS; i++)
		free(g->rule20[i]);
	free(g->portfw);
	free(g->autofw);
	free(g->mfw);
	free(g->helper);
	free(g->iface);
	*g = (struct nf_gathered){ 0 };
}

struct nf_config nf_config_of(const struct settings *s)
{
	struct nf_config config = nf_config_default;

	if (s->marks)
		config.mark_mask = s->marks;
	if (s->log_group)
		config.log_group = s->log_group;
	if (s->copy_group)
		config.copy_group = s->copy_group;
	return config;
}
