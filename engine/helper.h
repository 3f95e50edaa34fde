/*
 * Masquerading helpers (ip_masq_ftp and the like): a table of what they are, a
 * list of which are loaded for which ports. A new helper is a file and a row in
 * helper.c. Source: Linux 2.2, net/ipv4/ip_masq_app.c.
 */
#ifndef ENGINE_HELPER_H
#define ENGINE_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/era.h"
#include "core/fwd_rows.h"
#include "engine/scan.h"

struct fw;
struct masq_want;
struct pkt;
struct pkt_info;

enum {
	HELPER_REGS = 128,
	HELPER_PORTS = 12,          /* places of a module's port list */
	HELPER_MARK_MAX = 16777215, /* the type word has 24 bits for it */
};

/* The upper byte of a registration's type word. */
enum helper_side {
	HELPER_CLIENT_INSIDE = 0x01000000, /* bound by the outside port */
	HELPER_SERVER_INSIDE = 0x02000000, /* bound by the masquerade port */
};

/* Rows of the table of helpers. */
enum helper_id {
	HELPER_FTP,
	HELPER_IRC,
	HELPER_RAUDIO,
	HELPER_CUSEEME,
	HELPER_VDOLIVE,
	HELPER_QUAKE,
	HELPERS,
	HELPER_NONE = HELPERS
};

/* What a helper is called with: a packet of an entry bound to it. */
struct helper_call {
	struct fw *fw;
	uint32_t entry;
	uint32_t maddr; /* our address chosen for this packet, host order */
	struct pkt *pkt;
	struct pkt_info *info;
};

struct helper {
	uint8_t proto;                 /* IPPROTO_* */
	uint16_t ports[2], ports20[2]; /* built in, by era; 0: none */
	const char *name20;
	const char *name[2]; /* in the list; the second: of the second port */
	/*
	 * Look at, and change, the payload. The result is by how many bytes the
	 * packet became longer, as the original reported it (for the sequence
	 * numbers).
	 */
	int (*out)(struct helper_call *call);
	int (*in)(struct helper_call *call);
};

/* Values given to a module when it was loaded, over its built-in ones. */
struct helper_params {
	int32_t ports[HELPER_PORTS]; /* 0: place not used */
	int32_t in_ports[HELPER_PORTS];
	int32_t noport[HELPER_PORTS];
	int32_t mark, in_mark;
	int32_t insecure;
};

/* In the state: one port (or mark) that a loaded helper serves. */
struct helper_reg {
	uint16_t helper;   /* enum helper_id + 1; 0: the place is free */
	uint16_t nth;      /* which of its ports: chooses the name */
	uint32_t module;   /* place in the list of modules */
	uint32_t attached; /* entries bound */
	uint32_t type;     /* enum helper_side, protocol << 16, port; or mark */
	uint32_t order;    /* age: of equal types the newest wins */
};

/* In the state. */
struct helpers {
	struct helper_reg reg[HELPER_REGS];
	uint32_t next_order;
	uint32_t count; /* registrations: none is the fast way */
	int32_t ftp_noport[HELPER_PORTS];
	int32_t irc_insecure;
	uint32_t pad;
};

/* Binds a new entry by its ports; later by a packet's mark. */
void helper_bind(struct fw *fw, uint32_t entry);
void helper_bind_mark(struct fw *fw, uint32_t entry, uint32_t mark);
void helper_unbind(struct fw *fw, uint32_t entry);

/*
 * For a packet of an entry that has a helper: sequence numbers, then the
 * helper, then what its change of length means for later ones. The caller makes
 * the checksums.
 */
void helper_out(struct helper_call *call);
void helper_in(struct helper_call *call);

/* The registrations in the order of /proc/net/ip_masq/app. */
void helpers_each(const struct fw *fw,
		  void (*row)(void *ctx, const struct fwd_helper_row *),
		  void *ctx);

/* For modules.c. What a helper has built in, in a kernel of that era. */
void helper_defaults(enum helper_id id, enum fw_era era,
		     struct helper_params *params);
/*
 * Serves the ports and marks of @params from now on; @module: the module's
 * place. -EINVAL: a mark too large (logged); -ENOSPC: too many registrations.
 */
int helper_register(struct fw *fw, enum helper_id id, uint32_t module,
		    const struct helper_params *params);
void helper_unregister(struct fw *fw, uint32_t module);

/*
 * For the helpers. The bytes behind the TCP header (whose length is what its
 * data offset says), behind 20 bytes of TCP header, behind the UDP header. 0:
 * the packet has none; else where they begin.
 */
uint32_t helper_tcp_text(const struct helper_call *call, struct scan *s);
uint32_t helper_tcp20_text(const struct helper_call *call, struct scan *s);
uint32_t helper_udp_text(const struct helper_call *call, struct scan *s);

/*
 * Replaces the @n bytes at @off of the packet by @text; what is behind them
 * moves, and the packet's length with it. False: no room, nothing changed.
 */
bool helper_replace(struct helper_call *call, uint32_t off, uint32_t n,
		    const char *text);

/* Overwrites two bytes of the packet, which must be there. */
void helper_put16(struct helper_call *call, uint32_t off, uint16_t v);

/* Whether the entry was bound as one whose server is inside. */
bool helper_server_inside(const struct helper_call *call);

/* The helper's own word with the entry. */
uint32_t helper_data(const struct helper_call *call);
void helper_data_set(struct helper_call *call, uint32_t data);

/* A new entry that the call's entry controls, held. FW_NIL: none could be made.
 */
uint32_t helper_expect(struct helper_call *call, const struct masq_want *want);
/* The same for a UDP stream from the outside peer to the client's @port: waits
 * in state LISTEN. Returns its masquerade port, or 0. */
uint16_t helper_expect_udp(struct helper_call *call, uint16_t port);
/* State LISTEN, and the hold given back. */
void helper_listen(struct helper_call *call, uint32_t entry);

/* One a file. */
int helper_ftp_out(struct helper_call *call);
int helper_ftp_in(struct helper_call *call);
int helper_irc_out(struct helper_call *call);
int helper_irc_in(struct helper_call *call);
int helper_raudio_out(struct helper_call *call);
int helper_cuseeme_out(struct helper_call *call);
int helper_cuseeme_in(struct helper_call *call);
int helper_vdolive_out(struct helper_call *call);
int helper_quake_out(struct helper_call *call);
int helper_quake_in(struct helper_call *call);

#endif
