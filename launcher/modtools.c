/*
 * insmod, modprobe, rmmod, lsmod and depmod for old scripts: masquerading
 * modules (ip_masq_*) are loaded into the emulated kernel, everything else is
 * handed to the machine's own tool. Their words are those of modutils 2.3.
 */
#include "launcher/modtools.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "core/era.h"
#include "launcher/realtool.h"
#include "libcompat/unmet.h"

/* Modules of the day whose drivers or features a modern kernel has built in, or
 * under another name: loading them succeeds. */
static const char *const built_in[] = {
	"3c5*",      "8139*",   "8390",      "bsd_comp",  "de4x5",
	"dummy",     "e100*",   "eepro100",  "ipchains",  "ip_conntrack*",
	"ip_gre",    "ip_nat*", "ip_tables", "ipip",      "ipt_*",
	"iptable_*", "ne",      "ne2k-pci",  "pcnet32",   "ppp*",
	"rtl8139",   "slhc",    "slip",      "smc-ultra", "sunhme",
	"tulip",     "unix",    "via-rhine", "wd",
};

bool modtools_is_ours(const char *module)
{
	return strncmp(module, "ip_masq_", 8) == 0;
}

bool modtools_name(const char *word, char *name, size_t n)
{
	const char *base = strrchr(word, '/');
	size_t len;

	base = base ? base + 1 : word;
	len = strlen(base);
	if (len > 2 && strcmp(base + len - 2, ".o") == 0)
		len -= 2;
	if (!len || len >= n)
		return false;
	memcpy(name, base, len);
	name[len] = '\0';
	return true;
}

int modtools_pass_on(struct modtools *t, const char *module)
{
	int status = realtool_run(t->tool, t->argv);

	for (size_t i = 0; status && i < sizeof(built_in) / sizeof(built_in[0]);
	     i++)
		if (fnmatch(built_in[i], module, 0) == 0)
			status = 0;
	return status;
}

struct compat *modtools_kernel(struct modtools *t)
{
	const char *why = "";
	int r = t->c ? 0 : compat_open(&t->c);

	if (r == 0) {
		r = compat_enter(t->c);
		if (r == 0)
			return t->c;
		why = compat_why(t->c);
	} else {
		why = compat_open_why();
	}
	text_printf(&t->err, "%s: %s\n", t->tool, *why ? why : strerror(-r));
	return NULL;
}

void modtools_put_file(struct modtools *t, const char *word)
{
	if (strpbrk(word, "/."))
		text_puts(&t->err, word);
	else
		text_printf(&t->err, "/lib/modules/%s/ipv4/%s.o",
			    era_release(compat_era(t->c)), word);
}

int modtools_load(struct modtools *t, const char *word, char *const params[])
{
	struct text why = { 0 };
	char name[64];
	int r;

	if (!modtools_kernel(t) || !modtools_name(word, name, sizeof(name)))
		return -EINVAL;
	r = compat_module_load(t->c, name, params, &why);
	if (r == -EINVAL || r == -EBUSY) {
		modtools_put_file(t, word);
		text_printf(&t->err, ": %s\n", why.s ? why.s : strerror(-r));
	} else if (r && r != -EEXIST && r != -ENOENT) {
		modtools_put_file(t, word);
		text_printf(&t->err, ": %s\n", strerror(-r));
	} else if (r == 0 && why.s) {
		unmet_note("module %s %s", name, why.s);
	}
	text_fini(&why);
	compat_commit(t->c);
	return r;
}

static int lsmod(struct modtools *t)
{
	struct text file = { 0 };
	bool old;

	if (!modtools_kernel(t))
		return 1;
	old = compat_era(t->c) != ERA_2_2;
	text_puts(&t->out, old ? "Module:        #pages:  Used by:\n"
			       : "Module                  Size  Used by\n");
	compat_proc_read(t->c, "modules", false, &file);
	for (const char *s = file.s; s && *s;) {
		size_t n = strcspn(s, "\n"), plain = strcspn(s, "(");

		if (plain > n)
			plain = n;
		text_add(&t->out, s, plain);
		text_puts(&t->out, plain < n && !old ? " " : "");
		text_add(&t->out, s + plain, n - plain);
		text_putc(&t->out, '\n');
		s += n + (s[n] == '\n');
	}
	text_fini(&file);
	return 0;
}

/* There is nothing to work out: our modules need no others. */
static int depmod(struct modtools *t)
{
	(void)t;
	return 0;
}

static const struct tool {
	const char *name;
	int (*run)(struct modtools *t);
} tools[] = {
	{ "insmod", modtools_insmod }, { "modprobe", modtools_modprobe },
	{ "rmmod", modtools_rmmod },   { "lsmod", lsmod },
	{ "depmod", depmod },
};

static int run(struct modtools *t)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(tools[i].name, t->tool) == 0)
			return tools[i].run(t);
	text_printf(&t->err, "%s: no tool of that name\n", t->tool);
	return 1;
}

int main(int argc, char **argv)
{
	struct modtools t = { .argc = argc, .argv = argv };
	const char *slash;
	int status;

	if (argc < 1)
		return 1;
	slash = strrchr(argv[0], '/');
	t.tool = slash ? slash + 1 : argv[0];
	status = run(&t);
	compat_close(t.c);
	if (t.out.len)
		fwrite(t.out.s, 1, t.out.len, stdout);
	fflush(stdout);
	if (t.err.len)
		fwrite(t.err.s, 1, t.err.len, stderr);
	text_fini(&t.out);
	text_fini(&t.err);
	return status;
}
