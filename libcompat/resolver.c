/*
 * Names by the C library's old calls: gethostbyname() and its kin, whose rules
 * for words of digits and dots are those of the tools' own time.
 */
#include "libcompat/resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* Copies a name out; one that does not fit is none. */
static int copy_name(const char *from, char *name, size_t n)
{
	if (strlen(from) >= n)
		return -ENOENT;
	memcpy(name, from, strlen(from) + 1);
	return 0;
}

/* Whose word is taken for hosts, as FWCOMPAT_RESOLVE says. */
enum sources { ALL, FILES, LOCALHOST, ALONE };

static enum sources choose_sources(void)
{
	const char *want = secure_getenv("FWCOMPAT_RESOLVE");

	if (want && strcmp(want, "localhost") == 0)
		return LOCALHOST;
	if (want && strcmp(want, "alone") == 0)
		return ALONE;
	if (!want || strcmp(want, "files") != 0)
		return ALL;
	__nss_configure_lookup("hosts", "files");
	return FILES;
}

/* The C library's rules for words that name no host but are an address. */
static int host_by_itself(const char *name, uint32_t *addr)
{
	size_t n = strspn(name, "0123456789.");
	struct in_addr in;

	if (strcasecmp(name, "localhost") == 0) {
		*addr = INADDR_LOOPBACK;
		return 1;
	}
	if (n == 0 || name[n] || name[0] == '.' || name[n - 1] == '.' ||
	    !inet_aton(name, &in))
		return 0;
	*addr = ntohl(in.s_addr);
	return 1;
}

static int host(const char *name, uint32_t *addr, int n)
{
	const struct hostent *h;
	int found = 0;

	if (choose_sources() >= LOCALHOST)
		return n > 0 ? host_by_itself(name, addr) : 0;
	h = gethostbyname(name);
	if (!h || h->h_addrtype != AF_INET || h->h_length != 4)
		return 0;
	for (; found < n && h->h_addr_list[found]; found++) {
		uint32_t be;

		memcpy(&be, h->h_addr_list[found], sizeof(be));
		addr[found] = ntohl(be);
	}
	return found;
}

static int host_name(uint32_t addr, char *name, size_t n)
{
	uint32_t be = htonl(addr);
	const struct hostent *h;

	if (choose_sources() >= LOCALHOST)
		return addr == INADDR_LOOPBACK ? copy_name("localhost", name, n)
					       : -ENOENT;
	h = gethostbyaddr(&be, sizeof(be), AF_INET);
	return h && h->h_name ? copy_name(h->h_name, name, n) : -ENOENT;
}

static int network(const char *name, uint32_t *addr)
{
	const struct netent *e =
		choose_sources() == ALONE ? NULL : getnetbyname(name);

	if (!e || e->n_addrtype != AF_INET)
		return -ENOENT;
	*addr = e->n_net;
	return 0;
}

static int network_name(uint32_t addr, char *name, size_t n)
{
	const struct netent *e =
		choose_sources() == ALONE ? NULL : getnetbyaddr(addr, AF_INET);

	return e && e->n_name ? copy_name(e->n_name, name, n) : -ENOENT;
}

/* Whether a line "NAME PORT/PROTO ALIAS..." is about that service. @line is
 * cut.
 */
static bool line_is_service(char *line, const char *name, const char *proto,
			    uint16_t *port)
{
	static const char blanks[] = " \t\n";
	char *rest, *word, *number, *slash = NULL;
	unsigned long n;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, blanks, &rest);
	number = word ? strtok_r(NULL, blanks, &rest) : NULL;
	n = number ? strtoul(number, &slash, 10) : 0;
	if (!number || *slash != '/' || strcmp(slash + 1, proto) != 0 ||
	    n > UINT16_MAX)
		return false;
	for (; word; word = strtok_r(NULL, blanks, &rest)) {
		if (strcmp(word, name) == 0) {
			*port = (uint16_t)n;
			return true;
		}
	}
	return false;
}

/*
 * The machine's own file, first: the C library goes a long way to find out
 * where else a service might stand, and a script of a hundred rules would go it
 * a hundred times.
 */
static bool service_in_file(const char *name, const char *proto, uint16_t *port)
{
	FILE *file = fopen("/etc/services", "re");
	bool found = false;
	char *line = NULL;
	size_t room = 0;

	if (!file)
		return false;
	while (!found && getline(&line, &room, file) > 0)
		found = line_is_service(line, name, proto, port);
	free(line);
	fclose(file);
	return found;
}

static int service(const char *name, const char *proto, uint16_t *port)
{
	const struct servent *e;

	if (service_in_file(name, proto, port))
		return 0;
	e = getservbyname(name, proto);
	if (!e)
		return -ENOENT;
	*port = ntohs((uint16_t)e->s_port);
	return 0;
}

static int service_name(uint16_t port, const char *proto, char *name, size_t n)
{
	const struct servent *e = getservbyport(htons(port), proto);

	return e && e->s_name ? copy_name(e->s_name, name, n) : -ENOENT;
}

static int protocol(const char *name, int *number)
{
	const struct protoent *e = getprotobyname(name);

	if (!e)
		return -ENOENT;
	*number = e->p_proto;
	return 0;
}

static int protocol_asked(int number, char *name, size_t n)
{
	const struct protoent *e = getprotobynumber(number);

	return e && e->p_name ? copy_name(e->p_name, name, n) : -ENOENT;
}

/*
 * A listing asks for each rule, and each time the C library would open its file
 * and read it: what it said once, of the first few, holds for the life of the
 * process.
 */
static int protocol_name(int number, char *name, size_t n)
{
	enum { FEW = 8, NAME = 64 };
	static struct {
		int number, said;
		char name[NAME];
	} known[FEW];
	static int used;
	int i = 0;

	while (i < used && known[i].number != number)
		i++;
	if (i == FEW)
		return protocol_asked(number, name, n);
	if (i == used) {
		known[i].number = number;
		known[i].said = protocol_asked(number, known[i].name, NAME);
		used++;
	}
	return known[i].said ? known[i].said
			     : copy_name(known[i].name, name, n);
}

const struct resolver libc_resolver = {
	.host = host,
	.host_name = host_name,
	.network = network,
	.network_name = network_name,
	.service = service,
	.service_name = service_name,
	.protocol = protocol,
	.protocol_name = protocol_name,
};
