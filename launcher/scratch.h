/* A file system of the namespace's own on top of the real one: what is written
 * there is gone with the namespace. */
#ifndef LAUNCHER_SCRATCH_H
#define LAUNCHER_SCRATCH_H

/*
 * All files can be read, and written where the caller may; but only what is
 * written below the directory @writable stays. @dir: a directory in it, there
 * and empty, which is still so afterwards. 0 or -errno.
 */
int scratch_make(const char *writable, const char *dir);

#endif
