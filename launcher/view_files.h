/* The file system's calls on open files: see fuse_lowlevel.h. */
#ifndef LAUNCHER_VIEW_FILES_H
#define LAUNCHER_VIEW_FILES_H

#include "launcher/view_tree.h"

void view_file_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void view_file_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi);
void view_file_write(fuse_req_t req, fuse_ino_t ino, const char *buf,
		     size_t size, off_t off, struct fuse_file_info *fi);
void view_file_release(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi);

#endif
