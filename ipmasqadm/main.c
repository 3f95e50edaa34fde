/* ipmasqadm: the first word names a module, which does the rest. */
#include <string.h>

#include "ipmasqadm/adm.h"
#include "libcompat/resolver.h"

static const struct module {
	const char *name;
	void (*run)(int argc, char *const *argv, const struct resolver *names,
		    struct adm_outcome *o);
} modules[] = {
	{ "portfw", adm_portfw },
	{ "mfw", adm_mfw },
	{ "autofw", adm_autofw },
	{ "user", adm_user },
};

static const struct module *module_find(const char *name)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (strcmp(modules[i].name, name) == 0)
			return &modules[i];
	return NULL;
}

/* Modules were shared objects of that directory. */
int main(int argc, char **argv)
{
	struct adm_outcome o = { 0 };
	const struct module *m = argc > 1 ? module_find(argv[1]) : NULL;

	if (m) {
		m->run(argc - 1, argv + 1, &libc_resolver, &o);
		return adm_finish(&o);
	}
	o.status = 1;
	if (argc > 1)
		text_printf(&o.err,
			    "dlopen(): /usr/lib/ipmasqadm/%s.so: cannot open "
			    "shared object file: No such file or directory\n",
			    argv[1]);
	else
		text_printf(&o.err, "usage: %s MODULE [opts] \n",
			    argc ? argv[0] : "ipmasqadm");
	return adm_finish(&o);
}
