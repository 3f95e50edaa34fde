/* A private directory for a while. */
#ifndef FWCOMPAT_SCRATCH_H
#define FWCOMPAT_SCRATCH_H

enum { SCRATCH_PATH = 256 };

/* Makes one below $TMPDIR, or /tmp, whose path goes into @dir. 0 or
 * -errno, and @dir is "". */
int scratch_make(char dir[SCRATCH_PATH]);

/* Removes it with all that is in it; "" is none. */
void scratch_remove(const char *dir);

#endif
