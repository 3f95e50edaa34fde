/*
 * The machine's own /proc. Where `fwcompat run' shows the old kernel's files in
 * the place of some, these would be answered by a process that has to wait for
 * whoever is inside the state: so those inside look here.
 */
#ifndef LIBCOMPAT_MACHINE_H
#define LIBCOMPAT_MACHINE_H

#include <stddef.h>

/* Where the real files are then to be found: real/proc in it. */
#define MACHINE_REACH "/usr/sbin/.fwcompat"

/* The path of the real file @below /proc, in the @n bytes at @path. */
void machine_proc(const char *below, char *path, size_t n);

#endif
