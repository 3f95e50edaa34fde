/* Where the state file lies, and how it is opened without being led astray. */
#ifndef LIBCOMPAT_STORE_FILE_H
#define LIBCOMPAT_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens the state file @path for reading and writing, making it (0600) and its
 * directory (0700) if missing. NULL: the path of store_path(), whose directory
 * must be the user's own. The last component is never a link. Returns a
 * descriptor, or -errno with a sentence in @why: -EPERM, not allowed.
 */
int store_file_open(const char *path, char *why, size_t n);

/*
 * Looks at the open file: its size, and whether its time stamp is
 * store_file_stamp()'s. -ESTALE: it was removed, or has another name now.
 */
int store_file_look(int fd, size_t *size, bool *stamped);

/*
 * Stamps the file as one that only stores have written to. They write by
 * memory, which moves the time stamp when a page is first touched; all others
 * by write(2) and the like, which always do. Killed writers do not stamp.
 */
void store_file_stamp(int fd);

#endif
