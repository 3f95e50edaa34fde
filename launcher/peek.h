/* Other processes' memory, where a system call of theirs points. */
#ifndef LAUNCHER_PEEK_H
#define LAUNCHER_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* False: it could not be read, or written, as a whole. */
bool peek(pid_t pid, uint64_t from, void *to, size_t n);
bool poke(pid_t pid, uint64_t to, void *from, size_t n);

/* A string with its NUL, of @n bytes at most. */
bool peek_string(pid_t pid, uint64_t from, char *to, size_t n);

#endif
