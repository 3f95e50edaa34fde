/* What was put into the kernel's tables last. */
#include "netfilter/book.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	MAGIC = 0x46574E42, /* "FWNB" */
	VERSION = 1,
};

/* The file: this, then for each known table its chains, then its ids. */
struct book_file {
	uint32_t magic, version;
	uint32_t changing; /* stands apart, so that it can be written alone */
	uint32_t generation;
	struct {
		uint32_t known, letter;
		uint64_t digest;
		struct nf_shape shape;
		uint32_t chains, ids;
	} table[NF_TABLES];
};

/* What is still unread of a file. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

/* A copy of the next @n rows of @size bytes; NULL: there are not so many, or no
 * memory. */
static void *take(struct bytes *b, size_t n, size_t size)
{
	void *copy;

	if (n > b->left / size)
		return NULL;
	copy = malloc(n * size + 1);
	if (!copy)
		return NULL;
	memcpy(copy, b->at, n * size);
	b->at += n * size;
	b->left -= n * size;
	return copy;
}

void nf_book_forget(struct nf_book_table *table)
{
	free(table->chain);
	free(table->id);
	*table = (struct nf_book_table){ 0 };
}

static void forget_all(struct nf_book *book)
{
	for (int t = 0; t < NF_TABLES; t++)
		nf_book_forget(&book->table[t]);
}

void nf_book_fini(struct nf_book *book)
{
	forget_all(book);
	if (book->fd >= 0)
		close(book->fd);
	book->fd = -1;
}

/* Whether the chains' rules are ids that are there, and names end. */
static bool chains_ok(const struct nf_book_table *t)
{
	for (uint32_t i = 0; i < t->chains; i++) {
		const struct nf_book_chain *c = &t->chain[i];

		if (c->first > t->ids || c->rules > t->ids - c->first ||
		    !memchr(c->name, '\0', sizeof(c->name)))
			return false;
	}
	return true;
}

static bool parse_table(struct nf_book_table *t, uint32_t chains, uint32_t ids,
			struct bytes *rest)
{
	t->chain = take(rest, chains, sizeof(*t->chain));
	t->id = take(rest, ids, sizeof(*t->id));
	t->chains = chains;
	t->ids = ids;
	t->known = true;
	return t->chain && t->id && chains_ok(t);
}

static bool parse(struct nf_book *book, const struct book_file *f,
		  struct bytes rest)
{
	if (f->magic != MAGIC || f->version != VERSION)
		return false;
	book->changing = f->changing;
	book->generation = f->generation;
	for (int i = 0; i < NF_TABLES; i++) {
		struct nf_book_table *t = &book->table[i];

		if (!f->table[i].known)
			continue;
		t->letter = f->table[i].letter == 'B' ? 'B' : 'A';
		t->digest = f->table[i].digest;
		t->shape = f->table[i].shape;
		if (!parse_table(t, f->table[i].chains, f->table[i].ids, &rest))
			return false;
	}
	return true;
}

/* The bytes of a book that nobody else wrote, which the caller frees; or NULL.
 */
static void *read_file(int fd, size_t *size)
{
	struct stat st;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || st.st_mode & 022 ||
	    st.st_size < (off_t)sizeof(struct book_file))
		return NULL;
	*size = (size_t)st.st_size;
	bytes = malloc(*size);
	if (bytes && pread(fd, bytes, *size, 0) == (ssize_t)*size)
		return bytes;
	free(bytes);
	return NULL;
}

int nf_book_read(struct nf_book *book, const char *path)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	size_t size = 0;
	uint8_t *bytes = read_file(fd, &size);
	bool ok = false;

	*book = (struct nf_book){ .fd = fd };
	if (bytes) {
		struct bytes rest = { bytes + sizeof(struct book_file),
				      size - sizeof(struct book_file) };

		ok = parse(book, (const void *)bytes, rest);
		free(bytes);
	}
	if (!ok) {
		forget_all(book);
		*book = (struct nf_book){ .fd = fd, .changing = fd >= 0 };
	}
	return 0;
}

const struct nf_book_chain *nf_book_chain(const struct nf_book_table *table,
					  const char *name)
{
	for (uint32_t i = 0; i < table->chains; i++)
		if (!strcmp(table->chain[i].name, name))
			return &table->chain[i];
	return NULL;
}

/* All of it, or -errno. */
static int write_at(int fd, const struct iovec *parts, int n, off_t at)
{
	ssize_t done = n ? pwritev(fd, parts, n, at) : 0, all = 0;

	for (int i = 0; i < n; i++)
		all += (ssize_t)parts[i].iov_len;
	return done < 0 ? -errno : done == all ? 0 : -ENOSPC;
}

int nf_book_begin(struct nf_book *book, const char *path)
{
	uint32_t yes = 1;
	const struct iovec word = { &yes, sizeof(yes) };
	int r;

	if (book->fd < 0)
		book->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
				0600);
	if (book->fd < 0)
		return -errno;
	r = write_at(book->fd, &word, 1, offsetof(struct book_file, changing));
	if (r == 0)
		book->changing = true;
	return r;
}

static void header(const struct nf_book *book, struct book_file *f)
{
	*f = (struct book_file){ .magic = MAGIC, .version = VERSION };
	f->generation = book->generation;
	for (int i = 0; i < NF_TABLES; i++) {
		const struct nf_book_table *t = &book->table[i];

		f->table[i].known = t->known;
		f->table[i].letter = (uint32_t)t->letter;
		f->table[i].digest = t->digest;
		f->table[i].shape = t->shape;
		f->table[i].chains = t->known ? t->chains : 0;
		f->table[i].ids = t->known ? t->ids : 0;
	}
}

/* What of the table stands in the file; how many parts. */
static int table_parts(const struct nf_book_table *t, struct iovec parts[2])
{
	int n = 0;

	if (t->known && t->chains)
		parts[n++] = (struct iovec){ t->chain,
					     t->chains * sizeof(*t->chain) };
	if (t->known && t->ids)
		parts[n++] = (struct iovec){ t->id, t->ids * sizeof(*t->id) };
	return n;
}

int nf_book_write(struct nf_book *book)
{
	struct iovec parts[2 * NF_TABLES], head;
	struct book_file f;
	int n = 0, r;

	for (int i = 0; i < NF_TABLES; i++)
		n += table_parts(&book->table[i], parts + n);
	header(book, &f);
	head = (struct iovec){ &f, sizeof(f) };
	r = write_at(book->fd, parts, n, sizeof(f));
	if (r == 0)
		r = write_at(book->fd, &head, 1, 0);
	if (r == 0)
		book->changing = false;
	return r;
}
