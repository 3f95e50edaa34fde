/*
 * Masquerade entries as the old kernel listed them, made of the running
 * kernel's connections. What has no like of its own there:
 *
 * - A connection that a helper announced and that comes from outside (FTP's
 *   data, portfw's too) is held by today's kernel the other way round; its row
 *   is turned back. One that was announced and is still awaited is a row in
 *   state LISTEN, as then; one that will go out from inside has no masquerade
 *   port before it begins, and no row.
 * - Rows stand in the order of the old hash. Within one, the old table had the
 *   newest first; the running kernel tells only with the sysctl
 *   nf_conntrack_timestamp which that is. Without it they stand as it has them.
 * - Expiry is known to the second.
 */
#ifndef NETFILTER_ROWS_H
#define NETFILTER_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "core/masq_row.h"
#include "netfilter/ct.h"

struct nf_row;

struct nf_rows {
	enum fw_era era;
	struct nf_row *row;
	uint32_t count, room;
	uint32_t *place; /* by original direction: row + 1; a power of 2 */
	uint32_t places;
	uint32_t *order; /* of the listing; NULL: not sorted yet */
	bool dated;      /* some tell when they began */
	bool bad;        /* no memory: rows are missing */
};

/* An empty table; all is in memory of its own until nf_rows_fini(). */
void nf_rows_init(struct nf_rows *rows, enum fw_era era);
void nf_rows_fini(struct nf_rows *rows);

/* The row of an entry. */
void nf_row_of(const struct nf_ct_entry *e, enum fw_era era,
	       struct masq_row *row);

/* Adds a connection, if it is masqueraded; then, when all are there, an awaited
 * one. @rows: a struct nf_rows. What comes twice counts once. */
void nf_rows_add(void *rows, const struct nf_ct_entry *e);
void nf_rows_add_expect(void *rows, const struct nf_ct_expect *e);

/* In the order of the old listing. -ENOMEM. */
int nf_rows_sort(struct nf_rows *rows);
void nf_rows_each(const struct nf_rows *rows,
		  void (*row)(void *ctx, const struct masq_row *), void *ctx);

/* How many masquerade ports the old kernel would have left. */
void nf_rows_free_ports(const struct nf_rows *rows,
			int32_t free_ports[MASQ_PROTOS]);

/* How many have a helper that serves an outside port. */
uint32_t nf_rows_attached(const struct nf_rows *rows, uint8_t proto,
			  uint16_t port);

#endif
