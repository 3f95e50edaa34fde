/*
 * One packet against one chain, as Linux 2.2 did it. Rules are matched from a
 * copy that is private to the process and compiled anew when a chain changed.
 * chain_run() and chain_check() are declared in engine/chains.h.
 */
#ifndef ENGINE_MATCH22_H
#define ENGINE_MATCH22_H

struct fw;

/* Frees what was compiled; the next packet compiles what it needs. */
void match22_free(struct fw *fw);

#endif
