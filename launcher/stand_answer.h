/*
 * System calls that look for a file that is not there, or open it to read:
 * answered as if what stands in for it (launcher/stand_in.h) were there.
 */
#ifndef LAUNCHER_STAND_ANSWER_H
#define LAUNCHER_STAND_ANSWER_H

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>

/* Has such calls of 64-bit programs come to the listener of @filter. 0 or
 * -errno. */
int stand_answer_rules(scmp_filter_ctx filter);

/* Answers @req in @resp if a file of the directory @stands stands in for the
 * one it means. False: it is no such call. */
bool stand_answer(int listener, const struct seccomp_notif *req,
		  const char *stands, struct seccomp_notif_resp *resp);

#endif
