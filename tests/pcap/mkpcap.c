/*
 * Makes captures for tests: mkpcap FORMAT LINKTYPE <LINES >FILE, where FORMAT
 * is pcap (either byte order: swapped), nano or ng, and a line is "SECONDS HEX"
 * with up to 9 decimals, or "SECONDS HEX LENGTH" for a frame that was longer on
 * the wire than in the capture.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX = 70000, LINE_MAX_BYTES = 2 * FRAME_MAX + 100 };

static bool swapped;

static void put(uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		putchar(value >> 8 * (swapped ? bytes - 1 - i : i) & 255);
}

static void put_pad(uint32_t bytes)
{
	for (; bytes % 4; bytes++)
		putchar(0);
}

static void begin(bool ng, bool nano, uint32_t link)
{
	if (!ng) {
		put(nano ? 0xA1B23C4D : 0xA1B2C3D4, 4);
		put(2, 2);
		put(4, 2);
		put(0, 4);
		put(0, 4);
		put(FRAME_MAX, 4);
		put(link, 4);
		return;
	}
	put(0x0A0D0D0A, 4);
	put(28, 4);
	put(0x1A2B3C4D, 4);
	put(1, 2);
	put(0, 2);
	put(0xFFFFFFFF, 4);
	put(0xFFFFFFFF, 4);
	put(28, 4);
	put(1, 4);
	put(20, 4);
	put(link, 2);
	put(0, 2);
	put(FRAME_MAX, 4);
	put(20, 4);
}

static void put_frame(bool ng, bool nano, uint64_t ns, const uint8_t *frame,
		      uint32_t n, uint32_t wire)
{
	uint32_t block = 32 + (n + 3) / 4 * 4;
	uint64_t us = ns / 1000;

	if (ng) {
		put(6, 4);
		put(block, 4);
		put(0, 4);
		put((uint32_t)(us >> 32), 4);
		put((uint32_t)us, 4);
	} else {
		put((uint32_t)(ns / 1000000000), 4);
		put((uint32_t)(nano ? ns % 1000000000 : us % 1000000), 4);
	}
	put(n, 4);
	put(wire, 4);
	fwrite(frame, 1, n, stdout);
	if (ng) {
		put_pad(n);
		put(block, 4);
	}
}

/* Seconds as nanoseconds; *@end: what follows. */
static uint64_t take_time(char *line, char **end)
{
	uint64_t ns = strtoull(line, end, 10) * 1000000000;

	if (**end == '.') {
		uint64_t unit = 100000000;

		for ((*end)++; **end >= '0' && **end <= '9'; (*end)++) {
			ns += (uint64_t)(**end - '0') * unit;
			unit /= 10;
		}
	}
	return ns;
}

static uint32_t take_hex(char **at, uint8_t *frame)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t n = 0;

	while (**at == ' ')
		(*at)++;
	for (; **at && strchr(digits, (*at)[0]) && (*at)[1]; *at += 2)
		frame[n++] =
			(uint8_t)((strchr(digits, (*at)[0]) - digits) << 4 |
				  (strchr(digits, (*at)[1]) - digits));
	return n;
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_BYTES];
	static uint8_t frame[FRAME_MAX];
	bool ng, nano;

	if (argc != 3)
		return 2;
	ng = !strcmp(argv[1], "ng");
	nano = !strcmp(argv[1], "nano");
	swapped = !strcmp(argv[1], "swapped");
	begin(ng, nano, (uint32_t)strtoul(argv[2], NULL, 10));
	while (fgets(line, sizeof(line), stdin)) {
		char *at;
		uint64_t ns = take_time(line, &at);
		uint32_t n = take_hex(&at, frame);
		uint32_t wire = (uint32_t)strtoul(at, NULL, 10);

		put_frame(ng, nano, ns, frame, n, wire ? wire : n);
	}
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
