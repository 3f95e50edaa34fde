/* A resolver for tests. */
#include "tests/unit/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct host {
	const char *name;
	uint32_t addr;
} hosts[] = {
	{ "localhost", 0x7F000001 }, { "one", 0xC0000201 },
	{ "many", 0x0A010101 },      { "many", 0x0A010102 },
	{ "many", 0x0A020101 },
};

static const struct service {
	const char *name, *proto;
	uint16_t port;
} services[] = {
	{ "ftp", "tcp", 21 },    { "telnet", "tcp", 23 }, { "smtp", "tcp", 25 },
	{ "domain", "tcp", 53 }, { "domain", "udp", 53 }, { "tftp", "udp", 69 },
};

static const struct protocol {
	const char *name;
	int number;
} protocols[] = { { "icmp", 1 }, { "tcp", 6 }, { "udp", 17 } };

enum {
	HOSTS = sizeof(hosts) / sizeof(hosts[0]),
	SERVICES = sizeof(services) / sizeof(services[0]),
	PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]),
};

/* Copies a name that was found, or says that none was. */
static int give(const char *found, char *name, size_t n)
{
	if (!found)
		return -ENOENT;
	snprintf(name, n, "%s", found);
	return 0;
}

static int host(const char *name, uint32_t *addr, int n)
{
	int found = 0;

	for (int i = 0; i < HOSTS && found < n; i++)
		if (strcmp(hosts[i].name, name) == 0)
			addr[found++] = hosts[i].addr;
	return found;
}

static int host_name(uint32_t addr, char *name, size_t n)
{
	for (int i = 0; i < HOSTS; i++)
		if (hosts[i].addr == addr)
			return give(hosts[i].name, name, n);
	return -ENOENT;
}

static int network(const char *name, uint32_t *addr)
{
	if (strcmp(name, "branch") != 0)
		return -ENOENT;
	*addr = 0x0A140000;
	return 0;
}

static int network_name(uint32_t addr, char *name, size_t n)
{
	return give(addr == 0x0A140000 ? "branch" : NULL, name, n);
}

static int service(const char *name, const char *proto, uint16_t *port)
{
	for (int i = 0; i < SERVICES; i++)
		if (strcmp(services[i].name, name) == 0 &&
		    strcmp(services[i].proto, proto) == 0) {
			*port = services[i].port;
			return 0;
		}
	return -ENOENT;
}

static int service_name(uint16_t port, const char *proto, char *name, size_t n)
{
	for (int i = 0; i < SERVICES; i++)
		if (services[i].port == port &&
		    strcmp(services[i].proto, proto) == 0)
			return give(services[i].name, name, n);
	return -ENOENT;
}

static int protocol(const char *name, int *number)
{
	for (int i = 0; i < PROTOCOLS; i++)
		if (strcmp(protocols[i].name, name) == 0) {
			*number = protocols[i].number;
			return 0;
		}
	return -ENOENT;
}

static int protocol_name(int number, char *name, size_t n)
{
	for (int i = 0; i < PROTOCOLS; i++)
		if (protocols[i].number == number)
			return give(protocols[i].name, name, n);
	return -ENOENT;
}

const struct resolver test_names = {
	.host = host,
	.host_name = host_name,
	.network = network,
	.network_name = network_name,
	.service = service,
	.service_name = service_name,
	.protocol = protocol,
	.protocol_name = protocol_name,
};
