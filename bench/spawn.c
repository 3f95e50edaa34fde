/*
 * How long a program takes from fork to its end: spawn COUNT PROGRAM ARG...
 * prints the middle one of COUNT runs, in microseconds. What they print is
 * thrown away. Without arguments it does nothing.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 10000 };

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Microseconds of one run; negative: it failed. */
static double run(char *const *argv, const posix_spawn_file_actions_t *quietly)
{
	double start = now_us();
	int status;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], quietly, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) != pid || status)
		return -1;
	return now_us() - start;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t quietly;
	double took[MAX_RUNS];
	int n;

	if (argc < 3)
		return 0;
	n = (int)strtol(argv[1], NULL, 10);
	if (n < 1 || n > MAX_RUNS)
		return 2;
	posix_spawn_file_actions_init(&quietly);
	posix_spawn_file_actions_addopen(&quietly, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	for (int i = 0; i < n; i++) {
		took[i] = run(argv + 2, &quietly);
		if (took[i] < 0) {
			fprintf(stderr, "spawn: %s failed\n", argv[2]);
			return 1;
		}
	}
	qsort(took, (size_t)n, sizeof(took[0]), by_size);
	printf("%.1f\n", took[n / 2]);
	return 0;
}
