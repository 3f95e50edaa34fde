/* Where a play takes place: its private directory, and what commands find in
 * their environment. */
#ifndef FWCOMPAT_PLAY_PLACE_H
#define FWCOMPAT_PLAY_PLACE_H

#include "core/era.h"
#include "fwcompat/workdir.h"
#include "launcher/programs.h"

struct compat;
struct view;

struct play_place {
	char dir[WORKDIR_PATH];
	struct view
		*view; /* NULL: there could be none, and .warning says why */
	char warning[400];
	struct programs programs;
};

/* 0 or -errno. */
int place_open(struct play_place *place);
/* Ends what commands left running, and takes everything away. */
void place_close(struct play_place *place);

/* A path in the directory, in @path (PATH_MAX bytes); returns @path. */
char *place_path(const struct play_place *place, const char *name, char *path);

/* Throws away what the last recording left, and sets names as @era's host knew
 * them. 0 or -errno. */
int place_reset(struct play_place *place, enum fw_era era);

/* What a command wrote into old files has come to the host. 0 or -errno. */
int place_settle(struct play_place *place);

/* Sets a switch of the view's own network, by its path below /proc; what is not
 * there is let be. */
void place_set(const struct play_place *place, const char *path,
	       const char *value);

/* Begins the fed file @path, empty; then lines are added. 0 or -errno. */
int place_feed(struct play_place *place, const char *path);
int place_feed_line(struct play_place *place, const char *path,
		    const char *line);

/* The environment of commands, to be freed by place_env_free(); or NULL. */
char **place_env(const struct play_place *place);
void place_env_free(char **env);

#endif
