/* libcompat/store: files that are foreign, damaged, half made or of another
 * boot. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/state.h"
#include "libcompat/store.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/ops.h"
#include "tests/unit/place.h"

static void put_bytes(struct place *p, off_t at, const void *bytes, size_t n)
{
	int fd = open(p->path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
	close(fd);
}

/* The first page, where the header lies. */
static void get_page(struct place *p, uint8_t page[4096])
{
	int fd = open(p->path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, page, 4096, 0), 4096);
	close(fd);
}

/* Where this boot's identity stands in the header. */
static long find_boot_id(struct place *p)
{
	uint8_t page[4096];
	char id[37] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
	uint8_t *at;

	if (!f)
		return -1;
	if (!fgets(id, sizeof(id), f))
		id[0] = '\0';
	fclose(f);
	get_page(p, page);
	at = memmem(page, sizeof(page), id, 36);
	return at && id[0] ? at - page : -1;
}

/* Makes the header's sum right again: see header_sum() in the store. */
static void sum_up(struct place *p)
{
	static const struct part {
		int from, to;
	} parts[] = { { 0, 8 }, { 12, 24 }, { 32, 72 } };
	uint32_t sum = 0x811C9DC5;
	uint8_t page[4096];

	get_page(p, page);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (int at = parts[i].from; at < parts[i].to; at++)
			sum = (sum ^ page[at]) * 0x01000193;
	put_bytes(p, 72, &sum, sizeof(sum));
}

static void another_boot_empties_it(void **state)
{
	struct place *p = *state;
	long at;

	place_write_id(p, 5);
	at = find_boot_id(p);
	if (at < 0)
		skip();
	put_bytes(p, at, "f", 1);
	put_bytes(p, at + 35, "!", 1);
	sum_up(p);
	assert_int_equal(place_read_id(p), 0);
	place_write_id(p, 6);
	assert_int_equal(place_read_id(p), 6);
}

/* Of another boot, a file of another version is no hindrance either. */
static void another_boots_version_does_not_matter(void **state)
{
	struct place *p = *state;
	uint32_t version = 77;
	long at;

	place_write_id(p, 5);
	put_bytes(p, 12, &version, sizeof(version));
	place_refuses(p, -EPROTO, "is damaged");
	sum_up(p);
	place_refuses(p, -EPROTO, "of another version");
	at = find_boot_id(p);
	if (at < 0)
		skip();
	put_bytes(p, at, "!", 1);
	sum_up(p);
	assert_int_equal(place_read_id(p), 0);
}

static void foreign_files_are_left_alone(void **state)
{
	struct place *p = *state;
	static const char text[] = "#!/bin/sh\nipchains -F\n";
	char back[64] = "";
	FILE *f;

	put_bytes(p, 0, text, sizeof(text) - 1);
	place_refuses(p, -ENOEXEC, "not a state file");
	assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
			 -ENOEXEC);
	f = fopen(p->path, "r");
	assert_non_null(f);
	assert_int_equal(fread(back, 1, sizeof(back), f), sizeof(text) - 1);
	fclose(f);
	assert_string_equal(back, text);
}

static void zeros_are_foreign_unless_of_our_length(void **state)
{
	struct place *p = *state;
	struct stat st;

	place_write_id(p, 1);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(truncate(p->path, 0), 0);
	assert_int_equal(truncate(p->path, 100000), 0);
	place_refuses(p, -ENOEXEC, "not a state file");
	assert_int_equal(truncate(p->path, st.st_size + 4096), 0);
	place_refuses(p, -ENOEXEC, "not a state file");
	/* Its maker died between giving it its length and filling it. */
	assert_int_equal(truncate(p->path, st.st_size), 0);
	assert_int_equal(place_read_id(p), 0);
}

/* As a maker leaves it that is killed after each of its steps. */
static void killed_makers_are_no_hindrance(void **state)
{
	static const uint32_t making = 0x6D616B65;
	struct place *p = *state;

	place_write_id(p, 9);
	put_bytes(p, 8, &making, sizeof(making));
	assert_int_equal(place_read_id(p), 0);
	place_write_id(p, 9);
	assert_int_equal(truncate(p->path, 0), 0);
	assert_int_equal(place_read_id(p), 0);
	assert_int_equal(truncate(p->path, 0), 0);
	assert_int_equal(truncate(p->path, 4096), 0);
	assert_int_equal(place_read_id(p), 0);
}

/* A header of zeros is not one that is still being made. */
static void zeros_are_scribbles_too(void **state)
{
	static const uint8_t zeros[512];
	struct place *p = *state;

	for (int i = 0; i < 3; i++) {
		place_write_id(p, 9);
		put_bytes(p, i * 8, zeros, i < 2 ? 8 : sizeof(zeros));
		place_refuses(p, -EPROTO, "is damaged");
		assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
				 0);
	}
	place_write_id(p, 9);
	put_bytes(p, 0, zeros, sizeof(zeros));
	place_refuses(p, -EPROTO, "is damaged");
}

