/* Texts to standard output and standard error. */
#include "ipchains/output.h"

bool output_text(FILE *file, struct text *t)
{
	bool ok = !t->bad;

	if (t->len > 0)
		ok = fwrite(t->s, 1, t->len, file) == t->len && ok;
	text_fini(t);
	return fflush(file) == 0 && ok;
}
