/*
 * A program as one of 1999: fills the structs of Linux 2.2 and calls
 * setsockopt() on a raw socket. Each argument is one call; for each it prints
 * the call and what errno said. Built for 64 and 32 bits, dynamic and static.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct rule {
	struct in_addr src, dst, smask, dmask;
	uint32_t mark;
	uint16_t proto, flags, inv;
	uint16_t sport[2], dport[2];
	uint16_t redir, outsize;
	char via[16];
	uint8_t tos_and, tos_xor;
};
struct user_rule {
	struct rule rule;
	char target[9];
};
struct change {
	struct user_rule user;
	char chain[9];
};
struct insert {
	uint32_t num;
	struct user_rule user;
	char chain[9];
};
struct delnum {
	uint32_t num;
	char chain[9];
};
struct policy {
	char policy[9], chain[9];
};
struct test {
	uint8_t ip[20], l4[20];
	struct in_addr via_addr;
	char via[16];
	char chain[9];
};

static int fd;

static struct user_rule rule_of(const char *source, const char *target)
{
	struct user_rule u = { 0 };

	u.rule.src.s_addr = inet_addr(source);
	u.rule.smask.s_addr = 0xFFFFFFFF;
	u.rule.proto = IPPROTO_TCP;
	u.rule.sport[1] = u.rule.dport[1] = 65535;
	u.rule.tos_and = 0xFF;
	strncpy(u.target, target, sizeof(u.target) - 1);
	return u;
}

static int call(int number, const void *data, socklen_t len)
{
	return setsockopt(fd, IPPROTO_IP, number, data, len);
}

static int change(int number, const char *chain, const char *source,
		  const char *target)
{
	struct change c = { .user = rule_of(source, target) };

	strncpy(c.chain, chain, sizeof(c.chain) - 1);
	return call(number, &c, sizeof(c));
}

static int numbered(int number, const char *chain, const char *num,
		    const char *source, const char *target)
{
	struct insert c = { .num = (uint32_t)atol(num),
			    .user = rule_of(source, target) };

	strncpy(c.chain, chain, sizeof(c.chain) - 1);
	return call(number, &c, sizeof(c));
}

static int delete_num(const char *chain, const char *num)
{
	struct delnum c = { .num = (uint32_t)atol(num) };

	strncpy(c.chain, chain, sizeof(c.chain) - 1);
	return call(66, &c, sizeof(c));
}

static int label(int number, const char *chain)
{
	char l[9] = "";

	strncpy(l, chain, sizeof(l) - 1);
	return call(number, l, sizeof(l));
}

static int policy(const char *chain, const char *word)
{
	struct policy c = { "", "" };

	strncpy(c.chain, chain, sizeof(c.chain) - 1);
	strncpy(c.policy, word, sizeof(c.policy) - 1);
	return call(75, &c, sizeof(c));
}

static int check(const char *chain, const char *source, const char *dest)
{
	struct test t = { 0 };
	in_addr_t s = inet_addr(source), d = inet_addr(dest);

	t.ip[0] = 0x45;
	t.ip[2] = 60;
	t.ip[9] = IPPROTO_TCP;
	memcpy(t.ip + 12, &s, 4);
	memcpy(t.ip + 16, &d, 4);
	strcpy(t.via, "eth0");
	strncpy(t.chain, chain, sizeof(t.chain) - 1);
	return call(71, &t, sizeof(t));
}

static int timeouts(const char *a, const char *b, const char *c)
{
	int t[3] = { atoi(a) * 100, atoi(b) * 100, atoi(c) * 100 };

	return call(72, t, sizeof(t));
}

/* portfw: protocol tcp, one local and one remote end. */
static int portfw(const char *cmd, const char *local, const char *remote)
{
	struct {
		int32_t target, cmd;
		char module[32];
		uint8_t u[256];
	} ctl = { 2, atoi(cmd), "portfw", { 0 } };
	in_addr_t l = inet_addr(local), r = inet_addr(remote);
	int32_t pref = 10;

	ctl.u[0] = IPPROTO_TCP;
	memcpy(ctl.u + 4, &l, 4);
	memcpy(ctl.u + 8, &r, 4);
	ctl.u[13] = ctl.u[15] = 80;
	memcpy(ctl.u + 16, &pref, 4);
	return call(76, &ctl, sizeof(ctl));
}

static int run(char *w[], int n)
{
	const char *op = n ? w[0] : "";

	if (!strcmp(op, "append") && n == 4)
		return change(64, w[1], w[2], w[3]);
	if (!strcmp(op, "delete") && n == 4)
		return change(67, w[1], w[2], w[3]);
	if (!strcmp(op, "replace") && n == 5)
		return numbered(65, w[1], w[2], w[3], w[4]);
	if (!strcmp(op, "insert") && n == 5)
		return numbered(68, w[1], w[2], w[3], w[4]);
	if (!strcmp(op, "delnum") && n == 3)
		return delete_num(w[1], w[2]);
	if (!strcmp(op, "flush") && n == 2)
		return label(69, w[1]);
	if (!strcmp(op, "zero") && n == 2)
		return label(70, w[1]);
	if (!strcmp(op, "create") && n == 2)
		return label(73, w[1]);
	if (!strcmp(op, "remove") && n == 2)
		return label(74, w[1]);
	if (!strcmp(op, "policy") && n == 3)
		return policy(w[1], w[2]);
	if (!strcmp(op, "check") && n == 4)
		return check(w[1], w[2], w[3]);
	if (!strcmp(op, "timeouts") && n == 4)
		return timeouts(w[1], w[2], w[3]);
	if (!strcmp(op, "portfw") && n == 4)
		return portfw(w[1], w[2], w[3]);
	if (!strcmp(op, "short") && n == 1)
		return call(64, "too short", 9);
	if (!strcmp(op, "number") && n == 2)
		return call(atoi(w[1]), "x", 1);
	fprintf(stderr, "old22: what is '%s' with %d words?\n", op, n);
	exit(2);
}

int main(int argc, char *argv[])
{
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		char *w[8], *word = strtok(argv[i], " ");
		int n = 0;

		for (; word && n < 8; word = strtok(NULL, " "))
			w[n++] = word;
		errno = 0;
		if (!run(w, n))
			errno = 0;
		printf("%s: %s\n", w[0], errno ? strerror(errno) : "ok");
	}
	return 0;
}
