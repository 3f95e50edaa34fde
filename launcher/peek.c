/* Reads and writes other processes' memory. */
#include "launcher/peek.h"

#include <string.h>
#include <sys/uio.h>

enum { PAGE = 4096 }; /* what is mapped is so in whole pages at least */

bool peek(pid_t pid, uint64_t from, void *to, size_t n)
{
	struct iovec here = { to, n };
	struct iovec there = { (void *)(uintptr_t)from, n };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

bool poke(pid_t pid, uint64_t to, void *from, size_t n)
{
	struct iovec here = { from, n };
	struct iovec there = { (void *)(uintptr_t)to, n };

	return process_vm_writev(pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

bool peek_string(pid_t pid, uint64_t from, char *to, size_t n)
{
	size_t used = 0;

	while (used < n) {
		size_t part = PAGE - (size_t)((from + used) % PAGE);

		if (part > n - used)
			part = n - used;
		if (!peek(pid, from + used, to + used, part))
			return false;
		if (memchr(to + used, '\0', part))
			return true;
		used += part;
	}
	return false;
}
