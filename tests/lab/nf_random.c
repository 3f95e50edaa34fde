/* nf_random SEED iptables|nft: old rules made up by chance, compiled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/drive_nf.h"
#include "tests/unit/ops.h"

enum { BYTES = 2048 };

int main(int argc, char **argv)
{
	struct text iptables = { 0 }, nft = { 0 };
	uint8_t data[BYTES];
	uint32_t seed;

	if (argc != 3)
		return 2;
	seed = (uint32_t)strtoul(argv[1], NULL, 10);
	seed = (seed + 1) * 2654435761U;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(ops_random(&seed) >> 7);
	drive_nf(data, sizeof(data), &iptables, &nft);
	fputs(strcmp(argv[2], "nft") ? iptables.s : nft.s, stdout);
	text_fini(&iptables);
	text_fini(&nft);
	return 0;
}
