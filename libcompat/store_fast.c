/* Finding the map of a fast path, and telling the state what it did. */
#include "libcompat/store_fast.h"

#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/fast_map.h"
#include "engine/fast.h"
#include "engine/fast_birth.h"
#include "engine/fast_lines.h"
#include "engine/state.h"

enum { MAP_BYTES = FAST_LINES * FAST_LINE };

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

/* Maps the kernel's map of that number. NULL: there is none, or it is no fast
 * path's. */
static struct fast_ctl *map_of(uint32_t id)
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
		map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			   fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	if (map->magic == FAST_MAGIC)
		return map;
	munmap(map, MAP_BYTES);
	return NULL;
}

void store_fast_end(struct store_fast *f)
{
	if (f->map && !f->kept)
		munmap(f->map, MAP_BYTES);
	*f = (struct store_fast){ 0 };
}

/* A number that nobody has any more was left behind. */
static void find(struct store_fast *f, uint32_t *id)
{
	if (f->kept)
		*id = f->id;
	if (*id == f->id)
		return;
	store_fast_end(f);
	f->map = *id ? map_of(*id) : NULL;
	if (!f->map)
		*id = 0;
	f->id = *id;
}

/* Packets that are just being carried are told, too. */
static void let_pass(void)
{
	const struct timespec moment = { .tv_nsec = 1000 };

	nanosleep(&moment, NULL);
}

void store_fast_join(struct store_fast *f, struct fw *fw, uint32_t *id)
{
	find(f, id);
	fw->fast = f->map;
	if (!f->map)
		return;
	fw->fast_held = fw->fast_making = fw->fast_absorbing = false;
	if (fast_ports(f->map)->inside)
		fast_recover(fw);
	fast_ports(f->map)->inside = 1;
	if (f->kept)
		return;
	if (fast_shut(f->map))
		let_pass();
	fast_absorb_all(fw);
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
		*f = (struct store_fast){ map, id, true };
	*header_id = f->id;
	fw->fast = map;
	if (map)
		fast_recover(fw);
}
