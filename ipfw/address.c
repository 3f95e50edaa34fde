/* Addresses on ipfw's command line: "ADDR", "ADDR/BITS", "ADDR:MASK". */
#include <stdlib.h>
#include <string.h>

#include "ipfw/parse.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits and dots: exactly four numbers, or "0". */
static int parse_quad(struct ipfw_parse *p, const char *text, uint32_t *addr)
{
	uint32_t number = 0, whole = 0;
	int dots = 0;

	for (const char *c = text; *c; c++) {
		if (is_digit(*c)) {
			number = number * 10 + (uint32_t)(*c - '0');
			if (number > 255)
				return ipfw_fail(p,
						 "number too large in ip "
						 "address (%s)",
						 text);
			continue;
		}
		if (c[1] == '.')
			return ipfw_fail(
				p, "two periods in a row in ip address (%s)",
				text);
		whole = whole << 8 | number;
		number = 0;
		dots++;
	}
	if (dots != 3 && strcmp(text, "0") != 0)
		return ipfw_fail(p,
				 "incorrect ip address format \"%s\" (expected "
				 "3 periods)",
				 text);
	*addr = whole << 8 | number;
	return 0;
}

static int parse_address(struct ipfw_parse *p, const char *text, uint32_t *addr)
{
	if (text[strspn(text, "0123456789.")] == '\0')
		return parse_quad(p, text, addr);
	if (p->names->host(text, addr, 1) < 1)
		return ipfw_fail(p, "unknown host \"%s\"", text);
	return 0;
}

/* What stands behind the slash; @word is the whole, for complaints. */
static int parse_bits(struct ipfw_parse *p, const char *word, const char *text,
		      uint32_t *mask)
{
	unsigned long bits;
	char *end;

	if (*text == '\0')
		return ipfw_fail(p, "missing mask value (%s)", word);
	if (!is_digit(*text))
		return ipfw_fail(p, "non-numeric mask value (%s)", word);
	bits = strtoul(text, &end, 10);
	if (*end)
		return ipfw_fail(p, "junk after mask (%s)", word);
	if (bits > 32)
		return ipfw_fail(p, "mask length value out of range (%s)",
				 word);
	*mask = bits == 0 ? 0 : 0xFFFFFFFF << (32 - bits);
	return 0;
}

static int parse_mask(struct ipfw_parse *p, const char *word, const char *text,
		      uint32_t *mask)
{
	*mask = 0xFFFFFFFF;
	if (*text == '\0')
		return 0;
	if (*text == '/')
		return parse_bits(p, word, text + 1, mask);
	if (text[1] == '\0')
		return ipfw_fail(p, "missing mask value (%s)", word);
	return parse_address(p, text + 1, mask);
}

int ipfw_parse_host(struct ipfw_parse *p, uint32_t *addr, uint32_t *mask)
{
	const char *word = *p->word;
	size_t n;
	char *text;
	int status;

	if (!word)
		return ipfw_fail(p, "missing ip address");
	p->word++;
	n = strcspn(word, "/:");
	text = strndup(word, n);
	if (!text)
		return ipfw_fail(p, "out of memory");
	status = parse_address(p, text, addr);
	free(text);
	if (status == 0)
		status = parse_mask(p, word, word + n, mask);
	*addr &= *mask;
	return status;
}
