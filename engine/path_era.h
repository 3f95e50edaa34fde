/* What an era's path is: one such row each, chosen in path.c. */
#ifndef ENGINE_PATH_ERA_H
#define ENGINE_PATH_ERA_H

#include <stdbool.h>
#include <stdint.h>

struct fw;
struct pkt;

struct path_era {
	/* @p arrived on the interface, which is up; it is the path's to change.
	 */
	void (*arrive)(struct fw *fw, uint32_t ifindex, struct pkt *p);
	/* @ifindex: see fw_send_by(); HOST_NO_IF: where the route says. */
	void (*send)(struct fw *fw, uint32_t ifindex, struct pkt *p);
	/* Whether the filters let an ICMP error of the host's own leave by the
	 * interface, and over lo come in again; counted as they do. */
	bool (*passes)(struct fw *fw, uint32_t ifindex, struct pkt *p);
};

extern const struct path_era path20, path22;

/* That of the state's era. */
const struct path_era *path_era(const struct fw *fw);

#endif
