/* Directories with a state file, for tests of the store. */
#include "tests/unit/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cmocka.h"

int place_setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	snprintf(p->dir, sizeof(p->dir), "/tmp/test_store.XXXXXX");
	if (!mkdtemp(p->dir)) {
		free(p);
		return -1;
	}
	snprintf(p->path, sizeof(p->path), "%s/state", p->dir);
	*state = p;
	return 0;
}

int place_teardown(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	if (rmdir(p->dir))
		return -1;
	free(p);
	return 0;
}

struct store *place_store(struct place *p)
{
	struct store *s = NULL;
	int r = store_open(&s, p->path, p->why, sizeof(p->why));

	if (r)
		fail_msg("store_open: %d %s", r, p->why);
	return s;
}

void place_refuses(struct place *p, int want, const char *sentence)
{
	struct store *s;
	int r = store_open(&s, p->path, p->why, sizeof(p->why));

	if (r != want || !strstr(p->why, sentence))
		fail_msg("got %d '%s'; want %d '%s'", r, p->why, want,
			 sentence);
}

void place_set_id(struct fw *fw, uint16_t id)
{
	uint16_t *w = fw_edit(fw, &fw->st->host.ip_id, sizeof(*w));

	*w = id;
}

uint16_t place_read_id(struct place *p)
{
	struct store *s = place_store(p);
	struct fw fw = { 0 };
	uint16_t id;

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	id = fw.st->host.ip_id;
	store_close(s);
	fw_fini(&fw);
	return id;
}

void place_write_id(struct place *p, uint16_t id)
{
	struct store *s = place_store(p);
	struct fw fw = { 0 };

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	place_set_id(&fw, id);
	assert_int_equal(store_commit(s, &fw), 0);
	store_close(s);
	fw_fini(&fw);
}
