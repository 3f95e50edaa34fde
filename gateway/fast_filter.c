/* Loading the filter and putting it at interfaces, by libbpf. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/fast_map.h"
#include "engine/fast.h"
#include "engine/host.h"
#include "gateway/fast.h"
#include "gateway/fast_object.h"

enum {
	SEATS = HOST_IFS,
	PRIORITY = 22,
	HANDLE = 1,
	MAP_BYTES = FAST_LINES * FAST_LINE,
};

struct fast {
	struct bpf_object *object;
	struct fast_ctl *map;
	uint32_t map_id;
	int program[2]; /* by whether the interface has link addresses */
	struct fast_seat seat[SEATS]; /* by the host's interfaces */
};

/* libbpf's own words go nowhere; errors have theirs. */
static int be_quiet(enum libbpf_print_level level, const char *format,
		    va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

static int load(struct fast *f)
{
	static const char *const names[] = { "fast_raw", "fast_ether" };
	int r;

	libbpf_set_print(be_quiet);
	f->object = bpf_object__open_mem(fast_object, fast_object_bytes, NULL);
	if (!f->object)
		return -errno;
	r = bpf_object__load(f->object);
	for (int i = 0; r == 0 && i < 2; i++) {
		struct bpf_program *p =
			bpf_object__find_program_by_name(f->object, names[i]);

		f->program[i] = p ? bpf_program__fd(p) : -1;
		if (f->program[i] < 0)
			r = -ENOENT;
	}
	return r;
}

static int map(struct fast *f)
{
	int fd = bpf_object__find_map_fd_by_name(f->object, "fast_lines");
	struct bpf_map_info info = { 0 };
	uint32_t n = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &n))
		return -errno;
	f->map_id = info.id;
	f->map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      0);
	if (f->map == MAP_FAILED) {
		f->map = NULL;
		return -errno;
	}
	fast_init(f->map);
	return 0;
}

int fast_start(struct fast **fp, char *why, size_t n)
{
	struct fast *f = calloc(1, sizeof(*f));
	int r = f ? load(f) : -ENOMEM;

	if (r == 0)
		r = map(f);
	if (r) {
		snprintf(why, n, "the packet filter cannot be loaded: %s",
			 strerror(-r));
		fast_stop(f);
		return r;
	}
	*fp = f;
	return 0;
}

int fast_sit(struct fast *f, uint32_t port, uint32_t ifindex, bool ether)
{
	struct bpf_tc_hook hook = { .sz = sizeof(hook),
				    .ifindex = (int)ifindex,
				    .attach_point = BPF_TC_INGRESS };
	struct bpf_tc_opts opts = { .sz = sizeof(opts),
				    .handle = HANDLE,
				    .priority = PRIORITY,
				    .flags = BPF_TC_F_REPLACE,
				    .prog_fd = f->program[ether] };
	int r;

	if (port >= SEATS)
		return -ENOSPC;
	r = bpf_tc_hook_create(&hook);
	if (r && r != -EEXIST)
		return r;
	r = bpf_tc_attach(&hook, &opts);
	if (r == 0)
		f->seat[port] = (struct fast_seat){ ifindex, ether };
	return r;
}

/* The hook stays, since others may use it. */
void fast_rise(struct fast *f, uint32_t port)
{
	struct bpf_tc_hook hook = { .sz = sizeof(hook),
				    .attach_point = BPF_TC_INGRESS };
	struct bpf_tc_opts opts = { .sz = sizeof(opts),
				    .handle = HANDLE,
				    .priority = PRIORITY };

	if (port >= SEATS || !f->seat[port].ifindex)
		return;
	hook.ifindex = (int)f->seat[port].ifindex;
	bpf_tc_detach(&hook, &opts);
	f->seat[port].ifindex = 0;
}

struct fast_seat fast_seat(const struct fast *f, uint32_t port)
{
	return port < SEATS ? f->seat[port] : (struct fast_seat){ 0 };
}

void fast_stop(struct fast *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < SEATS; i++)
		fast_rise(f, i);
	if (f->map)
		munmap(f->map, MAP_BYTES);
	bpf_object__close(f->object);
	free(f);
}

struct fast_ctl *fast_map(const struct fast *f)
{
	return f->map;
}

uint32_t fast_map_id(const struct fast *f)
{
	return f->map_id;
}

int fast_program(const struct fast *f, bool ether)
{
	return f->program[ether];
}
