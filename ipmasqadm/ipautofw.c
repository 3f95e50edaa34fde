/* ipautofw: autofw for Linux 2.0, which had it built in. */
#include "ipmasqadm/adm.h"

int main(int argc, char **argv)
{
	struct adm_outcome o = { 0 };

	adm_autofw_run(argc, argv, MASQ_CTL_AUTOFW20, &o);
	return adm_finish(&o);
}
