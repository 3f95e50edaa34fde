/* Probes in words: reading and printing them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "core/bytes.h"
#include "tests/lab/probe.h"

enum { MASQ_FIRST = 60000, MASQ_LAST = 65095 };

const char *const place_name[PLACES] = { "c1", "c2", "s1", "s2", "r" };
const char *const place_ifname[PLACES] = { "eth0", "eth1", "eth2", "ppp0", "" };

static const char flag_letters[] = "FSRPAU";

bool place_is_router(uint32_t addr)
{
	static const uint32_t ours[] = { 0x0A010001, 0xC0A80101, 0xCB0071C9,
					 0xC63364C9 };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i] == addr)
			return true;
	return false;
}

static bool take_place(const char *word, enum place *place)
{
	for (*place = 0; *place < PLACES; (*place)++)
		if (!strcmp(word, place_name[*place]))
			return true;
	return false;
}

static bool take_proto(const char *word, uint8_t *proto)
{
	char *end;

	if (!strcmp(word, "tcp"))
		*proto = IPPROTO_TCP;
	else if (!strcmp(word, "udp"))
		*proto = IPPROTO_UDP;
	else if (!strcmp(word, "icmp"))
		*proto = IPPROTO_ICMP;
	else {
		*proto = (uint8_t)strtoul(word, &end, 10);
		return *proto && !*end;
	}
	return true;
}

/* ADDRESS[:PORT] */
static bool take_end(char *word, uint32_t *addr, uint16_t *port)
{
	char *colon = strchr(word, ':');

	if (colon) {
		*colon = '\0';
		*port = (uint16_t)strtoul(colon + 1, NULL, 10);
	}
	return addr_parse_quad(word, addr) == 0;
}

static bool take_flags(const char *word, uint8_t *flags)
{
	*flags = 0;
	if (!strcmp(word, "none"))
		return true;
	for (; *word; word++) {
		const char *letter = strchr(flag_letters, *word);

		if (!letter)
			return false;
		*flags |= (uint8_t)(1u << (letter - flag_letters));
	}
	return true;
}

/* A word that has a value; false: it is none of them. */
static bool take_value(struct probe *p, const char *word, const char *value)
{
	unsigned long n = value ? strtoul(value, NULL, 0) : 0;

	if (!value)
		return false;
	if (!strcmp(word, "tos"))
		p->tos = (uint8_t)n;
	else if (!strcmp(word, "ttl"))
		p->ttl = (uint8_t)n;
	else if (!strcmp(word, "pieces"))
		p->pieces = (uint16_t)n;
	else if (!strcmp(word, "frag"))
		p->frag = (uint16_t)(n | (strchr(value, '+') ? 0x2000 : 0));
	else
		return false;
	return true;
}

static bool take_words(struct probe *p, char **save)
{
	const char *word;
	unsigned type, code;

	while ((word = strtok_r(NULL, " ", save))) {
		if (sscanf(word, "%u/%u", &type, &code) == 2) {
			p->type = (uint8_t)type;
			p->code = (uint8_t)code;
		} else if (strspn(word, flag_letters) == strlen(word) ||
			   !strcmp(word, "none")) {
			take_flags(word, &p->flags);
		} else if (!take_value(p, word, strtok_r(NULL, " ", save))) {
			return false;
		}
	}
	return true;
}

static bool take_about(struct probe *p, uint32_t index, char **save)
{
	const char *word = strtok_r(NULL, " ", save);
	unsigned long n = word ? strtoul(word, NULL, 10) : 0;

	p->about = (uint32_t)n - 1;
	return n && n <= index;
}

static bool take_ends(struct probe *p, char **save)
{
	const char *proto = strtok_r(NULL, " ", save);
	char *src = strtok_r(NULL, " ", save);
	char *arrow = strtok_r(NULL, " ", save);
	char *dst = strtok_r(NULL, " ", save);

	return dst && !strcmp(arrow, ">") && take_proto(proto, &p->proto) &&
	       take_end(src, &p->src, &p->sport) &&
	       take_end(dst, &p->dst, &p->dport);
}

static bool take_line(struct probe *p, uint32_t index, char *line)
{
	char *save, *word;

	*p = (struct probe){ .ttl = 64, .pieces = 1, .type = 8, .flags = 2 };
	line[strcspn(line, "\n")] = '\0';
	if (strlen(line) >= sizeof(p->words))
		return false;
	memcpy(p->words, line, strlen(line));
	word = strtok_r(line, " ", &save);
	if (!word)
		return false;
	if (!strcmp(word, "answer"))
		p->kind = PROBE_ANSWER;
	else if (!strcmp(word, "error"))
		p->kind = PROBE_ERROR;
	else if (!take_place(word, &p->from))
		return false;
	if (p->kind == PROBE_PACKET ? !take_ends(p, &save)
				    : !take_about(p, index, &save))
		return false;
	return take_words(p, &save);
}

uint32_t probes_read(struct probes *probes, FILE *from)
{
	char line[256];

	for (probes->n = 0; fgets(line, sizeof(line), from); probes->n++)
		if (probes->n == PROBES ||
		    !take_line(&probes->list[probes->n], probes->n, line))
			return probes->n + 1;
	return 0;
}

/* A masquerade port is one of many, and which one is the router's affair: from
 * 60000 on in 1.3, from 61000 on in 2.0 and 2.2. */
static void print_end(FILE *to, uint32_t addr, uint16_t port, bool has_port)
{
	char quad[ADDR_TEXT];

	fputs(addr_format(addr, quad), to);
	if (!has_port)
		return;
	if (port >= MASQ_FIRST && port <= MASQ_LAST)
		fputs(":masq", to);
	else
		fprintf(to, ":%u", port);
}

/* The addresses of a packet, its ports, or type and code. */
static void print_ends(FILE *to, const uint8_t *ip, uint32_t len)
{
	uint32_t ihl = (ip[0] & 15u) * 4u;
	bool later = get_be16(ip + 6) & 0x1FFF;
	bool ports = (ip[9] == IPPROTO_TCP || ip[9] == IPPROTO_UDP) && !later &&
		     len >= ihl + 8;

	print_end(to, get_be32(ip + 12), ports ? get_be16(ip + ihl) : 0, ports);
	fputs(" > ", to);
	print_end(to, get_be32(ip + 16), ports ? get_be16(ip + ihl + 2) : 0,
		  ports);
	if (ip[9] != IPPROTO_ICMP || later || len < ihl + 8)
		return;
	fprintf(to, " %u/%u", ip[ihl], ip[ihl + 1]);
	if (ip[ihl] != 8 && ip[ihl] != 0 && len >= ihl + 36) {
		fputs(" about ", to);
		print_ends(to, ip + ihl + 8, len - ihl - 8);
	}
}

static void print_fate(const struct probe *p, FILE *to)
{
	if (p->arrivals) {
		fprintf(to, "%s ", place_name[p->at]);
		print_ends(to, p->seen, p->seen_len);
		fprintf(to, " tos 0x%02x ttl %u", p->seen[1], p->seen[8]);
		if (p->arrivals > p->pieces)
			fprintf(to, " %u times", p->arrivals);
	} else if (p->refused) {
		fprintf(to, "refused %u/%u", p->why_type, p->why_code);
	} else {
		fputs("nothing", to);
	}
}

void probes_print(const struct probes *probes, FILE *to)
{
	for (uint32_t i = 0; i < probes->n; i++) {
		fprintf(to, "%u %s -> ", i + 1, probes->list[i].words);
		print_fate(&probes->list[i], to);
		fputc('\n', to);
	}
}
