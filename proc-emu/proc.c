/* The table of old /proc files. */
#include "proc-emu/proc.h"

#include <errno.h>
#include <string.h>

#include "proc-emu/render.h"

enum {
	IN_1_3 = 1 << ERA_1_3,
	IN_2_0 = 1 << ERA_2_0,
	IN_2_2 = 1 << ERA_2_2,
	IN_ALL = IN_1_3 | IN_2_0 | IN_2_2,
};

/* Bytes that one read of whole lines gives at most. */
enum { WHOLE_MAX = 3072 };

struct proc_file {
	const char *path; /* below /proc */
	uint8_t eras;     /* enum fw_era, a bit each */
	uint16_t mode;
	proc_render *render;
};

static const struct proc_file files[] = {
	{ "ksyms", IN_2_0 | IN_2_2, 0444, proc_ksyms },
	{ "modules", IN_ALL, 0444, proc_modules },
	{ "net/ip_acct", IN_1_3 | IN_2_0, 0644, proc_rules20 },
	{ "net/ip_autofw", IN_2_0, 0444, proc_autofw },
	{ "net/ip_block", IN_1_3, 0644, proc_rules20 },
	{ "net/ip_forward", IN_1_3 | IN_2_0, 0644, proc_rules20 },
	{ "net/ip_fwchains", IN_2_2, 0600, proc_fwchains },
	{ "net/ip_fwnames", IN_2_2, 0600, proc_fwnames },
	{ "net/ip_input", IN_2_0, 0644, proc_rules20 },
	{ "net/ip_masq/app", IN_2_2, 0444, proc_masq_app },
	{ "net/ip_masq/autofw", IN_2_2, 0444, proc_autofw },
	{ "net/ip_masq/icmp", IN_2_2, 0444, proc_masq_proto },
	{ "net/ip_masq/mfw", IN_2_2, 0444, proc_mfw },
	{ "net/ip_masq/portfw", IN_2_2, 0444, proc_portfw },
	{ "net/ip_masq/tcp", IN_2_2, 0444, proc_masq_proto },
	{ "net/ip_masq/udp", IN_2_2, 0444, proc_masq_proto },
	{ "net/ip_masq_app", IN_2_0, 0444, proc_masq_app },
	{ "net/ip_masquerade", IN_2_0 | IN_2_2, 0444, proc_masquerade },
	{ "net/ip_masquerade", IN_1_3, 0444, proc_masquerade_1_3 },
	{ "net/ip_output", IN_2_0, 0644, proc_rules20 },
	{ "net/ip_portfw", IN_2_0, 0444, proc_portfw20 },
	{ "sys/kernel/modprobe", IN_2_2, 0644, proc_sysctl },
	{ "sys/kernel/osrelease", IN_ALL, 0444, proc_kernel },
	{ "sys/kernel/ostype", IN_ALL, 0444, proc_kernel },
	{ "sys/kernel/version", IN_ALL, 0444, proc_kernel },
	{ "sys/net/ipv4/ip_always_defrag", IN_2_2, 0644, proc_sysctl },
	{ "sys/net/ipv4/ip_dynaddr", IN_2_0 | IN_2_2, 0644, proc_sysctl },
	{ "sys/net/ipv4/ip_forward", IN_ALL, 0644, proc_sysctl },
	{ "sys/net/ipv4/ip_masq_debug", IN_2_2, 0644, proc_sysctl },
	{ "sys/net/ipv4/ip_masq_udp_dloose", IN_2_2, 0644, proc_sysctl },
	{ "version", IN_ALL, 0444, proc_kernel },
};

enum { FILES = sizeof(files) / sizeof(files[0]) };

static bool file_there(const struct proc_source *src,
		       const struct proc_file *file)
{
	if (!(file->eras >> src->era(src->ctx) & 1))
		return false;
	return !src->has || src->has(src->ctx, file->path);
}

static const struct proc_file *file_find(const struct proc_source *src,
					 const char *path)
{
	for (int i = 0; i < FILES; i++)
		if (strcmp(files[i].path, path) == 0 &&
		    file_there(src, &files[i]))
			return &files[i];
	return NULL;
}

int proc_read(const struct proc_source *src, const char *path, bool zero,
	      struct text *out)
{
	const struct proc_file *file = file_find(src, path);
	int err;

	if (!file)
		return -ENOENT;
	err = src->unreadable ? src->unreadable(src->ctx, path) : 0;
	if (err)
		return err < 0 ? err : 0;
	err = file->render(src, path, zero, out);
	return err ? err : out->bad ? -ENOMEM : 0;
}

int proc_write(const struct proc_source *src, const char *path,
	       const char *text)
{
	const struct proc_file *file = file_find(src, path);

	if (!file)
		return -ENOENT;
	if (file->render != proc_sysctl || !src->sysctl_set)
		return -EACCES;
	return src->sysctl_set(src->ctx, path, text);
}

void proc_each(const struct proc_source *src,
	       void (*path)(void *ctx, const char *path), void *ctx)
{
	for (int i = 0; i < FILES; i++)
		if (!src || file_there(src, &files[i]))
			path(ctx, files[i].path);
}

/* The packet filters' files from 2.0 on; 1.3 split lines. */
static bool gives_whole_lines(const char *path, enum fw_era era)
{
	for (int i = 0; i < FILES; i++)
		if (strcmp(files[i].path, path) == 0)
			return files[i].render == proc_fwchains ||
			       files[i].render == proc_fwnames ||
			       (files[i].render == proc_rules20 &&
				era != ERA_1_3);
	return false;
}

/* A reader with no room for a line gets what there is room for: the original
 * gave nothing, and who reads until a block of his own is full, as diff does,
 * took that for the end. */
size_t proc_piece(const char *path, enum fw_era era, const char *text,
		  size_t left, size_t room)
{
	bool whole = gives_whole_lines(path, era);
	size_t n;

	if (whole && room > WHOLE_MAX)
		room = WHOLE_MAX;
	if (left <= room)
		return left;
	for (n = room; whole && n > 0 && text[n - 1] != '\n';)
		n--;
	return n ? n : room;
}

uint16_t proc_mode(const char *path)
{
	for (int i = 0; i < FILES; i++)
		if (strcmp(files[i].path, path) == 0)
			return files[i].mode;
	return 0;
}
