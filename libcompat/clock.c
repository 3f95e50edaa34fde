/* The only reader of a clock in the project. */
#include "libcompat/clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

ticks_t clock_ticks(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (ticks_t)((uint64_t)t.tv_sec * HZ +
			 (uint64_t)t.tv_nsec / (1000000000 / HZ));
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
