/* The file system's calls on directories: see fuse_lowlevel.h. */
#ifndef LAUNCHER_VIEW_LIST_H
#define LAUNCHER_VIEW_LIST_H

#include "launcher/view_tree.h"

void view_list_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void view_list_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi);
void view_list_release(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi);

#endif
