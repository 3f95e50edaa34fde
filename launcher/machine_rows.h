/* Interfaces and routes of this machine, as rows like the emulated host's. */
#ifndef LAUNCHER_MACHINE_ROWS_H
#define LAUNCHER_MACHINE_ROWS_H

struct compat_host_row;

/* Calls @row for each interface with its first address, or none, and then for
 * each route. 0 or -errno. */
int machine_rows_each(void (*row)(void *ctx, const struct compat_host_row *row),
		      void *ctx);

#endif
