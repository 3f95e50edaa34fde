/*
 * A state file that somebody scribbled over: whoever opens it gets an error or
 * a state that can be worked with, never a crash. The input is a list of
 * patches: where from (a byte), offset there (3), length (a byte), bytes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/state.h"
#include "libcompat/store.h"
#include "tests/unit/ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, OPERATIONS = 40 };

/* The file as it is, and as it was when it was whole: only pages with data. */
static struct image {
	char path[64];
	int fd;
	size_t size;
	uint8_t *map, *copy, *used; /* .used: a byte a page */
} image;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	_exit(1);
}

static void no_row(void *ctx, const void *row)
{
	(void)row;
	++*(uint32_t *)ctx;
}

/* One for each type of row: they are called with that type. */
static void chain_row(void *ctx, const struct fw_chain_row *row)
{
	no_row(ctx, row);
}

static void rule_row(void *ctx, const struct fw_rule_row *row)
{
	no_row(ctx, row);
}

static void rule20_row(void *ctx, const struct fw20_rule_row *row)
{
	no_row(ctx, row);
}

static void masq_row(void *ctx, const struct masq_row *row)
{
	no_row(ctx, row);
}

static void list_all(struct fw *fw)
{
	uint32_t rows = 0;

	chains_each(fw, chain_row, &rows);
	rules_each(fw, false, rule_row, &rows);
	for (int i = 0; i < FW20_LISTS; i++)
		list_each(fw, (enum fw20_list)i, false, rule20_row, &rows);
	masq_each(fw, fw->st->g.now, masq_row, &rows);
}

/* Opens, lists, works, and takes it all back. */
static void use_store(uint32_t seed, int operations)
{
	struct store *s;
	struct fw fw = { 0 };
	char why[512];

	if (store_open(&s, image.path, why, sizeof(why)))
		return;
	if (store_enter(s, &fw, NULL) == 0) {
		list_all(&fw);
		while (operations--)
			ops_do(&fw, &seed);
		list_all(&fw);
	}
	store_close(s);
	fw_fini(&fw);
}

static void make_whole(void)
{
	uint32_t seed = 1;
	struct store *s;
	struct fw fw = { 0 };
	char why[512];

	must(!store_open(&s, image.path, why, sizeof(why)), why);
	must(!store_enter(s, &fw, NULL), "enter");
	must(!store_set_virtual(s, 0), "clock");
	for (int i = 0; i < 300; i++)
		ops_do(&fw, &seed);
	must(!store_set_virtual(s, fw.st->g.now), "clock");
	store_commit(s, &fw);
	store_close(s);
	fw_fini(&fw);
}

static void take_image(void)
{
	struct stat st;
	off_t at = 0;

	image.fd = open(image.path, O_RDWR | O_CLOEXEC);
	must(image.fd >= 0 && !fstat(image.fd, &st), image.path);
	image.size = (size_t)st.st_size;
	image.map = mmap(NULL, image.size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 image.fd, 0);
	image.copy = mmap(NULL, image.size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	image.used = calloc(image.size / PAGE + 1, 1);
	must(image.map != MAP_FAILED && image.copy != MAP_FAILED && image.used,
	     "memory");
	while ((at = lseek(image.fd, at, SEEK_DATA)) >= 0) {
		off_t end = lseek(image.fd, at, SEEK_HOLE);

		for (at -= at % PAGE; at < end; at += PAGE) {
			memcpy(image.copy + at, image.map + at, PAGE);
			image.used[at / PAGE] = 1;
		}
	}
}

static void restore_image(void)
{
	if (ftruncate(image.fd, (off_t)image.size))
		abort();
	for (size_t i = 0; i < image.size / PAGE; i++) {
		uint8_t *is = image.map + i * PAGE;
		const uint8_t *was = image.copy + i * PAGE;

		if (image.used[i] && memcmp(is, was, PAGE))
			memcpy(is, was, PAGE);
	}
}

/* Where patches are counted from: the header, the journal's index and its old
 * blocks, parts of the state. */
static size_t region(uint8_t which)
{
	static const size_t parts[] = {
		offsetof(struct fw_state, g),
		offsetof(struct fw_state, table),
		offsetof(struct fw_state, host),
		offsetof(struct fw_state, chains),
		offsetof(struct fw_state, lists),
		offsetof(struct fw_state, helpers),
		offsetof(struct fw_state, modules),
		offsetof(struct fw_state, masq),
		offsetof(struct fw_state, fwd),
		offsetof(struct fw_state, chain),
		offsetof(struct fw_state, rule),
		offsetof(struct fw_state, rule20),
		offsetof(struct fw_state, forward),
		offsetof(struct fw_state, entry),
	};
	enum { PARTS = sizeof(parts) / sizeof(parts[0]) };
	size_t state = image.size - sizeof(struct fw_state);

	switch (which % (PARTS + 2)) {
	case PARTS:
		return 0;
	case PARTS + 1:
		return PAGE;
	default:
		return state + parts[which % (PARTS + 2)];
	}
}

static void patch(const uint8_t *data, size_t size)
{
	while (size > 5) {
		size_t at = region(data[0]) +
			    (data[1] | data[2] << 8 | (data[3] & 3) << 16);
		size_t n = data[4] % 65;

		data += 5;
		size -= 5;
		if (n > size)
			n = size;
		if (at <= image.size && n <= image.size - at &&
		    image.used[at / PAGE] && image.used[(at + n) / PAGE])
			must(pwrite(image.fd, data, n, (off_t)at) == (ssize_t)n,
			     "patch");
		data += n;
		size -= n;
	}
}

static void remove_file(void)
{
	unlink(image.path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!image.map) {
		snprintf(image.path, sizeof(image.path),
			 "/dev/shm/fuzz_store.%d", (int)getpid());
		atexit(remove_file);
		make_whole();
		take_image();
	}
	patch(data, size);
	use_store(size ? 1 + data[0] : 1, OPERATIONS);
	restore_image();
	return 0;
}
