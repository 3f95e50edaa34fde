/* Plays a recording's inputs against a fresh private state. */
#ifndef FWCOMPAT_PLAY_RUN_H
#define FWCOMPAT_PLAY_RUN_H

#include <signal.h>

#include "core/text.h"

struct play;
struct recording;

/*
 * Makes a place to play in: a private directory and a view of the old kernel's
 * files (launcher/view.h). Once in a process's life. Once *@stop is not 0 a
 * play breaks off (-EINTR). Returns 0 and *@p, or -errno and why.
 */
int play_open(struct play **p, const volatile sig_atomic_t *stop,
	      struct text *why);
void play_close(struct play *p);

/* A reason why the old files are not in place, to be told; or "". */
const char *play_warning(const struct play *p);

/*
 * Plays @rec on a freshly booted host; the whole recording, with what came back
 * now, goes to @put piece by piece, an item each. Returns 0; -EINVAL: an item
 * cannot be played ("NAME:LINE: why" in @why); else -errno and why.
 */
int play_recording(struct play *p, const struct recording *rec,
		   void (*put)(void *ctx, const struct text *piece), void *ctx,
		   struct text *why);

#endif
