/* A copy of a state file, for what must not touch the state itself. */
#ifndef FWCOMPAT_COPY_H
#define FWCOMPAT_COPY_H

/*
 * Copies @from to @to, which must not be there; holes stay holes. Nobody may be
 * inside the state meanwhile but the caller. 0 or -errno; then @to is not
 * there.
 */
int copy_sparse(const char *from, const char *to);

/* The same into @out, an empty file open for writing. */
int copy_sparse_to(const char *from, int out);

#endif
