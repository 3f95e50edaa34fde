/* insmod and rmmod. */
#include <errno.h>
#include <string.h>

#include "launcher/modtools.h"

/* The first word that is no option; insmod's -o and -P take one. */
static int first_word(const struct modtools *t, const char *with_argument)
{
	int i = 1;

	for (; i < t->argc && t->argv[i][0] == '-' && t->argv[i][1]; i++)
		if (strchr(with_argument, t->argv[i][1]) && !t->argv[i][2])
			i++;
	return i;
}

int modtools_insmod(struct modtools *t)
{
	int i = first_word(t, "oPO");
	char name[64];

	if (i >= t->argc) {
		text_puts(&t->err,
			  "Usage: insmod [-fkmopqrsvxX] [-o name] module "
			  "[[sym=value]...]\n");
		return 1;
	}
	if (!modtools_name(t->argv[i], name, sizeof(name)) ||
	    !modtools_is_ours(name))
		return modtools_pass_on(t, t->argv[i]);
	switch (modtools_load(t, t->argv[i], t->argv + i + 1)) {
	case 0:
		return 0;
	case -EEXIST:
		text_printf(&t->err,
			    "insmod: a module named %s already exists\n", name);
		break;
	case -ENOENT:
		text_printf(&t->err,
			    "insmod: %s: no module by that name found\n",
			    t->argv[i]);
		break;
	default:
		break;
	}
	return 1;
}

/* Every unused module that the kernel loaded itself goes. */
static int remove_unused(struct modtools *t)
{
	struct text file = { 0 };
	char name[64];

	if (!modtools_kernel(t))
		return 1;
	compat_proc_read(t->c, "modules", false, &file);
	for (char *s = file.s; s && *s;) {
		size_t n = strcspn(s, "\n"), len = strcspn(s, " \t");
		bool last = !s[n];

		s[n] = '\0';
		if (strstr(s, "(autoclean)") && len < sizeof(name)) {
			memcpy(name, s, len);
			name[len] = '\0';
			compat_module_unload(t->c, name);
		}
		s += last ? n : n + 1;
	}
	text_fini(&file);
	return compat_commit(t->c) ? 1 : 0;
}

static int unload(struct modtools *t, const char *word)
{
	char name[64];
	int r;

	if (!modtools_name(word, name, sizeof(name)))
		return 1;
	if (!modtools_is_ours(name)) {
		if (modtools_pass_on(t, name) == 0)
			return 0;
		text_printf(&t->err, "rmmod: module %s is not loaded\n", name);
		return 1;
	}
	if (!modtools_kernel(t))
		return 1;
	r = compat_module_unload(t->c, name);
	if (r == 0)
		return compat_commit(t->c) ? 1 : 0;
	if (r == -EBUSY)
		text_printf(&t->err, "%s: %s\n", name, strerror(EBUSY));
	else
		text_printf(&t->err, "rmmod: module %s is not loaded\n", name);
	return 1;
}

int modtools_rmmod(struct modtools *t)
{
	int status = 0;

	for (int i = 1; i < t->argc; i++) {
		if (strcmp(t->argv[i], "-a") == 0)
			status |= remove_unused(t);
		else if (t->argv[i][0] != '-')
			status |= unload(t, t->argv[i]);
	}
	return status;
}
