/* What the old kernels call themselves. */
#include "core/era.h"

static const struct {
	const char *release, *build;
} kernels[ERA_COUNT] = {
	[ERA_2_2] = { "2.2.26", "#1 Wed Feb 25 12:00:00 UTC 2004" },
	[ERA_2_0] = { "2.0.40", "#1 Sun Feb 8 12:00:00 UTC 2004" },
	[ERA_1_3] = { "1.3.56", "#1 Fri Jan 12 12:00:00 UTC 1996" },
};

const char *era_release(enum fw_era era)
{
	return kernels[era].release;
}

const char *era_build(enum fw_era era)
{
	return kernels[era].build;
}
