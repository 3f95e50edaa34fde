/* A copy of a state file: of its data, hole by hole. */
#include "fwcompat/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy_range(int in, int out, off_t at, off_t end)
{
	if (lseek(out, at, SEEK_SET) < 0)
		return -errno;
	while (at < end) {
		ssize_t n = sendfile(out, in, &at, (size_t)(end - at));

		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
	}
	return 0;
}

static int copy_data(int in, int out)
{
	off_t at = 0, end;
	struct stat st;
	int r = 0;

	if (fstat(in, &st) || ftruncate(out, st.st_size))
		return -errno;
	while (r == 0 && (at = lseek(in, at, SEEK_DATA)) >= 0) {
		end = lseek(in, at, SEEK_HOLE);
		if (end < 0)
			return -errno;
		r = copy_range(in, out, at, end);
		at = end;
	}
	return r;
}

int copy_sparse_to(const char *from, int out)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), r;

	if (in < 0)
		return -errno;
	r = copy_data(in, out);
	close(in);
	return r;
}

int copy_sparse(const char *from, const char *to)
{
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r;

	if (out < 0)
		return -errno;
	r = copy_sparse_to(from, out);
	if (close(out) && !r)
		r = -errno;
	if (r)
		unlink(to);
	return r;
}