static void truncated_files_are_damaged_until_discarded(void **state)
{
	static const off_t lengths[] = { 1,      8,       20,      40,
					 72,     208,     4095,    4096,
					 100000, 2000000, 50000000 };
	struct place *p = *state;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		place_write_id(p, 3);
		assert_int_equal(truncate(p->path, lengths[i]), 0);
		if (lengths[i] < 8) {
			place_refuses(p, -ENOEXEC, "not a state file");
			assert_int_equal(unlink(p->path), 0);
			continue;
		}
		place_refuses(p, -EPROTO, "is damaged");
		assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
				 0);
		assert_int_equal(place_read_id(p), 0);
	}
}

static void good_files_are_not_discarded(void **state)
{
	struct place *p = *state;

	place_write_id(p, 3);
	assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)), 0);
	assert_int_equal(place_read_id(p), 3);
}

static void scribbled_headers_are_errors_at_most(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7F, 0x80, 0xFF };
	struct place *p = *state;
	uint8_t page[4096];

	place_write_id(p, 3);
	get_page(p, page);
	for (size_t at = 0; at < 256; at++)
		for (size_t i = 0; i < sizeof(values); i++) {
			struct store *s;
			int r;

			put_bytes(p, (off_t)at, &values[i], 1);
			r = store_open(&s, p->path, p->why, sizeof(p->why));
			if (r == 0)
				store_close(s);
			else if (r != -EPROTO || !p->why[0])
				fail_msg("byte %zu = %d: %d %s", at, values[i],
					 r, p->why);
			put_bytes(p, 0, page, sizeof(page));
		}
}

/* Wherever somebody writes into what the state uses, it is found out. */
static void scribbled_states_are_damaged(void **state)
{
	struct place *p = *state;
	uint32_t seed = 17;
	struct store *s;
	struct fw fw = { 0 };

	for (int i = 0; i < 200; i++) {
		size_t at = ops_random(&seed) % FW_STATE_FIXED;
		uint8_t byte;
		int fd;

		s = place_store(p);
		assert_int_equal(store_enter(s, &fw, NULL), 0);
		for (int n = 0; n < 5; n++)
			ops_do(&fw, &seed);
		assert_int_equal(store_commit(s, &fw), 0);
		if (i % 4 == 0)
			at = offsetof(struct fw_state, chain) +
			     at % sizeof(struct fw_chain);
		byte = ((const uint8_t *)fw.st)[at] ^
		       (uint8_t)(1 << ops_random(&seed) % 8);
		store_close(s);
		fw_fini(&fw);

		fd = open(p->path, O_WRONLY);
		assert_true(fd >= 0);
		assert_int_equal(pwrite(fd, &byte, 1,
					lseek(fd, 0, SEEK_END) -
						(off_t)sizeof(struct fw_state) +
						(off_t)at),
				 1);
		close(fd);
		place_refuses(p, -EPROTO, "is damaged");
		assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
				 0);
	}
}

/* Whoever only touches the file has it looked through, no more. */
static void touching_does_no_harm(void **state)
{
	struct place *p = *state;

	place_write_id(p, 12);
	assert_int_equal(utimensat(AT_FDCWD, p->path, NULL, 0), 0);
	assert_int_equal(place_read_id(p), 12);
}

/* So does whoever copies it, also after a reset: it is sealed anew. */
static void resets_are_sealed(void **state)
{
	struct place *p = *state;
	struct store *s;
	struct fw fw = { 0 };

	for (int round = 0; round < 2; round++) {
		place_write_id(p, 13);
		s = place_store(p);
		assert_int_equal(store_enter(s, &fw, NULL), 0);
		assert_int_equal(store_reset(s, &fw, ERA_2_0), 0);
		assert_int_equal(store_commit(s, &fw), 0);
		store_close(s);
		fw_fini(&fw);
		assert_int_equal(utimensat(AT_FDCWD, p->path, NULL, 0), 0);
	}
	place_write_id(p, 14);
	assert_int_equal(utimensat(AT_FDCWD, p->path, NULL, 0), 0);
	assert_int_equal(place_read_id(p), 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(another_boot_empties_it),
		PLACE_TEST(another_boots_version_does_not_matter),
		PLACE_TEST(foreign_files_are_left_alone),
		PLACE_TEST(zeros_are_foreign_unless_of_our_length),
		PLACE_TEST(killed_makers_are_no_hindrance),
		PLACE_TEST(zeros_are_scribbles_too),
		PLACE_TEST(truncated_files_are_damaged_until_discarded),
		PLACE_TEST(good_files_are_not_discarded),
		PLACE_TEST(scribbled_headers_are_errors_at_most),
		PLACE_TEST(scribbled_states_are_damaged),
		PLACE_TEST(touching_does_no_harm),
		PLACE_TEST(resets_are_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
