/* libcompat/store: the state file, whoever dies, lies or runs out of room. */
#include "libcompat/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/state.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/ops.h"

/* Each test has a directory of its own. */
struct place {
	char dir[64], path[96], why[512];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	snprintf(p->dir, sizeof(p->dir), "/tmp/test_store.XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/state", p->dir);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	if (rmdir(p->dir))
		return -1;
	free(p);
	return 0;
}

static struct store *must_open(struct place *p)
{
	struct store *s = NULL;
	int r = store_open(&s, p->path, p->why, sizeof(p->why));

	if (r)
		fail_msg("store_open: %d %s", r, p->why);
	return s;
}

static void refuses(struct place *p, int want, const char *sentence)
{
	struct store *s;
	int r = store_open(&s, p->path, p->why, sizeof(p->why));

	if (r != want || !strstr(p->why, sentence))
		fail_msg("got %d '%s'; want %d '%s'", r, p->why, want,
			 sentence);
}

/* A change that is easy to see: the host's next IP id. */
static void set_id(struct fw *fw, uint16_t id)
{
	uint16_t *w = fw_edit(fw, &fw->st->host.ip_id, sizeof(*w));

	*w = id;
}

static uint16_t read_id(struct place *p)
{
	struct store *s = must_open(p);
	struct fw fw = { 0 };
	uint16_t id;

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	id = fw.st->host.ip_id;
	store_close(s);
	fw_fini(&fw);
	return id;
}

static void write_id(struct place *p, uint16_t id)
{
	struct store *s = must_open(p);
	struct fw fw = { 0 };

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	set_id(&fw, id);
	assert_int_equal(store_commit(s, &fw), 0);
	store_close(s);
	fw_fini(&fw);
}

static void commits_stay(void **state)
{
	struct place *p = *state;

	assert_int_equal(read_id(p), 0);
	write_id(p, 4711);
	assert_int_equal(read_id(p), 4711);
}

static void leaving_takes_back(void **state)
{
	struct place *p = *state;
	struct store *s = must_open(p);
	struct fw fw = { 0 };

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	set_id(&fw, 1);
	assert_int_equal(store_commit(s, &fw), 0);
	set_id(&fw, 2);
	store_leave(s, &fw);
	assert_int_equal(store_enter(s, &fw, NULL), 0);
	assert_int_equal(fw.st->host.ip_id, 1);
	store_close(s);
	fw_fini(&fw);
}

