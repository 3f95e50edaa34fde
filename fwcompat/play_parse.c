/* A recording's lines, each by its first characters. */
#include "fwcompat/play_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"
#include "core/number.h"
#include "core/ticks.h"

enum { WORDS_MAX = 5, PACKET_MAX = 65535 };

/* What a line's parser works on. */
struct line {
	struct recording *rec;
	struct play_item *item;
	char *words[WORDS_MAX]; /* of a % line, behind its keyword */
	int n_words;
	const char *wrong; /* what is wrong, when a parser says -EINVAL */
	uint64_t clock;    /* of the last @ line */
	bool started;      /* something but comments was there */
	bool feeding;
};

static int wrong(struct line *l, const char *what)
{
	l->wrong = what;
	return -EINVAL;
}

/* "A.B.C.D/LEN"; cuts @word at the slash. */
static int parse_prefix(char *word, uint32_t *addr, uint32_t *mask)
{
	char *slash = strchr(word, '/');
	int32_t len;

	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (addr_parse_quad(word, addr) || !isdigit((unsigned char)slash[1]) ||
	    number_parse(slash + 1, 10, 0, 32, &len))
		return -EINVAL;
	*mask = len ? ~(uint32_t)0 << (32 - len) : 0;
	return 0;
}

static int parse_ifname(struct line *l, const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= sizeof(l->item->ifname))
		return wrong(l, "an interface's name has 1 to 16 characters");
	memcpy(l->item->ifname, name, len + 1);
	return 0;
}

static int parse_era(struct line *l)
{
	static const char *const names[ERA_COUNT] = {
		[ERA_2_2] = "2.2", [ERA_2_0] = "2.0", [ERA_1_3] = "1.3"
	};

	if (l->n_words != 1)
		return wrong(l, "`% era' wants one of 1.3, 2.0, 2.2");
	if (l->started)
		return wrong(l, "`% era' must be the first line");
	for (int i = 0; i < ERA_COUNT; i++) {
		if (strcmp(l->words[0], names[i]))
			continue;
		l->rec->era = (enum fw_era)i;
		l->item->kind = PLAY_COMMENT;
		l->started = true;
		return 0;
	}
	return wrong(l, "there is no such era");
}

static int parse_if(struct line *l)
{
	struct play_item *it = l->item;

	if (l->n_words < 2 || l->n_words > 3)
		return wrong(l, "`% if' wants NAME ADDRESS/LENGTH [ppp]");
	if (parse_ifname(l, l->words[0]))
		return -EINVAL;
	if (parse_prefix(l->words[1], &it->addr, &it->mask))
		return wrong(l, "not an ADDRESS/LENGTH");
	if (l->n_words == 3 && strcmp(l->words[2], "ppp"))
		return wrong(l, "an interface is `ppp' or nothing special");
	it->ppp = l->n_words == 3;
	it->kind = PLAY_IF;
	return 0;
}

static int parse_route(struct line *l)
{
	struct play_item *it = l->item;

	if (l->n_words < 2 || l->n_words > 3)
		return wrong(l, "`% route' wants PREFIX/LENGTH IF [GATEWAY]");
	if (parse_prefix(l->words[0], &it->addr, &it->mask))
		return wrong(l, "not a PREFIX/LENGTH");
	if (l->n_words == 3 && addr_parse_quad(l->words[2], &it->gateway))
		return wrong(l, "not a gateway's address");
	it->kind = PLAY_ROUTE;
	return parse_ifname(l, l->words[1]);
}

/* The rest of the line behind the path is the value, blanks and all. */
static int parse_set(struct line *l)
{
	const char *at = l->item->text + strspn(l->item->text, " ");

	if (l->n_words < 2)
		return wrong(l, "`% set' wants PATH VALUE");
	l->item->kind = PLAY_SET;
	l->item->text = at;
	return 0;
}

static int parse_feed(struct line *l)
{
	static const char proc[] = "/proc/";
	const char *path = l->n_words == 1 ? l->words[0] : "";

	if (strncmp(path, proc, sizeof(proc) - 1))
		return wrong(l, "`% feed' wants a path below /proc");
	path += sizeof(proc) - 1;
	if (!*path || strstr(path, "..") || path[strlen(path) - 1] == '/')
		return wrong(l, "`% feed' wants the path of a file");
	l->item->kind = PLAY_FEED;
	l->item->text = strstr(l->item->echo, proc) + sizeof(proc) - 1;
	l->feeding = true;
	return 0;
}

static const struct percent_row {
	const char *word;
	int (*parse)(struct line *l);
} percent_rows[] = {
	{ "era", parse_era }, { "if", parse_if },     { "route", parse_route },
	{ "set", parse_set }, { "feed", parse_feed },
};

/* Words of @text, which is cut; more than there is room for count as one more.
 */
static void split_words(struct line *l, char *text)
{
	char *save = NULL;

	l->n_words = 0;
	for (char *w = strtok_r(text, " ", &save); w;
	     w = strtok_r(NULL, " ", &save)) {
		if (l->n_words < WORDS_MAX)
			l->words[l->n_words] = w;
		l->n_words++;
	}
}

static int parse_percent(struct line *l, const char *text)
{
	size_t n = sizeof(percent_rows) / sizeof(percent_rows[0]);
	size_t key = strcspn(text, " ");
	char *copy;
	int r;

	if (*text == '|') {
		l->item->kind = PLAY_FEED_LINE;
		l->item->text = text + 1;
		return l->feeding ? 0 : wrong(l, "no `% feed' stands before");
	}
	for (size_t i = 0; i < n; i++) {
		if (strlen(percent_rows[i].word) != key ||
		    strncmp(percent_rows[i].word, text, key))
			continue;
		l->item->text = text + key;
		copy = strdup(text + key);
		if (!copy)
			return -ENOMEM;
		split_words(l, copy);
		r = percent_rows[i].parse(l);
		free(copy);
		return r;
	}
	return wrong(l, "there is no such setting");
}

