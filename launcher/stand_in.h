/* Files that stand in, when they are read, for ones that are not there. */
#ifndef LAUNCHER_STAND_IN_H
#define LAUNCHER_STAND_IN_H

#include <stdbool.h>

/* Whether @text speaks of one that this machine has not. */
bool stand_in_wanted(const char *text);

/* The descriptor of what stands in for @path; @dir is where the files are. -1:
 * nothing does, or @path is there. */
int stand_in_open(const char *path, const char *dir);

#endif
