/* fwcompat mount: the old /proc files as a file system. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fwcompat/cmd.h"
#include "launcher/view_fs.h"

const char cmd_mount_usage[] =
	"fwcompat mount DIR\n"
	"\n"
	"Shows the old kernel's /proc files below the directory DIR, as they "
	"are at\n"
	"each moment: DIR/net/ip_masquerade, DIR/sys/net/ipv4/ip_forward, ... "
	"It\n"
	"stays until Ctrl-C, SIGTERM, or `umount DIR' (`fusermount3 -u DIR').\n"
	"Mounted by root, everybody may look.\n";

static int ends_by_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void serve(struct view_fs *fs, int signals)
{
	struct pollfd fds[2] = { { view_fs_fd(fs), POLLIN, 0 },
				 { signals, POLLIN, 0 } };

	while (!fds[1].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents && view_fs_serve(fs))
			return;
	}
}

int cmd_mount(int argc, char **argv)
{
	const int real[VIEW_BLENDS] = { -1, -1, -1 };
	struct view_fs *fs;
	struct stat st;
	int r, signals;

	if (argc != 2)
		return cmd_misused("mount", "takes one directory");
	r = stat(argv[1], &st) ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	if (r) {
		fprintf(stderr, "fwcompat mount: %s: %s\n", argv[1],
			strerror(r));
		return CMD_FAILED;
	}
	signals = ends_by_signal();
	r = view_fs_open(&fs, argv[1], geteuid() == 0, real, NULL);
	if (r)
		return cmd_failed("mount", r,
				  "no file system in user space here: it "
				  "takes /dev/fuse, and fusermount3 (Debian's "
				  "fuse3) for who is not root");
	view_fs_show(fs);
	serve(fs, signals);
	view_fs_close(fs);
	close(signals);
	return CMD_OK;
}
