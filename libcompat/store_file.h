/* Where the state file lies, and how it is opened without being led astray. */
#ifndef LIBCOMPAT_STORE_FILE_H
#define LIBCOMPAT_STORE_FILE_H

#include <stddef.h>

/*
 * Opens the state file @path for reading and writing, making it (0600) and its
 * directory (0700) if missing. NULL: the path of store_path(), whose directory
 * must be the user's own. The last component is never a link. Returns a
 * descriptor, or -errno with a sentence in @why: -EPERM, not allowed.
 */
int store_file_open(const char *path, char *why, size_t n);

/* Still the one file that was opened: not removed meanwhile, not replaced. */
int store_file_size(int fd, size_t *size);

#endif
