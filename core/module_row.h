/* A loaded module of the old kernel, as a line of /proc/modules shows it. */
#ifndef CORE_MODULE_ROW_H
#define CORE_MODULE_ROW_H

#include <stdbool.h>
#include <stdint.h>

struct module_row {
	const char *name; /* borrowed */
	uint32_t size;    /* bytes */
	int32_t uses;     /* use count */
	bool autoclean;   /* the kernel loaded it itself */
	bool was_used;    /* false: never since it was loaded */
};

#endif
