/* Command lines for tests of parsers. */
#include "tests/unit/words.h"

#include <string.h>

#include "tests/unit/cmocka.h"

int words_split(char *line, char *argv[WORDS])
{
	int argc = 0;

	for (char *w = strtok(line, " "); w; w = strtok(NULL, " ")) {
		assert_in_range(argc, 0, WORDS - 2);
		argv[argc++] = strcmp(w, "''") == 0 ? w + 2 : w;
	}
	argv[argc] = NULL;
	return argc;
}
