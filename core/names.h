/*
 * Names of hosts, networks, services and protocols, through functions that the
 * program gives: the tools the C library's (libcompat/resolver.c), tests their
 * own tables.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Addresses in host order. Results are the caller's buffers; 0 or -ENOENT. */
struct resolver {
	/* Up to @n addresses of a host; returns how many, 0: none. */
	int (*host)(const char *name, uint32_t *addr, int n);
	int (*host_name)(uint32_t addr, char *name, size_t n);
	int (*network)(const char *name, uint32_t *addr);
	int (*network_name)(uint32_t addr, char *name, size_t n);
	int (*service)(const char *name, const char *proto, uint16_t *port);
	int (*service_name)(uint16_t port, const char *proto, char *name,
			    size_t n);
	int (*protocol)(const char *name, int *number);
	int (*protocol_name)(int number, char *name, size_t n);
};

#endif
