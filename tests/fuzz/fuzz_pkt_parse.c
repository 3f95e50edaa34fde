/* pkt_parse(), fed with anything: what it accepts keeps its promises. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/pkt.h"
#include "tests/fuzz/drive_helper.h"

enum { MUST_SUM = 1 }; /* in the first byte: a good header checksum is made */

static void sum_header(uint8_t *data, size_t n)
{
	uint32_t ihl = n ? (data[0] & 15U) * 4U : 0U;

	if (ihl < 20 || ihl > n)
		return;
	put_be16(data + 10, 0);
	put_be16(data + 10, cksum_fold(cksum_add(0, data, ihl)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkt p = { 0 };
	struct pkt_info info;

	if (!size || size > 65536)
		return 0;
	p.len = p.cap = (uint32_t)size - 1;
	p.data = malloc(p.len ? p.len : 1);
	if (!p.data)
		abort();
	memcpy(p.data, data + 1, p.len);
	if (data[0] & MUST_SUM)
		sum_header(p.data, p.len);
	if (pkt_parse(&p, &info) == 0 &&
	    (info.ihl < 20 || info.ihl > p.len || info.tot_len != p.len ||
	     p.len > p.cap))
		abort();
	free(p.data);
	return 0;
}
