/* The compiler for today's netfilter and its writers: the bytes are old rules.
 */
#include "tests/fuzz/drive_nf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_nf(data, size, NULL, NULL);
	return 0;
}
