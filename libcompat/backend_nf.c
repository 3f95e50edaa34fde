/*
 * The backend that rules the running kernel through netfilter. Rules, eras,
 * modules and forwards live in a state file exactly as with the engine; from it
 * the kernel's tables are made.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/state.h"
#include "libcompat/backend_engine.h"
#include "libcompat/backend_load.h"
#include "libcompat/nf_compile.h"
#include "libcompat/nf_masq.h"
#include "libcompat/nf_sysctl.h"
#include "proc-emu/proc.h"

/* What this backend keeps beside the engine's. */
struct nf {
	struct nf_masq *masq;
	int32_t timeouts[3]; /* to be set with the transaction; 0: not */
	/* The engine's, which these build on. */
	struct proc_source state;
};

static struct nf *nf_of(void *self)
{
	return engine_above(self);
}

/* Which network namespace this is: a number that no other one has had since
 * boot (socket(7), SO_NETNS_COOKIE), where the kernel knows of it. */
static int namespace_number(unsigned long long *number)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	r = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	close(fd);
	if (r && stat("/proc/self/ns/net", &st))
		return -errno;
	*number = r ? st.st_ino : cookie;
	return 0;
}

/* Where the state of this network namespace lies; "" where $FWCOMPAT_STATE
 * says it. */
static int state_path(struct compat *c, char path[PATH_MAX])
{
	const char *given = secure_getenv("FWCOMPAT_STATE");
	unsigned long long number = 0;
	int r = 0;

	path[0] = '\0';
	if (geteuid() != 0)
		return -EPERM;
	if (given && *given)
		return 0;
	r = namespace_number(&number);
	if (r == 0)
		snprintf(path, PATH_MAX, "/run/fwcompat/netfilter-%llu",
			 number);
	else
		compat_say(c, "network namespace: %s", strerror(-r));
	return r;
}

static int nf_open(struct compat *c, void **self)
{
	struct nf *nf;
	char path[PATH_MAX];
	int r = state_path(c, path);

	if (r)
		return r;
	nf = calloc(1, sizeof(*nf));
	r = nf ? nf_masq_open(&nf->masq, nf_masq_mark(&nf_config_default))
	       : -ENOMEM;
	if (r == 0)
		r = engine_open_at(c, path[0] ? path : NULL, self);
	if (r == 0) {
		engine_set_above(*self, nf);
		return 0;
	}
	if (nf)
		nf_masq_close(nf->masq);
	free(nf);
	return r;
}

static void nf_close(void *self)
{
	struct nf *nf = nf_of(self);

	nf_masq_close(nf->masq);
	free(nf);
	backend_engine.close(self);
}

static int nf_discard(struct compat *c)
{
	char path[PATH_MAX];
	int r = state_path(c, path);

	return r ? r : engine_discard_at(c, path[0] ? path : NULL);
}

static int nf_enter(void *self)
{
	struct nf *nf = nf_of(self);

	nf_masq_forget(nf->masq);
	memset(nf->timeouts, 0, sizeof(nf->timeouts));
	return backend_engine.enter(self);
}

static enum fw_era era_of(void *self)
{
	return backend_engine.era(self);
}

static int nf_masq_timeouts(void *self, const int32_t tcp_fin_udp[3])
{
	struct nf *nf = nf_of(self);

	for (int i = 0; i < 3; i++)
		if (tcp_fin_udp[i])
			nf->timeouts[i] = tcp_fin_udp[i];
	return backend_engine.masq_timeouts(self, tcp_fin_udp);
}

static int nf_commit(void *self)
{
	struct nf *nf = nf_of(self);
	int r = nf_timeouts_set(era_of(self), nf->timeouts);

	if (r) {
		compat_say(engine_compat(self),
			   "the kernel's timeouts of connections: %s",
			   strerror(-r));
		return r;
	}
	memset(nf->timeouts, 0, sizeof(nf->timeouts));
	return backend_engine.commit(self);
}

static int source_unreadable(void *ctx, const char *path)
{
	struct nf *nf = nf_of(ctx);
	int r = 0;

	if (!strncmp(path, "net/ip_masq", strlen("net/ip_masq")))
		r = nf_masq_look(nf->masq, era_of(ctx));
	return r ? r : nf->state.unreadable(ctx, path);
}

static void source_masq(void *ctx, void (*row)(void *, const struct masq_row *),
			void *arg)
{
	if (nf_masq_look(nf_of(ctx)->masq, era_of(ctx)) == 0)
		nf_masq_each(nf_of(ctx)->masq, row, arg);
}

static void source_masq_free(void *ctx, int32_t free_ports[MASQ_PROTOS])
{
	nf_masq_look(nf_of(ctx)->masq, era_of(ctx));
	nf_masq_free_ports(nf_of(ctx)->masq, free_ports);
}

static int source_sysctl_get(void *ctx, const char *path, struct text *out)
{
	return nf_switch_is_real(path)
		       ? nf_switch_get(path, out)
		       : nf_of(ctx)->state.sysctl_get(ctx, path, out);
}

static int source_sysctl_set(void *ctx, const char *path, const char *text)
{
	return nf_switch_is_real(path)
		       ? nf_switch_set(path, text)
		       : nf_of(ctx)->state.sysctl_set(ctx, path, text);
}

static void nf_source(void *self, struct proc_source *src)
{
	struct nf *nf = nf_of(self);

	backend_engine.source(self, src);
	nf->state = *src;
	src->unreadable = source_unreadable;
	src->masq = source_masq;
	src->masq_free = source_masq_free;
	src->sysctl_get = source_sysctl_get;
	src->sysctl_set = source_sysctl_set;
}

static void nf_status(void *self, struct compat_status *s)
{
	struct nf *nf = nf_of(self);

	backend_engine.status(self, s);
	if (nf_masq_look(nf->masq, era_of(self)) == 0)
		s->entries = nf_masq_count(nf->masq);
}

__attribute__((visibility("default"))) backend_export_fn backend_export;

int backend_export(struct backend *ops, const char *version, size_t size)
{
	if (strcmp(version, FWCOMPAT_VERSION) || size != sizeof(*ops))
		return -ENOEXEC;
	*ops = backend_engine;
	ops->name = "netfilter";
	ops->open = nf_open;
	ops->close = nf_close;
	ops->discard = nf_discard;
	ops->enter = nf_enter;
	ops->commit = nf_commit;
	ops->masq_timeouts = nf_masq_timeouts;
	ops->source = nf_source;
	ops->status = nf_status;
	return 0;
}
