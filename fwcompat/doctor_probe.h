/*
 * What a machine allows, found out without changing it: each question is asked
 * by a process that ends with the answer, where it has to be in namespaces of
 * its own.
 */
#ifndef FWCOMPAT_DOCTOR_PROBE_H
#define FWCOMPAT_DOCTOR_PROBE_H

/* The parts of it that something here needs. */
enum machine_part {
	PART_NAMESPACES,
	PART_FUSE,
	PART_NOTIFY,
	PART_OLD32,
	PART_XTABLES,
	PART_CONNTRACK,
	PART_NFLOG,
	PART_NFQUEUE,
	PART_BPF,
	PART_COUNT,
};

enum part_state {
	PART_WORKS,
	PART_LOADABLE, /* a module that is not loaded */
	PART_MISSING,
	PART_UNKNOWN, /* this user cannot tell */
};

enum part_state doctor_probe(enum machine_part part);

/* The kernel module that brings the part, or "". */
const char *doctor_module(enum machine_part part);

#endif
