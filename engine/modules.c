/* The old kernel's modules. */
#include "engine/modules.h"

#include <errno.h>

#include "engine/state.h"

int module_load(struct fw *fw, const char *name, char *const params[],
		struct text *why)
{
	(void)fw;
	(void)name;
	(void)params;
	(void)why;
	return -ENOENT;
}

int module_unload(struct fw *fw, const char *name)
{
	(void)fw;
	(void)name;
	return -ENOENT;
}

bool module_loaded(const struct fw *fw, const char *name)
{
	(void)fw;
	(void)name;
	return false;
}

bool module_request(struct fw *fw, const char *name)
{
	(void)fw;
	(void)name;
	return false;
}
