/*
 * Random rules and packets of Linux 2.2, the same ones in every run, that meet
 * each other often.
 */
#ifndef TESTS_UNIT_RANDOM22_H
#define TESTS_UNIT_RANDOM22_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rule.h"
#include "tests/unit/host22.h"

enum { RANDOM_CHAINS = 8 }; /* three of them built in */

extern const char *const random_chains[RANDOM_CHAINS];

/* 0..@n - 1. */
uint32_t random_below(uint32_t n);
bool random_one_in(uint32_t n);

/* @narrow: one of many, which a packet seldom meets and rarely ends at. */
struct fw_rule random_rule(bool narrow);
struct sample random_packet(void);

#endif
