/* The filter of gateway/fast.bpf.c, compiled for the kernel; the build makes
 * the file that defines it. */
#ifndef GATEWAY_FAST_OBJECT_H
#define GATEWAY_FAST_OBJECT_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t fast_object[];
extern const size_t fast_object_bytes;

#endif