/* A child that dies inside, with changes that nobody committed. */
static void die_inside(struct place *p)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct store *s = NULL;
		struct fw fw = { 0 };

		if (store_open(&s, p->path, p->why, sizeof(p->why)) ||
		    store_enter(s, &fw, NULL))
			_exit(1);
		set_id(&fw, 666);
		for (int i = 0; i < 3000; i++)
			if (fw_slot_new(&fw, FW_T_RULE) == FW_NIL)
				_exit(2);
		raise(SIGKILL);
		_exit(3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void the_next_takes_back_what_the_dead_left(void **state)
{
	struct place *p = *state;
	struct store *s;
	struct fw fw = { 0 };

	write_id(p, 7);
	die_inside(p);
	s = must_open(p);
	die_inside(p); /* also behind the back of one that has it open */
	assert_int_equal(store_enter(s, &fw, NULL), 0);
	assert_int_equal(fw.st->host.ip_id, 7);
	assert_int_equal(fw.st->table[FW_T_RULE].used, 0);
	assert_int_equal(fw.st->table[FW_T_RULE].count, 0);
	store_close(s);
	fw_fini(&fw);
}

static void file_is_private(void **state)
{
	struct place *p = *state;
	struct stat st;

	umask(0);
	write_id(p, 1);
	umask(022);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void links_are_not_followed(void **state)
{
	struct place *p = *state;
	char other[128];

	snprintf(other, sizeof(other), "%s/other", p->dir);
	assert_int_equal(symlink(other, p->path), 0);
	refuses(p, -EPERM, "must not be a link");
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(unlink(p->path), 0);

	write_id(p, 1);
	assert_int_equal(link(p->path, other), 0);
	refuses(p, -EPERM, "must belong to this user alone");
	assert_int_equal(unlink(other), 0);
	assert_int_equal(read_id(p), 1);
}

static void only_files_are_files(void **state)
{
	struct place *p = *state;

	assert_int_equal(mkfifo(p->path, 0600), 0);
	refuses(p, -ENOEXEC, "not a state file");
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	refuses(p, -EISDIR, "Is a directory");
	assert_int_equal(rmdir(p->path), 0);
}

static void files_others_may_write_are_refused(void **state)
{
	struct place *p = *state;

	write_id(p, 1);
	assert_int_equal(chmod(p->path, 0620), 0);
	refuses(p, -EPERM, "must belong to this user alone");
}

/* Whoever can write into a default directory could change the file. */
static void default_directory_is_the_users_own(void **state)
{
	struct place *p = *state;
	char dir[80], path[4096], want[96];
	bool root = geteuid() == 0;
	struct store *s;

	if (root && (chown(p->dir, 65534, (gid_t)-1) || seteuid(65534)))
		skip();
	assert_int_equal(unsetenv("FWCOMPAT_STATE"), 0);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", p->dir, 1), 0);
	snprintf(dir, sizeof(dir), "%s/fwcompat", p->dir);
	snprintf(want, sizeof(want), "%s/state", dir);
	assert_int_equal(store_path(path, sizeof(path)), 0);
	assert_string_equal(path, want);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(chmod(dir, 0770), 0);
	assert_int_equal(store_open(&s, NULL, p->why, sizeof(p->why)), -EPERM);
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(store_open(&s, NULL, p->why, sizeof(p->why)), 0);
	store_close(s);
	assert_int_equal(unlink(want), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(symlink(".", dir), 0);
	assert_int_equal(store_open(&s, NULL, p->why, sizeof(p->why)),
			 -ENOTDIR);
	assert_int_equal(unlink(dir), 0);
	if (root)
		assert_int_equal(seteuid(0), 0);
}

static void path_is_chosen_by_the_environment(void **state)
{
	char path[4096], small[4];

	(void)state;
	assert_int_equal(setenv("FWCOMPAT_STATE", "some/where", 1), 0);
	assert_int_equal(store_path(path, sizeof(path)), 0);
	assert_string_equal(path, "some/where");
	assert_int_equal(store_path(small, sizeof(small)), -ENAMETOOLONG);
	assert_int_equal(setenv("FWCOMPAT_STATE", "", 1), 0);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", "relative", 1), 0);
	assert_int_equal(store_path(path, sizeof(path)), 0);
	if (geteuid() == 0)
		assert_string_equal(path, "/run/fwcompat/state");
	else
		assert_memory_equal(path, "/tmp/fwcompat-", 14);
	assert_int_equal(unsetenv("FWCOMPAT_STATE"), 0);
}

static void missing_directory_is_made(void **state)
{
	struct place *p = *state;
	char dir[80];
	struct stat st;

	snprintf(dir, sizeof(dir), "%s/sub", p->dir);
	snprintf(p->path, sizeof(p->path), "%s/state", dir);
	write_id(p, 1);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(rmdir(dir), 0);
	snprintf(p->path, sizeof(p->path), "%s/a/b/state", p->dir);
	refuses(p, -ENOENT, "No such file or directory");
}

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

	write_id(p, 5);
	at = find_boot_id(p);
	if (at < 0)
		skip();
	put_bytes(p, at, "f", 1);
	put_bytes(p, at + 35, "!", 1);
	sum_up(p);
	assert_int_equal(read_id(p), 0);
	write_id(p, 6);
	assert_int_equal(read_id(p), 6);
}

/* Of another boot, a file of another version is no hindrance either. */
static void another_boots_version_does_not_matter(void **state)
{
	struct place *p = *state;
	uint32_t version = 77;
	long at;

	write_id(p, 5);
	put_bytes(p, 12, &version, sizeof(version));
	refuses(p, -EPROTO, "is damaged");
	sum_up(p);
	refuses(p, -EPROTO, "of another version");
	at = find_boot_id(p);
	if (at < 0)
		skip();
	put_bytes(p, at, "!", 1);
	sum_up(p);
	assert_int_equal(read_id(p), 0);
}

static void foreign_files_are_left_alone(void **state)
{
	struct place *p = *state;
	static const char text[] = "#!/bin/sh\nipchains -F\n";
	char back[64] = "";
	FILE *f;

	put_bytes(p, 0, text, sizeof(text) - 1);
	refuses(p, -ENOEXEC, "not a state file");
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

	write_id(p, 1);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(truncate(p->path, 0), 0);
	assert_int_equal(truncate(p->path, 100000), 0);
	refuses(p, -ENOEXEC, "not a state file");
	assert_int_equal(truncate(p->path, st.st_size + 4096), 0);
	refuses(p, -ENOEXEC, "not a state file");
	/* Its maker died between giving it its length and filling it. */
	assert_int_equal(truncate(p->path, st.st_size), 0);
	assert_int_equal(read_id(p), 0);
}

/* As a maker leaves it that is killed after each of its steps. */
static void killed_makers_are_no_hindrance(void **state)
{
	static const uint32_t making = 0x6D616B65;
	struct place *p = *state;

	write_id(p, 9);
	put_bytes(p, 8, &making, sizeof(making));
	assert_int_equal(read_id(p), 0);
	write_id(p, 9);
	assert_int_equal(truncate(p->path, 0), 0);
	assert_int_equal(read_id(p), 0);
	assert_int_equal(truncate(p->path, 0), 0);
	assert_int_equal(truncate(p->path, 4096), 0);
	assert_int_equal(read_id(p), 0);
}

/* A header of zeros is not one that is still being made. */
static void zeros_are_scribbles_too(void **state)
{
	static const uint8_t zeros[512];
	struct place *p = *state;

	for (int i = 0; i < 3; i++) {
		write_id(p, 9);
		put_bytes(p, i * 8, zeros, i < 2 ? 8 : sizeof(zeros));
		refuses(p, -EPROTO, "is damaged");
		assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
				 0);
	}
	write_id(p, 9);
	put_bytes(p, 0, zeros, sizeof(zeros));
	refuses(p, -EPROTO, "is damaged");
}

static void truncated_files_are_damaged_until_discarded(void **state)
{
	static const off_t lengths[] = { 1,      8,       20,      40,
					 72,     208,     4095,    4096,
					 100000, 2000000, 50000000 };
	struct place *p = *state;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		write_id(p, 3);
		assert_int_equal(truncate(p->path, lengths[i]), 0);
		if (lengths[i] < 8) {
			refuses(p, -ENOEXEC, "not a state file");
			assert_int_equal(unlink(p->path), 0);
			continue;
		}
		refuses(p, -EPROTO, "is damaged");
		assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
				 0);
		assert_int_equal(read_id(p), 0);
	}
}

