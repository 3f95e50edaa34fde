/* Loading the filter and putting it at interfaces, by libbpf. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/fast_map.h"
#include "engine/fast.h"
#include "engine/host.h"
#include "gateway/fast.h"
#include "gateway/fast_object.h"

enum {
	SEATS = HOST_IFS,
	PRIORITY = 22,
	HANDLE = 1,
	PROGRAMS = 64, /* as many as the kernel lets sit there */
	MAP_BYTES = FAST_LINES * FAST_LINE,
};

/* BPF_TCX_INGRESS of linux/bpf.h, from Linux 6.6 on. */
static const enum bpf_attach_type tcx_ingress = 46;

static const char name_raw[] = "fast_raw", name_ether[] = "fast_ether";

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
	static const char *const names[] = { name_raw, name_ether };
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

/* The programs at the interface's ingress, in @id. How many. */
static uint32_t programs_at(uint32_t ifindex, uint32_t id[PROGRAMS])
{
	uint32_t n = PROGRAMS;

	return bpf_prog_query((int)ifindex, tcx_ingress, 0, NULL, id, &n) == 0
		       ? n
		       : 0;
}

static bool is_a_filter(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t n = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &n) == 0 &&
	       (!strcmp(info.name, name_raw) || !strcmp(info.name, name_ether));
}

/* A filter whose keeper was killed leaves the interface. */
static void make_room(uint32_t ifindex)
{
	uint32_t id[PROGRAMS], n = programs_at(ifindex, id);

	for (uint32_t i = 0; i < n; i++) {
		int fd = bpf_prog_get_fd_by_id(id[i]);

		if (fd < 0)
			continue;
		if (is_a_filter(fd))
			bpf_prog_detach2(fd, (int)ifindex, tcx_ingress);
		close(fd);
	}
}

/* Kernels before 6.6 know classifiers alone, which cost each packet more. */
static int sit_as_classifier(int program, uint32_t ifindex)
{
	struct bpf_tc_hook hook = { .sz = sizeof(hook),
				    .ifindex = (int)ifindex,
				    .attach_point = BPF_TC_INGRESS };
	struct bpf_tc_opts opts = { .sz = sizeof(opts),
				    .handle = HANDLE,
				    .priority = PRIORITY,
				    .flags = BPF_TC_F_REPLACE,
				    .prog_fd = program };
	int r = bpf_tc_hook_create(&hook);

	return r && r != -EEXIST ? r : bpf_tc_attach(&hook, &opts);
}

/* The hook stays, since others may use it. */
static void rise_as_classifier(uint32_t ifindex)
{
	struct bpf_tc_hook hook = { .sz = sizeof(hook),
				    .ifindex = (int)ifindex,
				    .attach_point = BPF_TC_INGRESS };
	struct bpf_tc_opts opts = { .sz = sizeof(opts),
				    .handle = HANDLE,
				    .priority = PRIORITY };

	bpf_tc_detach(&hook, &opts);
}

int fast_sit(struct fast *f, uint32_t port, uint32_t ifindex, bool ether)
{
	int r;

	if (port >= SEATS)
		return -ENOSPC;
	make_room(ifindex);
	r = bpf_prog_attach(f->program[ether], (int)ifindex, tcx_ingress, 0);
	if (r)
		r = sit_as_classifier(f->program[ether], ifindex);
	if (r == 0)
		f->seat[port] = (struct fast_seat){ ifindex, ether };
	return r;
}

void fast_rise(struct fast *f, uint32_t port)
{
	const struct fast_seat *seat = &f->seat[port % SEATS];

	if (port >= SEATS || !seat->ifindex)
		return;
	if (bpf_prog_detach2(f->program[seat->ether], (int)seat->ifindex,
			     tcx_ingress))
		rise_as_classifier(seat->ifindex);
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
