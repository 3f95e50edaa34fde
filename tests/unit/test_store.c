/* libcompat/store: the state file, whoever dies, lies or runs out of room. */
#include "libcompat/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/state.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/place.h"

static void commits_stay(void **state)
{
	struct place *p = *state;

	assert_int_equal(place_read_id(p), 0);
	place_write_id(p, 4711);
	assert_int_equal(place_read_id(p), 4711);
}

static void leaving_takes_back(void **state)
{
	struct place *p = *state;
	struct store *s = place_store(p);
	struct fw fw = { 0 };

	assert_int_equal(store_enter(s, &fw, NULL), 0);
	place_set_id(&fw, 1);
	assert_int_equal(store_commit(s, &fw), 0);
	place_set_id(&fw, 2);
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
		place_set_id(&fw, 666);
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

	place_write_id(p, 7);
	die_inside(p);
	s = place_store(p);
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
	place_write_id(p, 1);
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
	place_refuses(p, -EPERM, "must not be a link");
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(unlink(p->path), 0);

	place_write_id(p, 1);
	assert_int_equal(link(p->path, other), 0);
	place_refuses(p, -EPERM, "must belong to this user alone");
	assert_int_equal(unlink(other), 0);
	assert_int_equal(place_read_id(p), 1);
}

static void only_files_are_files(void **state)
{
	struct place *p = *state;

	assert_int_equal(mkfifo(p->path, 0600), 0);
	place_refuses(p, -ENOEXEC, "not a state file");
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	place_refuses(p, -EISDIR, "Is a directory");
	assert_int_equal(rmdir(p->path), 0);
}

static void files_others_may_write_are_refused(void **state)
{
	struct place *p = *state;

	place_write_id(p, 1);
	assert_int_equal(chmod(p->path, 0620), 0);
	place_refuses(p, -EPERM, "must belong to this user alone");
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
	place_write_id(p, 1);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(rmdir(dir), 0);
	snprintf(p->path, sizeof(p->path), "%s/a/b/state", p->dir);
	place_refuses(p, -ENOENT, "No such file or directory");
}

/* Ticks stand still for whoever sets them, and go on for whoever resets. */
static void virtual_clock_is_kept(void **state)
{
	struct place *p = *state;
	struct store *s = place_store(p);
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

	s = place_store(p);
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
	struct store *s = place_store(p);
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
	struct store *a = place_store(p), *b = place_store(p);
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
	struct store *s = place_store(p);
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

/* Bytes of the file that the kernel keeps in memory. */
static int64_t bytes_in_memory(const char *path, int64_t size)
{
	int64_t page = sysconf(_SC_PAGESIZE), n = 0, pages = size / page;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t *there = calloc((size_t)pages, 1);
	void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);

	assert_true(fd >= 0 && there && map != MAP_FAILED);
	assert_int_equal(mincore(map, (size_t)size, there), 0);
	for (int64_t i = 0; i < pages; i++)
		n += there[i] & 1;
	munmap(map, (size_t)size);
	free(there);
	close(fd);
	return n * page;
}

/* The rest is a hole, and nobody reads ahead in it. */
static void no_more_is_in_memory_than_has_room(void **state)
{
	struct place *p = *state;
	struct stat st;

	place_write_id(p, 4711);
	assert_int_equal(stat(p->path, &st), 0);
	assert_true(bytes_in_memory(p->path, st.st_size) <=
		    (int64_t)st.st_blocks * 512);
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
	place_refuses(p, -EFBIG, "File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(place_read_id(p), 0);
}

/* Stays in the state again and again, counting, until it is killed. */
static void stay_again_and_again(const struct place *p,
				 volatile uint32_t *stays)
{
	struct store *s = NULL;
	struct fw fw = { 0 };
	char why[256];

	if (store_open(&s, p->path, why, sizeof(why)))
		_exit(1);
	while (store_enter(s, &fw, NULL) == 0) {
		++*stays;
		usleep(100);
		store_leave(s, &fw);
	}
	_exit(2);
}

/* A child that hardly ever leaves does not shut others out. */
static void who_comes_again_leaves_a_turn(void **state)
{
	struct place *p = *state;
	volatile uint32_t *stays =
		mmap(NULL, sizeof(*stays), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint32_t began, passed = 0;
	pid_t child;

	assert_true(stays != MAP_FAILED);
	assert_int_equal(place_read_id(p), 0);
	child = fork();
	if (child == 0)
		stay_again_and_again(p, stays);
	for (int i = 0; i < 50; i++) {
		usleep(1500);
		began = *stays;
		place_write_id(p, (uint16_t)i);
		passed += *stays - began;
	}
	assert_in_range(passed, 0, 150);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	munmap((void *)(uintptr_t)stays, sizeof(*stays));
}

/* The owner of another handle begins, told as process @pid. */
static struct store *begin_live(struct place *p, uint32_t pid)
{
	const struct live_counts counts = { .pid = pid };
	struct store *s = place_store(p);
	struct fw fw = { 0 };

	assert_int_equal(store_live_begin(s, &counts), -EINVAL);
	assert_int_equal(store_enter(s, &fw, NULL), 0);
	assert_int_equal(store_live_begin(s, &counts), 0);
	store_leave(s, &fw);
	fw_fini(&fw);
	return s;
}

static void who_carries_is_told_from_the_beginning(void **state)
{
	struct place *p = *state;
	struct store *asks = place_store(p), *live;
	struct live_counts counts = { 0 };
	struct fw fw = { 0 };

	for (uint32_t pid = 7; pid < 9; pid++) {
		live = begin_live(p, pid);
		assert_int_equal(store_enter(asks, &fw, NULL), 0);
		assert_true(store_live_ask(asks, &counts));
		assert_int_equal(counts.pid, pid);
		assert_int_equal(store_live_begin(asks, &counts), -EBUSY);
		store_close(live);
		assert_false(store_live_ask(asks, &counts));
		store_leave(asks, &fw);
	}
	store_close(asks);
	fw_fini(&fw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(commits_stay),
		PLACE_TEST(leaving_takes_back),
		PLACE_TEST(the_next_takes_back_what_the_dead_left),
		PLACE_TEST(file_is_private),
		PLACE_TEST(links_are_not_followed),
		PLACE_TEST(only_files_are_files),
		PLACE_TEST(files_others_may_write_are_refused),
		PLACE_TEST(default_directory_is_the_users_own),
		PLACE_TEST(path_is_chosen_by_the_environment),
		PLACE_TEST(missing_directory_is_made),
		PLACE_TEST(virtual_clock_is_kept),
		PLACE_TEST(removal_is_noticed),
		PLACE_TEST(resets_by_others_are_noticed),
		PLACE_TEST(room_is_taken_once),
		PLACE_TEST(no_more_is_in_memory_than_has_room),
		PLACE_TEST(file_size_limit_is_an_error),
		PLACE_TEST(who_comes_again_leaves_a_turn),
		PLACE_TEST(who_carries_is_told_from_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
