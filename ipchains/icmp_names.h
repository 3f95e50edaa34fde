/* ICMP types and codes by name: one table for parser, printer and help. */
#ifndef IPCHAINS_ICMP_NAMES_H
#define IPCHAINS_ICMP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct icmp_name {
	const char *name;
	uint8_t type;
	uint16_t code[2]; /* lowest, highest; 0 and 65535: any */
	bool several;     /* one name over several meanings: no packet to -C */
};

/*
 * The one name that begins with @word, case ignored; NULL if there is none or
 * more than one. Then @clash is filled: the first two that begin so, or NULLs.
 */
const struct icmp_name *icmp_name_find(const char *word,
				       const struct icmp_name *clash[2]);

/* The first name of this type and exactly these codes, or NULL. */
const char *icmp_name_of(const uint16_t type[2], const uint16_t code[2]);

/* All names as `ipchains -h icmp` lists them. */
void icmp_names_list(struct text *out);

#endif
