/* The machine's own tool of a name that we bear too. */
#ifndef LAUNCHER_REALTOOL_H
#define LAUNCHER_REALTOOL_H

/* Runs it with @argv, its output thrown away. Returns its exit status; 1: there
 * is none. */
int realtool_run(const char *name, char *const argv[]);

#endif
