/* A private directory for a while. */
#ifndef FWCOMPAT_WORKDIR_H
#define FWCOMPAT_WORKDIR_H

enum { WORKDIR_PATH = 256 };

/* Makes one below $TMPDIR, or /tmp, whose path goes into @dir. 0 or
 * -errno, and @dir is "". */
int workdir_make(char dir[WORKDIR_PATH]);

/* Removes it with all that is in it; "" is none. */
void workdir_remove(const char *dir);

#endif
