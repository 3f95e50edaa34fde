/* The terminal of `fwcompat top`, by ncurses. */
#include <ctype.h>
#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwcompat/top_screen.h"

enum { HEAD_LINES = 2 }; /* that stay while the rest scrolls */

struct view {
	enum top_sort by;
	int first; /* line of the rows that stands on top */
	int lines; /* rows there were when last drawn */
};

static void put_line(int y, const char *s, size_t n, bool bold)
{
	if (bold)
		attron(A_BOLD);
	mvaddnstr(y, 0, s, (int)(n < (size_t)COLS ? n : (size_t)COLS));
	if (bold)
		attroff(A_BOLD);
}

static void draw(struct view *v, const struct text *page)
{
	int line = 0;

	erase();
	for (const char *s = page->s; s && *s; line++) {
		size_t n = strcspn(s, "\n");
		int y = line < HEAD_LINES ? line : line - v->first;

		if (y < LINES - 1 && (line < HEAD_LINES || y >= HEAD_LINES))
			put_line(y, s, n, line < HEAD_LINES);
		s += n + (s[n] == '\n');
	}
	v->lines = line > HEAD_LINES ? line - HEAD_LINES : 0;
	put_line(LINES - 1, "order: e expiry, t traffic, h host   q quit", 43,
		 true);
	refresh();
}

static int page_lines(void)
{
	return LINES > HEAD_LINES + 2 ? LINES - HEAD_LINES - 1 : 1;
}

/* Whether the user wants to go on. */
static bool obey(struct view *v, int key)
{
	int last = v->lines > page_lines() ? v->lines - page_lines() : 0;

	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 'e':
		v->by = TOP_EXPIRY;
		break;
	case 't':
		v->by = TOP_TRAFFIC;
		break;
	case 'h':
		v->by = TOP_HOST;
		break;
	case KEY_DOWN:
		v->first++;
		break;
	case KEY_UP:
		v->first--;
		break;
	case KEY_NPAGE:
		v->first += page_lines();
		break;
	case KEY_PPAGE:
		v->first -= page_lines();
		break;
	case KEY_HOME:
		v->first = 0;
		break;
	case KEY_END:
		v->first = last;
		break;
	}
	v->first = v->first > last ? last : v->first;
	v->first = v->first < 0 ? 0 : v->first;
	return true;
}

int top_screen(unsigned int delay_s, enum top_sort by,
	       int (*page)(void *ctx, enum top_sort by, struct text *out),
	       void *ctx)
{
	struct view v = { .by = by };
	SCREEN *screen = newterm(NULL, stdout, stdin);
	struct text text = { 0 };
	int r;

	if (!screen)
		return -EOPNOTSUPP;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	timeout((int)delay_s * 1000);
	do {
		text.len = 0;
		r = page(ctx, v.by, &text);
		if (r == 0 && text.bad)
			r = -ENOMEM;
		if (r == 0)
			draw(&v, &text);
	} while (r == 0 && obey(&v, getch()));
	endwin();
	delscreen(screen);
	text_fini(&text);
	return r;
}
