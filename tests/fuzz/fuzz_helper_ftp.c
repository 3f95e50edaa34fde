/* The FTP helper, fed with anything: the first byte says which end is inside.
 */
#include <netinet/in.h>

#include "tests/fuzz/drive_helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] & 1) /* the first masquerade port of a fresh host */
		drive_helper("ip_masq_ftp", "in_ports=61000", IPPROTO_TCP, 5000,
			     data + 1, size - 1);
	else
		drive_helper("ip_masq_ftp", NULL, IPPROTO_TCP, 21, data + 1,
			     size - 1);
	return 0;
}
