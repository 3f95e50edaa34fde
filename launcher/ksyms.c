/* ksyms: what the old kernel has for modules, with a head. */
#include <stdio.h>
#include <string.h>

#include "libcompat/compat.h"

int main(int argc, char **argv)
{
	bool head = argc < 2 || strcmp(argv[1], "-h") != 0;
	struct text text = { 0 };
	struct compat *c;
	int r = compat_open(&c);

	if (r) {
		fprintf(stderr, "ksyms: %s\n", compat_open_why());
		return 1;
	}
	r = compat_enter(c);
	if (r == 0)
		r = compat_proc_read(c, "ksyms", false, &text);
	if (r == 0 && head)
		puts("Address   Symbol                            Defined by");
	if (r == 0 && text.s)
		fputs(text.s, stdout);
	text_fini(&text);
	compat_close(c);
	return r ? 1 : 0;
}
