/*
 * What the modules of ipmasqadm share: an outcome to be printed by a main(),
 * the reading of options as GNU getopt() of the time did, and the control call.
 */
#ifndef IPMASQADM_ADM_H
#define IPMASQADM_ADM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/masq_ctl.h"
#include "core/names.h"
#include "core/optscan.h"
#include "core/text.h"

struct compat;
struct fields;

/* What a run has to say, and its exit status. */
struct adm_outcome {
	struct text out, err;
	int status;
};

enum adm_status {
	ADM_SOCKET = 1,      /* no raw socket */
	ADM_USAGE = 2,       /* wrong use */
	ADM_SETSOCKOPT = 255 /* the kernel refused */
};

/* Prints it, frees it, returns the status. For main() alone. */
int adm_finish(struct adm_outcome *o);

/* A line "WHO: TEXT" of complaint; @status becomes the outcome's. */
void adm_complain(struct adm_outcome *o, const char *who, int status,
		  const char *text);

/* A module's command line. @who begins its complaints. */
struct adm {
	struct optscan scan;
	const struct resolver *names;
	struct adm_outcome *o;
	const char *who;
	const char *last; /* the last word that belongs to an option */
	int left_over;    /* words that belong to none */
	bool numeric;     /* -n was seen */
	bool stop;        /* all is said */
};

void adm_init(struct adm *a, int argc, char *const *argv,
	      const struct resolver *names, struct adm_outcome *o);

/*
 * The next option's letter, or 0: no more, or the line is wrong and all is said
 * (.stop): what is wrong, then @usage, with status 0 (quirk).
 */
int adm_next(struct adm *a, const char *letters, const char *usage,
	     const char **arg);

/* Complains, status 2, and stops. Returns false. */
bool adm_refuse(struct adm *a, const char *text);
/* The usage and status 0, and stops. Returns false. */
bool adm_usage(struct adm *a, const char *usage);
/* Whether no word is left over; else complains. */
bool adm_no_more(struct adm *a);

/* An address and a port, in host order, that an option takes. */
struct adm_peer {
	uint32_t addr;
	uint16_t port;
};
enum adm_peer_found { PEER_NONE, PEER_ADDR, PEER_BOTH };

/*
 * Options that may come once; false, after a complaint: they came before, or
 * are wrong. A command is any number but 0; of a protocol the first letter
 * counts. A peer is the two words behind the option's letter, of which the
 * second may be missing where @least is PEER_ADDR. Quirks: 0.0.0.0 and port 0
 * do not count as given; the first word is taken whole, so that the option's
 * own letters spoil it where they are glued on.
 */
bool adm_take_command(struct adm *a, int *command, int value);
bool adm_take_proto(struct adm *a, uint8_t *proto, const char *word);
bool adm_take_peer(struct adm *a, struct adm_peer *peer,
		   enum adm_peer_found least, const char *twice,
		   const char *illegal);

/* atoi() with 32 bits, saturating. */
int32_t adm_number(const char *word);
/* IPPROTO_TCP or IPPROTO_UDP by a word's first letter; 0: neither. */
uint8_t adm_proto(const char *word);

/* The ">" between two sides in a line of an old /proc file. */
bool adm_arrow(struct fields *f);

/* Columns of a listing: a host as 20 left-aligned, a port as 8 right-aligned.
 */
void adm_put_host(const struct adm *a, uint32_t addr);
void adm_put_port(const struct adm *a, uint16_t port);

/*
 * Goes inside the old kernel, as the raw socket did. NULL: it could not, and
 * that was complained of: "@failed: TEXT" where the old tool knew the reason.
 */
struct compat *adm_socket(struct adm_outcome *o, const char *who,
			  const char *failed);
/* The control call; the state's era is @ctl's from now on if no tool settled
 * it. Complains where the call fails; whether it did not. */
bool adm_ctl(struct adm_outcome *o, const char *who, struct compat *c,
	     struct masq_ctl *ctl);
/* The call that only makes the kernel load the module. */
void adm_peek(struct adm_outcome *o, const char *who, struct compat *c);
/*
 * An old /proc file for a listing; complains if it is not there. @line gets its
 * lines behind the first.
 */
bool adm_list(struct adm *a, struct compat *c, const char *path,
	      const char *head,
	      void (*line)(const struct adm *a, const char *line));

/*
 * A module that reads its line with adm_next() and then does what the line
 * says; @line is a struct of the module's own, set to its defaults.
 */
struct adm_module {
	const char *letters, *usage;
	bool (*take)(struct adm *a, void *line, int letter, const char *arg);
	/* Whether the line as a whole makes sense; else it has complained. */
	bool (*check)(struct adm *a, const void *line);
	void (*act)(struct adm *a, struct compat *c, const void *line);
};
void adm_run(const struct adm_module *m, void *line, int argc,
	     char *const *argv, const struct resolver *names,
	     struct adm_outcome *o);

/* The modules: argv[0] is the module's name. */
void adm_portfw(int argc, char *const *argv, const struct resolver *names,
		struct adm_outcome *o);
void adm_mfw(int argc, char *const *argv, const struct resolver *names,
	     struct adm_outcome *o);
void adm_autofw(int argc, char *const *argv, const struct resolver *names,
		struct adm_outcome *o);
void adm_user(int argc, char *const *argv, const struct resolver *names,
	      struct adm_outcome *o);

/* autofw for either kernel: @target is MASQ_CTL_MODULE or MASQ_CTL_AUTOFW20. */
void adm_autofw_run(int argc, char *const *argv, enum masq_ctl_target target,
		    struct adm_outcome *o);

#endif
