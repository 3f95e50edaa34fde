/* A program and all that it starts: a guard holds them together. */
#include "launcher/family.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMESPACE_INIT = 1 };

int family_adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) ? -errno : 0;
}

/* Sends SIGKILL to every child there is now. Whether there was one. */
static bool kill_children(void)
{
	char path[64];
	FILE *f;
	pid_t child;
	bool any = false;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fscanf(f, "%d", &child) == 1)
		any = kill(child, SIGKILL) == 0 || any;
	fclose(f);
	return any;
}

/* Those whose parent is killed come up a generation: so round by round. */
void family_end(void)
{
	while (kill_children())
		while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
			;
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int family_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status)
					: WEXITSTATUS(wait_status);
}

/* Until the program has ended or somebody wants it to; its status. */
static int watch_over(pid_t program, const sigset_t *waited)
{
	int sig, status;
	pid_t gone;

	for (;;) {
		if (sigwait(waited, &sig))
			continue;
		if (sig != SIGCHLD)
			return 128 + sig;
		while ((gone = waitpid(-1, &status, WNOHANG)) > 0)
			if (gone == program)
				return family_status(status);
	}
}

static _Noreturn void guard(void (*start)(void *), void *ctx, pid_t launcher)
{
	sigset_t waited, before;
	pid_t program;
	int status;

	sigemptyset(&waited);
	sigaddset(&waited, SIGCHLD);
	sigaddset(&waited, SIGTERM);
	sigaddset(&waited, SIGHUP);
	sigprocmask(SIG_BLOCK, &waited, &before);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* 0: the launcher is in another process namespace. */
	if ((getppid() != launcher && getppid() != 0) || family_adopt())
		_exit(126);
	program = fork();
	if (program == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		start(ctx);
		_exit(126);
	}
	/* What the keyboard sends is for the program, not for its guard. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	status = program < 0 ? 126 : watch_over(program, &waited);
	if (getpid() != NAMESPACE_INIT) /* whose end is all others', too */
		family_end();
	_exit(status);
}

pid_t family_start(void (*start)(void *ctx), void *ctx)
{
	pid_t self = getpid(), pid = fork();

	if (pid == 0)
		guard(start, ctx, self);
	return pid < 0 ? -errno : pid;
}
