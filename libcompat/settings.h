/*
 * What people set: in /etc/fwcompat.conf (fwcompat.conf(5)), and in the
 * environment, which wins. The one place where either is read for this.
 */
#ifndef LIBCOMPAT_SETTINGS_H
#define LIBCOMPAT_SETTINGS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "core/era.h"

/* What is not set is nought, or "", but for the era. */
struct settings {
	char backend[32];
	char state[PATH_MAX]; /* path of the state file */
	enum fw_era era;      /* of a fresh host; ERA_COUNT: its first tool's */
	uint32_t marks;       /* bits of packets' marks that are ours */
	uint16_t log_group, copy_group; /* of NFLOG: lines, packets */
};

/* 0; -EINVAL: a line or a variable makes no sense, with a sentence in @why that
 * says where it stands; -errno: the file cannot be read. */
int settings_read(struct settings *s, char *why, size_t n);

#endif
