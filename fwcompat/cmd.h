/*
 * The subcommands of fwcompat, one file each. Each gets its own argument vector
 * (argv[0] is its name), prints, and returns the exit status; main.c answers
 * --help from the usage text.
 */
#ifndef FWCOMPAT_CMD_H
#define FWCOMPAT_CMD_H

/* 2 is also the status for a command line that could not be understood. */
enum { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2 };

int cmd_check(int argc, char **argv);
int cmd_clock(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_host(int argc, char **argv);
int cmd_live(int argc, char **argv);
int cmd_logd(int argc, char **argv);
int cmd_mount(int argc, char **argv);
int cmd_play(int argc, char **argv);
int cmd_proc(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_reset(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_translate(int argc, char **argv);

extern const char cmd_check_usage[];
extern const char cmd_clock_usage[];
extern const char cmd_compare_usage[];
extern const char cmd_doctor_usage[];
extern const char cmd_graph_usage[];
extern const char cmd_host_usage[];
extern const char cmd_live_usage[];
extern const char cmd_logd_usage[];
extern const char cmd_mount_usage[];
extern const char cmd_play_usage[];
extern const char cmd_proc_usage[];
extern const char cmd_replay_usage[];
extern const char cmd_reset_usage[];
extern const char cmd_run_usage[];
extern const char cmd_send_usage[];
extern const char cmd_status_usage[];
extern const char cmd_top_usage[];
extern const char cmd_translate_usage[];

/* Says where help is; returns CMD_USAGE. */
int cmd_try(const char *name);

/* "fwcompat NAME: TEXT" and where help is; returns CMD_USAGE. */
int cmd_misused(const char *name, const char *text);

/* "fwcompat NAME: " and @why, or where that is empty what -errno @r says;
 * returns CMD_FAILED. */
int cmd_failed(const char *name, int r, const char *why);

struct compat;

/* The state, entered; or NULL, after saying why, as the command @name. */
struct compat *cmd_enter(const char *name);

#endif
