/*
 * What a script or an old program asked for that has no counterpart here:
 * noted, a line each, in the file that $FWCOMPAT_UNMET names; `fwcompat run'
 * shows them at its end.
 */
#ifndef LIBCOMPAT_UNMET_H
#define LIBCOMPAT_UNMET_H

void unmet_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same where asking is no fault: shown only of a script that fails. Its
 * line begins with a byte of its own. */
enum { UNMET_HINT = '?' };
void unmet_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
