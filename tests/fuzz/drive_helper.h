/* One helper, fed with packets that a fuzzer's bytes describe. */
#ifndef TESTS_FUZZ_DRIVE_HELPER_H
#define TESTS_FUZZ_DRIVE_HELPER_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls; each fuzzer of this folder defines it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* @param: of the module, or NULL. Dies where a promise is broken. */
void drive_helper(const char *module, const char *param, uint8_t proto,
		  uint16_t port, const uint8_t *data, size_t size);

#endif
