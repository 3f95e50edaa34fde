/*
 * The real host's interfaces, addresses and routes, and how the engine's host
 * tables follow them (rtnetlink).
 */
#ifndef GATEWAY_LIVE_HOST_H
#define GATEWAY_LIVE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/host.h"

struct fw;
struct live_neighs;

/* An interface that the engine knows by its row in host.ifs. */
struct live_dev {
	uint32_t dev;  /* the kernel's number; 0: none has this row */
	bool resolves; /* its neighbours have link addresses to ask for */
};

struct live_host {
	struct mnl_socket *events, *asks;
	struct live_dev row[HOST_IFS];
	bool changed;        /* since the last live_host_load() */
	uint32_t left_out;   /* interfaces, addresses, routes without a place */
	uint32_t generation; /* grows with each load that changed something */
};

/* 0; or -errno with a sentence in @why (@n bytes). */
int live_host_open(struct live_host *h, char *why, size_t n);
void live_host_close(struct live_host *h);

/* To poll for reading. */
int live_host_fd(const struct live_host *h);

/* Reads what the kernel says has changed; neighbours' news go to @neighs. */
void live_host_listen(struct live_host *h, struct live_neighs *neighs);

/* Makes the engine's tables those of the host. 0 or -errno. */
int live_host_load(struct live_host *h, struct fw *fw);

/* The row of a kernel's number, or HOST_NO_IF. */
uint32_t live_host_row(const struct live_host *h, uint32_t dev);

#endif
