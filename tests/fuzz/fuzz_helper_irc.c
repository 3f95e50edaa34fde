/* The IRC helper, fed with anything. */
#include <netinet/in.h>

#include "tests/fuzz/drive_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_helper("ip_masq_irc", "insecure=1", IPPROTO_TCP, 6667, data,
		     size);
	return 0;
}
