/* Random operations on a state, each valid, refused or nonsense, for tests of
 * what must hold whatever is done. */
#ifndef TESTS_UNIT_OPS_H
#define TESTS_UNIT_OPS_H

#include <stdint.h>

struct fw;

/* The next of a series that @seed, not 0, determines. */
uint32_t ops_random(uint32_t *seed);

/* Does one operation and returns its name. */
const char *ops_do(struct fw *fw, uint32_t *seed);

#endif
