/* The only reader of a clock in the project. */
#include "libcompat/clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t clock_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

ticks_t clock_ticks(void)
{
	return (ticks_t)(clock_ns() / (1000000000 / HZ));
}

int64_t clock_date(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	return t.tv_sec;
}

void clock_boot_id(char id[CLOCK_BOOT_ID])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	memset(id, 0, CLOCK_BOOT_ID);
	if (fd < 0)
		return;
	n = read(fd, id, CLOCK_BOOT_ID - 1);
	close(fd);
	if (n != CLOCK_BOOT_ID - 1)
		memset(id, 0, CLOCK_BOOT_ID);
}
