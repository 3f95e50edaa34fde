/* What stands in for the fast path where it cannot be built. */
#include <errno.h>
#include <stdio.h>

#include "gateway/fast.h"

int fast_start(struct fast **f, char *why, size_t n)
{
	(void)f;
	snprintf(why, n,
		 "this fwcompat was built without libbpf or clang: it "
		 "has no fast path");
	return -EOPNOTSUPP;
}

void fast_stop(struct fast *f)
{
	(void)f;
}

int fast_sit(struct fast *f, uint32_t port, uint32_t ifindex, bool ether)
{
	(void)f;
	(void)port;
	(void)ifindex;
	(void)ether;
	return -EOPNOTSUPP;
}

void fast_rise(struct fast *f, uint32_t port)
{
	(void)f;
	(void)port;
}

struct fast_seat fast_seat(const struct fast *f, uint32_t port)
{
	(void)f;
	(void)port;
	return (struct fast_seat){ 0 };
}

struct fast_ctl *fast_map(const struct fast *f)
{
	(void)f;
	return NULL;
}

uint32_t fast_map_id(const struct fast *f)
{
	(void)f;
	return 0;
}

int fast_program(const struct fast *f, bool ether)
{
	(void)f;
	(void)ether;
	return -1;
}
