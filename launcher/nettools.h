/* ifconfig and route of the emulated host: what both need. */
#ifndef LAUNCHER_NETTOOLS_H
#define LAUNCHER_NETTOOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "libcompat/compat.h"

enum { NET_ROWS = 320 };

/* The emulated host, entered, and what it has. */
struct nettools {
	const char *tool; /* the name it was called by */
	bool machine;     /* the rows are this machine's, and .c is not there */
	struct compat *c;
	struct compat_host_row row[NET_ROWS];
	int rows;
};

/* 0; or 1 after a complaint. nettools_close() is for both outcomes. */
int nettools_open(struct nettools *t, const char *argv0);
void nettools_close(struct nettools *t);

/* The interface of that name, or NULL. */
const struct compat_host_row *nettools_find(const struct nettools *t,
					    const char *name);

/* The interface whose network @addr is in, or NULL. */
const struct compat_host_row *nettools_reach(const struct nettools *t,
					     uint32_t addr);

/* An address as inet_aton() reads it. False: it is none. */
bool nettools_addr(const char *word, uint32_t *addr);

/* The mask that an address had before there were others. */
uint32_t nettools_class_mask(uint32_t addr);

/* Has the machine's tool of that name do what @argv says. Its status. */
int nettools_pass_on(const struct nettools *t, char **argv);

/* "WHAT: text of -@r" to standard error; returns @status. */
int nettools_fail(const char *what, int r, int status);

#endif
