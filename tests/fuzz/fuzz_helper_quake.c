/* The Quake helper, fed with anything. */
#include <netinet/in.h>

#include "tests/fuzz/drive_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_helper("ip_masq_quake", NULL, IPPROTO_UDP, 26000, data, size);
	return 0;
}