static void good_files_are_not_discarded(void **state)
{
	struct place *p = *state;

	write_id(p, 3);
	assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)), 0);
	assert_int_equal(read_id(p), 3);
}

static void scribbled_headers_are_errors_at_most(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7F, 0x80, 0xFF };
	struct place *p = *state;
	uint8_t page[4096];

	write_id(p, 3);
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

		s = must_open(p);
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
		refuses(p, -EPROTO, "is damaged");
		assert_int_equal(store_discard(p->path, p->why, sizeof(p->why)),
				 0);
	}
}

/* Whoever only touches the file has it looked through, no more. */
static void touching_does_no_harm(void **state)
{
	struct place *p = *state;

	write_id(p, 12);
	assert_int_equal(utimensat(AT_FDCWD, p->path, NULL, 0), 0);
	assert_int_equal(read_id(p), 12);
}

/* So does whoever copies it, also after a reset: it is sealed anew. */
static void resets_are_sealed(void **state)
{
	struct place *p = *state;
	struct store *s;
	struct fw fw = { 0 };

	for (int round = 0; round < 2; round++) {
		write_id(p, 13);
		s = must_open(p);
		assert_int_equal(store_enter(s, &fw, NULL), 0);
		assert_int_equal(store_reset(s, &fw, ERA_2_0), 0);
		assert_int_equal(store_commit(s, &fw), 0);
		store_close(s);
		fw_fini(&fw);
		assert_int_equal(utimensat(AT_FDCWD, p->path, NULL, 0), 0);
	}
	write_id(p, 14);
	assert_int_equal(utimensat(AT_FDCWD, p->path, NULL, 0), 0);
	assert_int_equal(read_id(p), 14);
}

/* Ticks stand still for whoever sets them, and go on for whoever resets. */
static void virtual_clock_is_kept(void **state)
{
	struct place *p = *state;
	struct store *s = must_open(p);
	struct fw fw = { 0 };

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	assert_false(store_is_virtual(s));
	assert_int_equal(store_set_virtual(s, 0), 0);
	assert_int_equal(store_set_virtual(s, 12345), 0);
	assert_int_equal(store_set_virtual(s, 12344), -EINVAL);
	assert_int_equal(store_now(s), 12345);
	assert_int_equal(store_commit(s, &fw), 0);
	store_close(s);
	fw_fini(&fw);

	s = must_open(p);
	assert_int_equal(store_enter(s, &fw, NULL), 0);
	assert_true(store_is_virtual(s));
	assert_int_equal(store_now(s), 12345);
	assert_int_equal(store_reset(s, &fw, ERA_2_0), 0);
	assert_false(store_is_virtual(s));
	assert_int_equal(fw.st->g.era, ERA_2_0);
	assert_int_equal(fw.st->g.era_claimed, 1);
	store_leave(s, &fw); /* not committed: all as it was */
	assert_int_equal(store_enter(s, &fw, NULL), 0);
	assert_true(store_is_virtual(s));
	assert_int_equal(store_now(s), 12345);
	assert_int_equal(fw.st->g.era, ERA_2_2);
	store_close(s);
	fw_fini(&fw);
}

