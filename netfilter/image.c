/* A table of the kernel's, as it gives it out. */
#include "netfilter/image.h"

#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's numbers of verdicts, which the names of ours hide. */
#undef NF_ACCEPT
#undef NF_DROP

void nf_image_fini(struct nf_image *m)
{
	free(m->part);
	free(m->named);
	free(m->got);
}

const struct ipt_entry *nf_image_entry(const struct nf_image *m, uint32_t at)
{
	return (const void *)((const uint8_t *)m->got->entrytable + at);
}

static const struct xt_entry_target *target_of(const struct ipt_entry *e)
{
	return (const void *)((const uint8_t *)e + e->target_offset);
}

const int *nf_entry_verdict(const struct ipt_entry *e)
{
	const struct xt_standard_target *t = (const void *)target_of(e);

	return *t->target.u.user.name ||
			       t->target.u.user.target_size != sizeof(*t)
		       ? NULL
		       : &t->verdict;
}

/* The name that the head of a chain tells, or NULL: it is none. */
static const char *head_name(const struct ipt_entry *e)
{
	const struct xt_error_target *t = (const void *)target_of(e);

	return t->target.u.user.target_size == sizeof(*t) &&
			       !strcmp(t->target.u.user.name,
				       XT_ERROR_TARGET) &&
			       memchr(t->errorname, '\0', sizeof(t->errorname))
		       ? t->errorname
		       : NULL;
}

static int info_get(int fd, enum nf_table table, struct ipt_getinfo *info)
{
	socklen_t len = sizeof(*info);

	*info = (struct ipt_getinfo){ .name = "" };
	snprintf(info->name, sizeof(info->name), "%s", nf_table_name(table));
	return getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, info, &len) ? -errno
								       : 0;
}

static struct nf_shape shape_of(const struct ipt_getinfo *info)
{
	struct nf_shape s = { .entries = info->num_entries,
			      .bytes = info->size };

	memcpy(s.hook, info->hook_entry, sizeof(s.hook));
	memcpy(s.underflow, info->underflow, sizeof(s.underflow));
	return s;
}

int nf_image_shape(int fd, enum nf_table table, struct nf_shape *shape)
{
	struct ipt_getinfo info;
	int r = info_get(fd, table, &info);

	if (r == 0)
		*shape = shape_of(&info);
	return r;
}

/* The entries as they are. */
static int image_get(struct nf_image *m, int fd)
{
	struct ipt_getinfo info;
	socklen_t len;

	if (info_get(fd, m->table, &info))
		return NF_NOT_PLAIN;
	m->shape = shape_of(&info);
	m->hooks = info.valid_hooks;
	for (int h = 0; h < NF_HOOKS; h++)
		if (m->hooks & 1U << h && m->shape.hook[h] > m->last_hook)
			m->last_hook = m->shape.hook[h];
	len = (socklen_t)(sizeof(*m->got) + info.size);
	m->got = malloc(len);
	if (!m->got)
		return -ENOMEM;
	memcpy(m->got->name, info.name, sizeof(m->got->name));
	m->got->size = info.size;
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, m->got, &len))
		return errno == EAGAIN ? -EAGAIN : NF_NOT_PLAIN;
	return 0;
}

/* Whether an entry lies where it says that it does. */
static bool entry_ok(const struct nf_image *m, uint32_t at)
{
	const struct ipt_entry *e = nf_image_entry(m, at);
	const uint32_t left = m->shape.bytes - at;

	return left >= sizeof(*e) && e->next_offset <= left &&
	       e->target_offset >= sizeof(*e) && !(e->next_offset % 8) &&
	       !(e->target_offset % 8) &&
	       e->target_offset + sizeof(struct xt_entry_target) <=
		       e->next_offset &&
	       e->target_offset + target_of(e)->u.user.target_size <=
		       e->next_offset;
}