/* "12", "12.5", "12.50": hundredths are ticks. */
static int parse_clock(struct line *l, const char *text)
{
	uint64_t ticks = 0;
	int digits = 0;

	for (; isdigit((unsigned char)*text) && digits < 9; text++, digits++)
		ticks = ticks * 10 + (uint64_t)(*text - '0');
	if (!digits)
		return wrong(l, "`@' wants seconds since boot");
	ticks *= HZ;
	if (*text == '.' && isdigit((unsigned char)text[1])) {
		ticks += (uint64_t)(text[1] - '0') * 10;
		text += 2;
		if (isdigit((unsigned char)*text))
			ticks += (uint64_t)(*text++ - '0');
	}
	if (*text)
		return wrong(l, "`@' wants seconds with two decimals");
	if (ticks < l->clock)
		return wrong(l, "the clock never goes backwards");
	l->item->kind = PLAY_CLOCK;
	l->item->ticks = l->clock = ticks;
	return 0;
}

static int parse_command(struct line *l, const char *text)
{
	l->item->kind = PLAY_COMMAND;
	l->item->text = text;
	return 0;
}

static int parse_packet(struct line *l, const char *text)
{
	size_t n = strcspn(text, " ");
	const char *hex = text[n] ? text + n + 1 : "";
	size_t digits = strspn(hex, "0123456789abcdefABCDEF");

	if (!n || n > FW_IFNAME)
		return wrong(l, "`<' wants an interface and a packet");
	if (!digits || hex[digits] || digits % 2)
		return wrong(l, "not a packet in hexadecimal digits");
	if (digits / 2 > PACKET_MAX)
		return wrong(l, "longer than any packet");
	if (n != 1 || *text != '-')
		memcpy(l->item->ifname, text, n);
	l->item->kind = PLAY_PACKET;
	l->item->text = hex;
	return 0;
}

static int parse_comment(struct line *l, const char *text)
{
	static const char mark[] = "host: ";

	l->item->kind = PLAY_COMMENT;
	text += *text == ' ';
	if (l->started || strncmp(text, mark, sizeof(mark) - 1))
		return 0;
	l->rec->says_host = true;
	l->rec->has_kmod = strstr(text, "modules") != NULL;
	return 0;
}

static const struct kind_row {
	char first;
	bool blank; /* a blank must follow */
	int (*parse)(struct line *l, const char *text);
} kind_rows[] = {
	{ '#', false, parse_comment }, { '%', true, parse_percent },
	{ '@', true, parse_clock },    { '$', true, parse_command },
	{ '<', true, parse_packet },
};

static int parse_line(struct line *l, const char *text)
{
	size_t n = sizeof(kind_rows) / sizeof(kind_rows[0]);
	int r;

	for (size_t i = 0; i < n; i++) {
		const struct kind_row *k = &kind_rows[i];

		if (*text != k->first)
			continue;
		if (k->blank && text[1] != ' ')
			return wrong(l, "a blank belongs behind the first "
					"character");
		r = k->parse(l, text + (k->blank ? 2 : 1));
		if (l->item->kind != PLAY_COMMENT)
			l->started = true;
		if (l->item->kind != PLAY_FEED &&
		    l->item->kind != PLAY_FEED_LINE &&
		    l->item->kind != PLAY_COMMENT)
			l->feeding = false;
		return r;
	}
	return wrong(l, *text ? "no line of a recording begins so"
			      : "an empty line");
}

bool play_is_output(const char *line)
{
	return *line && strchr(">!?=.", *line);
}

static uint8_t hex_value(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

size_t play_hex_decode(const char *hex, uint8_t *to)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2)
		to[n++] = (uint8_t)(hex_value(hex[0]) << 4 | hex_value(hex[1]));
	return n;
}

static size_t count_lines(const char *text, size_t n)
{
	size_t lines = 1;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

int recording_parse(struct recording *rec, const char *name, const char *text,
		    size_t n, struct text *why)
{
	struct line l = { .rec = rec };
	unsigned number = 0;
	int r = 0;

	*rec = (struct recording){ .name = name, .era = ERA_2_2 };
	rec->owned = malloc(n + 1);
	rec->item = calloc(count_lines(text, n), sizeof(*rec->item));
	if (!rec->owned || !rec->item)
		goto no_memory;
	memcpy(rec->owned, text, n);
	rec->owned[n] = '\0';
	for (char *at = rec->owned, *next; at < rec->owned + n; at = next) {
		size_t len = strcspn(at, "\n");

		next = at + len + 1;
		number++;
		if (at[len] == '\0' && at + len < rec->owned + n)
			r = wrong(&l, "a zero byte");
		at[len] = '\0';
		if (play_is_output(at))
			continue;
		l.item = &rec->item[rec->n_items++];
		l.item->line = number;
		l.item->echo = at;
		if (r == 0)
			r = parse_line(&l, at);
		if (r == -ENOMEM)
			goto no_memory;
		if (r) {
			text_printf(why, "%s:%u: %s", name, number, l.wrong);
			recording_free(rec);
			return r;
		}
	}
	return 0;
no_memory:
	recording_free(rec);
	return -ENOMEM;
}

void recording_free(struct recording *rec)
{
	free(rec->item);
	free(rec->owned);
	*rec = (struct recording){ 0 };
}
