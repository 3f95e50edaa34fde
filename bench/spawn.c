/*
 * How long programs take from fork to their end, in microseconds:
 *
 *   spawn COUNT [@NAMESPACE] PROGRAM ARG... [-- [@NAMESPACE] PROGRAM ARG...]...
 *
 * A line for each program: the middle one of COUNT runs, and where the middle
 * half of them begins and ends. Several take turns, so that what else the
 * machine does goes to all of them; each in the network namespace whose file is
 * named, if one is. What they print is thrown away. Without arguments it does
 * nothing.
 */
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 10000, MAX_PROGRAMS = 4 };

struct program {
	char **argv;
	int ns; /* or -1 */
	double took[MAX_RUNS];
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Microseconds of one run; negative: it failed. */
static double run(const struct program *p,
		  const posix_spawn_file_actions_t *quietly)
{
	double start;
	int status;
	pid_t pid;

	if (p->ns >= 0 && setns(p->ns, CLONE_NEWNET))
		return -1;
	start = now_us();
	if (posix_spawn(&pid, p->argv[0], quietly, NULL, p->argv, environ) ||
	    waitpid(pid, &status, 0) != pid || status)
		return -1;
	return now_us() - start;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The programs, apart; how many, or 0. */
static int divide(char **argv, struct program *programs)
{
	int n = 0;

	while (*argv && n < MAX_PROGRAMS) {
		struct program *p = &programs[n++];

		p->ns = -1;
		if (**argv == '@') {
			p->ns = open(*argv++ + 1, O_RDONLY | O_CLOEXEC);
			if (p->ns < 0)
				return 0;
		}
		p->argv = argv;
		while (*argv && strcmp(*argv, "--") != 0)
			argv++;
		if (!p->argv[0] || p->argv == argv)
			return 0;
		if (*argv)
			*argv++ = NULL;
	}
	return *argv ? 0 : n;
}

int main(int argc, char **argv)
{
	static struct program programs[MAX_PROGRAMS];
	posix_spawn_file_actions_t quietly;
	int n, runs;

	if (argc < 3)
		return 0;
	runs = (int)strtol(argv[1], NULL, 10);
	n = divide(argv + 2, programs);
	if (runs < 1 || runs > MAX_RUNS || !n)
		return 2;
	posix_spawn_file_actions_init(&quietly);
	posix_spawn_file_actions_addopen(&quietly, STDOUT_FILENO, "/dev/null",
					 O_WRONLY, 0);
	for (int i = 0; i < runs * n; i++) {
		struct program *p = &programs[i % n];
		double took = run(p, &quietly);

		if (took < 0) {
			fprintf(stderr, "spawn: %s failed\n", p->argv[0]);
			return 1;
		}
		p->took[i / n] = took;
	}
	for (int i = 0; i < n; i++) {
		double *took = programs[i].took;

		qsort(took, (size_t)runs, sizeof(took[0]), by_size);
		printf("%.1f", took[runs / 2]);
		if (n > 1)
			printf(" %.1f %.1f", took[runs / 4],
			       took[runs * 3 / 4]);
		printf("\n");
	}
	return 0;
}
