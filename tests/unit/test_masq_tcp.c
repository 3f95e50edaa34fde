/* Every cell of the TCP state table, written down as letters. */
#include <string.h>

#include "engine/masq_tcp.h"
#include "tests/unit/cmocka.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };

/* A state's letter is its column below. */
static const char letters[] = "NESRFTCWAL";

static const enum masq_state states[] = {
	MASQ_NONE,     MASQ_ESTABLISHED, MASQ_SYN_SENT, MASQ_SYN_RECV,
	MASQ_FIN_WAIT, MASQ_TIME_WAIT,   MASQ_CLOSE,    MASQ_CLOSE_WAIT,
	MASQ_LAST_ACK, MASQ_LISTEN,
};

static const struct row {
	enum masq_way way;
	uint8_t flags;
	const char *want; /* from NESRFTCWAL */
} rows[] = {
	{ MASQ_IN, SYN, "REERRRRRRR" },
	{ MASQ_IN, FIN, "CWSTTTCWAL" },
	{ MASQ_IN, ACK, "CESRFTCWCL" },
	{ MASQ_IN, RST, "CCCRCCCCAL" },
	{ MASQ_OUT, SYN, "SESESSSSSL" },
	{ MASQ_OUT, FIN, "TFSTFTCTAL" },
	{ MASQ_OUT, ACK, "EESRFTCWAE" },
	{ MASQ_OUT, RST, "CCSCCTCCCC" },
	/* which row counts where several bits are set */
	{ MASQ_IN, SYN | ACK, "REERRRRRRR" },
	{ MASQ_IN, RST | ACK, "CCCRCCCCAL" },
	{ MASQ_IN, RST | SYN | FIN | ACK, "CCCRCCCCAL" },
	{ MASQ_OUT, SYN | FIN, "SESESSSSSL" },
	{ MASQ_OUT, FIN | ACK, "TFSTFTCTAL" },
	{ MASQ_OUT, ACK | PSH | URG, "EESRFTCWAE" },
	/* none of the four */
	{ MASQ_IN, 0, "CCCCCCCCCC" },
	{ MASQ_OUT, PSH | URG | 0xC0, "CCCCCCCCCC" },
};

static char letter(enum masq_state s)
{
	for (size_t i = 0; i < strlen(letters); i++)
		if (states[i] == s)
			return letters[i];
	return '?';
}

static void every_cell(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		for (size_t i = 0; i < strlen(letters); i++) {
			char got = letter(masq_tcp_next(states[i], rows[r].way,
							rows[r].flags));

			if (got != rows[r].want[i])
				fail_msg("row %zu, flags %02x, from %c: got %c,"
					 " want %c",
					 r, rows[r].flags, letters[i], got,
					 rows[r].want[i]);
		}
}

/* A state that no TCP entry has, from a damaged file. */
static void others_close(void **state)
{
	(void)state;
	for (int s = MASQ_UDP; s < 256; s++)
		assert_int_equal(
			masq_tcp_next((enum masq_state)s, MASQ_IN, ACK),
			MASQ_CLOSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
		cmocka_unit_test(others_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
