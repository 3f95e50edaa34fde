/* The one door to packet bytes: what a short or lying packet means. */
#include "engine/pkt.h"

#include <errno.h>

int pkt_parse(struct pkt *p, struct pkt_info *info)
{
	*info = (struct pkt_info){ 0 };
	return p->len < 20 ? -EINVAL : 0;
}
