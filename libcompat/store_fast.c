/* Finding the map of a fast path, and telling the state what it did. */
#include "libcompat/store_fast.h"

#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fast_map.h"
#include "engine/fast.h"
#include "engine/fast_birth.h"
#include "engine/fast_lines.h"
#include "engine/state.h"
#include "libcompat/clock.h"

enum {
	PAGE = 4096,
	NEW_ENTRIES = 8192, /* that one stay may make */
	MOMENT_NS = 2000,   /* longer than the filter is at one packet */
	BIRTHS = 256, /* whose traces fit into a processor's nearer caches */
};

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Whether the kernel's map looks like one; what is in it is asked later. */
static int is_ours(int fd)
{
	struct bpf_map_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 &&
	       info.type == BPF_MAP_TYPE_ARRAY &&
	       info.max_entries == FAST_LINES && info.value_size == FAST_LINE &&
	       info.map_flags & BPF_F_MMAPABLE;
}

/* Maps the beginning of the kernel's map of that number. NULL: there is none,
 * or it is no fast path's. */
static struct fast_ctl *map_of(uint32_t id, uint32_t bytes)
{
	struct fast_ctl *map = MAP_FAILED;
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	fd = bpf(BPF_MAP_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return NULL;
	if (is_ours(fd))
		map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   0);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	if (map->magic == FAST_MAGIC)
		return map;
	munmap(map, bytes);
	return NULL;
}

void store_fast_end(struct store_fast *f)
{
	if (f->map && !f->kept)
		munmap(f->map, f->bytes);
	*f = (struct store_fast){ 0 };
}

/* Bytes of a map that a stay in the state needs: the ways of all entries. */
static uint32_t bytes_for(const struct fw *fw)
{
	uint32_t entries = fw->st->table[FW_T_MASQ].used + NEW_ENTRIES;
	uint32_t lines = FAST_WAY_AT + 2 * entries;

	if (lines > FAST_PATTERN_AT)
		lines = FAST_PATTERN_AT;
	return (lines * FAST_LINE + PAGE - 1) / PAGE * PAGE;
}

/* A number that nobody has any more was left behind. */
static void find(struct store_fast *f, const struct fw *fw, uint32_t *id)
{
	uint32_t bytes = bytes_for(fw);

	if (f->kept)
		*id = f->id;
	if (*id == f->id && (f->kept || !f->map || f->bytes >= bytes))
		return;
	store_fast_end(f);
	f->map = *id ? map_of(*id, bytes) : NULL;
	f->bytes = bytes;
	if (!f->map)
		*id = 0;
	f->id = *id;
}

/* Packets that are just being carried are told, too. */
static void let_pass(void)
{
	uint64_t from = clock_ns();

	while (clock_ns() - from < MOMENT_NS)
		;
}

void store_fast_join(struct store_fast *f, struct fw *fw, uint32_t *id)
{
	find(f, fw, id);
	fw->fast = f->map;
	if (!f->map)
		return;
	fw->fast_keeps = f->kept;
	fw->fast_held = fw->fast_making = fw->fast_absorbing = false;
	if (fast_ports(f->map)->inside)
		fast_recover(fw);
	fast_ports(f->map)->inside = 1;
	if (!f->kept && fast_shut(f->map))
		let_pass();
}

bool store_fast_absorb(const struct store_fast *f, struct fw *fw)
{
	return f->map && fast_absorb(fw, BIRTHS);
}

void store_fast_fold(const struct store_fast *f, struct fw *fw)
{
	if (f->map && !f->kept)
		fast_fold(fw);
}

void store_fast_settle(const struct store_fast *f)
{
	if (f->map)
		fast_settle(f->map);
}

void store_fast_leave(const struct store_fast *f, bool whole)
{
	if (f->map && whole)
		fast_ports(f->map)->inside = 0;
}

void store_fast_keep(struct store_fast *f, struct fw *fw, uint32_t *header_id,
		     struct fast_ctl *map, uint32_t id)
{
	store_fast_end(f);
	if (map)
		*f = (struct store_fast){ map, id, 0, true };
	*header_id = f->id;
	fw->fast = map;
	fw->fast_keeps = map != NULL;
	if (map)
		fast_serve(fw);
}
