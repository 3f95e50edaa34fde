/* A directory with a state file in it, for tests of the store. */
#ifndef TESTS_UNIT_PLACE_H
#define TESTS_UNIT_PLACE_H

#include <stdint.h>

#include "engine/state.h"
#include "libcompat/store.h"

/* Each test has one of its own, *@state. */
struct place {
	char dir[64], path[96], why[512];
};

int place_setup(void **state);
int place_teardown(void **state);

#define PLACE_TEST(f)                                                          \
	cmocka_unit_test_setup_teardown(f, place_setup, place_teardown)

/* Ends the test if the store cannot be opened. */
struct store *place_store(struct place *p);

/* Ends the test unless opening fails with @want and a text with @sentence. */
void place_refuses(struct place *p, int want, const char *sentence);

/* A change that is easy to see: the host's next IP id. */
void place_set_id(struct fw *fw, uint16_t id);
uint16_t place_read_id(struct place *p);
void place_write_id(struct place *p, uint16_t id);

#endif