/* Whether a built-in chain begins there. */
static bool is_built_in(const struct nf_image *m, uint32_t at)
{
	for (int h = 0; at <= m->last_hook && h < NF_HOOKS; h++)
		if (m->hooks & 1U << h && m->shape.hook[h] == at)
			return true;
	return false;
}

/* The chain that ends before entry @n, the last one of which is at @last. */
static bool part_end(struct nf_image *m, uint32_t last, uint32_t n)
{
	struct nf_part *p;

	if (!m->parts)
		return n == 0;
	p = &m->part[m->parts - 1];
	p->end = last;
	p->rules = n - p->at - 1;
	return n > p->at;
}

static int part_begin(struct nf_image *m, const char *name, uint32_t first,
		      uint32_t at)
{
	if (!(m->parts & (m->parts - 1))) { /* all that there is room for */
		size_t room = m->parts ? m->parts * (size_t)2 : 1;
		struct nf_part *more =
			reallocarray(m->part, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		m->part = more;
	}
	m->part[m->parts++] =
		(struct nf_part){ .name = name, .first = first, .at = at };
	return 0;
}

/* Finds the chains. The last entry is a head of none. */
static int divide(struct nf_image *m)
{
	uint32_t at = 0, last = 0, n = 0;
	int r = 0;

	for (; r == 0 && at < m->shape.bytes; n++) {
		const struct ipt_entry *e;
		const char *name;

		if (!entry_ok(m, at))
			return NF_NOT_PLAIN;
		e = nf_image_entry(m, at);
		name = head_name(e);
		if ((name || is_built_in(m, at)) && !part_end(m, last, n))
			return NF_NOT_PLAIN;
		if (name && at + e->next_offset < m->shape.bytes)
			r = part_begin(m, name, at + e->next_offset, n + 1);
		else if (!name && is_built_in(m, at))
			r = part_begin(m, "", at, n);
		last = at;
		at += e->next_offset;
	}
	if (r == 0 && (n != m->shape.entries || !n ||
		       !head_name(nf_image_entry(m, last))))
		r = NF_NOT_PLAIN;
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct nf_part *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int sort_names(struct nf_image *m)
{
	m->named = calloc(m->parts + (size_t)1, sizeof(*m->named));
	if (!m->named)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->parts; i++)
		if (*m->part[i].name)
			m->named[m->nameds++] = &m->part[i];
	qsort(m->named, m->nameds, sizeof(*m->named), by_name);
	return 0;
}

const struct nf_part *nf_image_named(const struct nf_image *m, const char *name)
{
	const struct nf_part key = { .name = name }, *const k = &key;
	const struct nf_part **found =
		bsearch(&k, m->named, m->nameds, sizeof(*m->named), by_name);

	return found ? *found : NULL;
}

const struct nf_part *nf_image_part(const struct nf_image *m, uint32_t first)
{
	uint32_t low = 0, high = m->parts;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (m->part[mid].first == first)
			return &m->part[mid];
		if (m->part[mid].first < first)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

int nf_image_read(struct nf_image *m, int fd, enum nf_table table)
{
	int r;

	*m = (struct nf_image){ .table = table };
	r = image_get(m, fd);
	if (r == 0)
		r = divide(m);
	return r ? r : sort_names(m);
}

const char *nf_image_target(const struct nf_image *m, uint32_t at)
{
	const struct ipt_entry *e = nf_image_entry(m, at);
	const int *verdict = nf_entry_verdict(e);
	const struct nf_part *p;

	if (!verdict)
		return target_of(e)->u.user.name;
	switch (*verdict) {
	case NF_VERDICT_ACCEPT:
		return "ACCEPT";
	case NF_VERDICT_DROP:
		return "DROP";
	case NF_VERDICT_RETURN:
		return "RETURN";
	}
	if (*verdict == (int)(at + e->next_offset))
		return "";
	p = *verdict < 0 ? NULL : nf_image_part(m, (uint32_t)*verdict);
	return p && *p->name ? p->name : "?";
}
