/* What was put into the kernel's tables last. */
#include "netfilter/book.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

void nf_book_fini(struct nf_book *book)
{
	for (int t = 0; t < NF_TABLES; t++)
		nf_book_forget(&book->table[t]);
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

/* A book that nobody else wrote, mapped; or NULL. */
static void *map_file(int fd, size_t *size)
{
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || st.st_mode & 022 ||
	    st.st_size < (off_t)sizeof(struct book_file))
		return NULL;
	*size = (size_t)st.st_size;
	map = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

int nf_book_read(struct nf_book *book, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t size = 0;
	void *map = map_file(fd, &size);
	bool ok = false;

	*book = (struct nf_book){ 0 };
	if (map) {
		struct bytes rest = { (const uint8_t *)map +
					      sizeof(struct book_file),
				      size - sizeof(struct book_file) };

		ok = parse(book, map, rest);
		munmap(map, size);
	}
	if (fd >= 0)
		close(fd);
	if (!ok) {
		nf_book_fini(book);
		*book = (struct nf_book){ .changing = fd >= 0 };
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

static int open_to_write(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* All of it, or -errno. */
static int write_at(int fd, const void *bytes, size_t n, off_t at)
{
	ssize_t done = pwrite(fd, bytes, n, at);

	return done < 0 ? -errno : (size_t)done == n ? 0 : -ENOSPC;
}

int nf_book_begin(struct nf_book *book, const char *path)
{
	const uint32_t yes = 1;
	int fd = open_to_write(path), r;

	if (fd < 0)
		return fd;
	r = write_at(fd, &yes, sizeof(yes),
		     offsetof(struct book_file, changing));
	close(fd);
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

static int write_table(int fd, const struct nf_book_table *t, off_t *at)
{
	size_t chains = t->chains * sizeof(*t->chain);
	size_t ids = t->ids * sizeof(*t->id);
	int r;

	if (!t->known)
		return 0;
	r = write_at(fd, t->chain, chains, *at);
	if (r == 0)
		r = write_at(fd, t->id, ids, *at + (off_t)chains);
	*at += (off_t)(chains + ids);
	return r;
}

int nf_book_write(struct nf_book *book, const char *path)
{
	struct book_file f;
	off_t at = sizeof(f);
	int fd = open_to_write(path), r = fd < 0 ? fd : 0;

	for (int i = 0; r == 0 && i < NF_TABLES; i++)
		r = write_table(fd, &book->table[i], &at);
	header(book, &f);
	if (r == 0)
		r = write_at(fd, &f, sizeof(f), 0);
	if (fd >= 0)
		close(fd);
	if (r == 0)
		book->changing = false;
	return r;
}
