/* gateway/packet_words: words to bytes, and bytes to words. */
#include "gateway/packet_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/cksum.h"
#include "engine/pkt.h"
#include "tests/unit/cmocka.h"

enum { ROOM = 1500, WORDS = 24 };

/* Takes @line apart at its blanks; @copy is cut. */
static int split(char *copy, char *word[WORDS])
{
	int n = 0;

	for (char *w = strtok(copy, " "); w && n < WORDS; w = strtok(NULL, " "))
		word[n++] = w;
	return n;
}

static int from_line(struct pkt *p, const char *line)
{
	char *copy = strdup(line), *word[WORDS];
	struct text why = { 0 };
	int r;

	assert_non_null(copy);
	r = packet_from_words(p, word, split(copy, word), &why);
	assert_int_equal(r != 0, why.len != 0);
	text_fini(&why);
	free(copy);
	return r;
}

/* What stands in @back is what comes back, NULL: the words themselves. */
static const struct words_case {
	const char *words, *back;
	uint32_t len;
} words_cases[] = {
	{ "tcp 192.168.1.3:1025 209.1.106.178:8888 syn", NULL, 40 },
	{ "tcp 1.2.3.4:1 5.6.7.8:2", "tcp 1.2.3.4:1 5.6.7.8:2 ack", 40 },
	{ "tcp 1.2.3.4:1 5.6.7.8:2 noflags", NULL, 40 },
	{ "tcp 1.2.3.4:1 5.6.7.8:2 ack syn ttl 1",
	  "tcp 1.2.3.4:1 5.6.7.8:2 syn ack ttl 1", 40 },
	{ "udp 1.2.3.4:0 5.6.7.8:65535 data hello",
	  "udp 1.2.3.4:0 5.6.7.8:65535", 33 },
	{ "udp 1.2.3.4:5 5.6.7.8:6 length 3", "udp 1.2.3.4:5 5.6.7.8:6", 31 },
	{ "icmp 1.2.3.4 5.6.7.8", "icmp 1.2.3.4 5.6.7.8 type 8 code 0", 28 },
	{ "icmp 1.2.3.4 5.6.7.8 type 3 code 4", NULL, 28 },
	{ "47 1.2.3.4 5.6.7.8 tos 0x10 df", NULL, 20 },
	{ "udp 1.2.3.4 5.6.7.8 frag 8 length 16", "udp 1.2.3.4 5.6.7.8 frag 8",
	  36 },
	{ "udp 1.2.3.4:1 5.6.7.8:2 more length 16",
	  "udp 1.2.3.4:1 5.6.7.8:2 more", 44 },
};

/* The sum over a whole protocol part is 0 where its checksum is right. */
static uint16_t inner_sum(const struct pkt *p)
{
	const uint8_t *b = p->data;
	uint64_t sum =
		b[9] == 1 ? 0
			  : cksum_pseudo(get_be32(b + 12), get_be32(b + 16),
					 b[9], p->len - 20);

	return cksum_fold(cksum_add(sum, b + 20, p->len - 20));
}

static void words_become_packets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words_cases) / sizeof(words_cases[0]);
	     i++) {
		const struct words_case *c = &words_cases[i];
		uint8_t bytes[ROOM];
		struct pkt p = { .data = bytes, .cap = ROOM };
		struct text back = { 0 };
		struct pkt_info info;
		bool summed;

		assert_int_equal(from_line(&p, c->words), 0);
		assert_int_equal(p.len, c->len);
		packet_to_words(&p, &back);
		assert_string_equal(back.s, c->back ? c->back : c->words);
		text_fini(&back);
		assert_int_equal(pkt_parse(&p, &info), 0);
		summed = p.len > 20 && !(info.frag & IP_OFFSET);
		if (summed)
			assert_int_equal(inner_sum(&p), 0);
	}
}

static void wrong_words_do_not(void **state)
{
	static const char *const lines[] = {
		"",
		"tcp",
		"tcp 1.2.3.4:1",
		"tcp 1.2.3.4:1 5.6.7.8:1 syn 3",
		"tcp 1.2.3.4:1 5.6.7.8:1 data",
		"udp 1.2.3.4:1 5.6.7.8:1 frag 8",
		"udp 1.2.3.4:1 5.6.7.8:1 length 1490",
		"-1 1.2.3.4 5.6.7.8",
		"1.2.3.4 5.6.7.8 9",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		uint8_t bytes[ROOM];
		struct pkt p = { .data = bytes, .cap = ROOM };

		if (from_line(&p, lines[i]) != -EINVAL)
			fail_msg("a packet: %s", lines[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_packets),
		cmocka_unit_test(wrong_words_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