/* A file that was removed is no state any more, for whoever has it open. */
static void removal_is_noticed(void **state)
{
	struct place *p = *state;
	struct store *s = must_open(p);
	struct fw fw = { 0 };

	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(store_enter(s, &fw, NULL), -ESTALE);
	assert_string_equal(store_why(s), "the state file was removed "
					  "meanwhile");
	store_close(s);
}

/* Handles whose caches are of the host before a reset must not keep them. */
static void resets_by_others_are_noticed(void **state)
{
	struct place *p = *state;
	struct store *a = must_open(p), *b = must_open(p);
	struct fw fa = { 0 }, fb = { 0 };
	uint32_t epoch;

	assert_int_equal(store_enter(a, &fa, NULL), 0);
	epoch = fa.epoch;
	store_leave(a, &fa);
	assert_int_equal(store_enter(b, &fb, NULL), 0);
	assert_int_equal(fb.epoch, epoch);
	assert_int_equal(store_reset(b, &fb, ERA_COUNT), 0);
	assert_int_equal(store_commit(b, &fb), 0);
	store_close(b);
	assert_int_equal(store_enter(a, &fa, NULL), 0);
	assert_int_not_equal(fa.epoch, epoch);
	store_close(a);
	fw_fini(&fa);
	fw_fini(&fb);
}

/* Grows, resets and grows again: the same room serves twice. */
static void room_is_taken_once(void **state)
{
	struct place *p = *state;
	struct store *s = must_open(p);
	struct fw fw = { 0 };
	struct stat before, after;

	for (int round = 0; round < 5; round++) {
		assert_int_equal(store_enter(s, &fw, NULL), 0);
		for (int i = 0; i < FW_CHAINS_MAX - FW_BUILTINS; i++)
			assert_int_not_equal(fw_slot_new(&fw, FW_T_CHAIN),
					     FW_NIL);
		assert_int_equal(fw_slot_new(&fw, FW_T_CHAIN), FW_NIL);
		for (int i = 0; i < 20000; i++)
			assert_int_not_equal(fw_slot_new(&fw, FW_T_RULE),
					     FW_NIL);
		assert_int_equal(store_commit(s, &fw), 0);
		assert_int_equal(stat(p->path, &after), 0);
		if (round == 0)
			before = after;
		assert_int_equal(after.st_blocks, before.st_blocks);
		assert_int_equal(store_reset(s, &fw, ERA_COUNT), 0);
		assert_int_equal(store_commit(s, &fw), 0);
		store_leave(s, &fw);
	}
	store_close(s);
	fw_fini(&fw);
}

static void file_size_limit_is_an_error(void **state)
{
	struct place *p = *state;
	struct rlimit old, small;
	struct stat st;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 1000000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	refuses(p, -EFBIG, "File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(read_id(p), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commits_stay),
		TEST(leaving_takes_back),
		TEST(the_next_takes_back_what_the_dead_left),
		TEST(file_is_private),
		TEST(links_are_not_followed),
		TEST(only_files_are_files),
		TEST(files_others_may_write_are_refused),
		TEST(default_directory_is_the_users_own),
		TEST(path_is_chosen_by_the_environment),
		TEST(missing_directory_is_made),
		TEST(another_boot_empties_it),
		TEST(another_boots_version_does_not_matter),
		TEST(foreign_files_are_left_alone),
		TEST(zeros_are_foreign_unless_of_our_length),
		TEST(killed_makers_are_no_hindrance),
		TEST(zeros_are_scribbles_too),
		TEST(truncated_files_are_damaged_until_discarded),
		TEST(good_files_are_not_discarded),
		TEST(scribbled_headers_are_errors_at_most),
		TEST(scribbled_states_are_damaged),
		TEST(touching_does_no_harm),
		TEST(resets_are_sealed),
		TEST(virtual_clock_is_kept),
		TEST(removal_is_noticed),
		TEST(resets_by_others_are_noticed),
		TEST(room_is_taken_once),
		TEST(file_size_limit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
