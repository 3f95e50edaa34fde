/* The RealAudio helper, fed with anything. */
#include <netinet/in.h>

#include "tests/fuzz/drive_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_helper("ip_masq_raudio", NULL, IPPROTO_TCP, 7070, data, size);
	return 0;
}
