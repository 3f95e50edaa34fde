/* Which old kernel the host is: what filter runs, which /proc files there are.
 */
#ifndef CORE_ERA_H
#define CORE_ERA_H

enum fw_era {
	ERA_2_2, /* 2.2.26: chains (ipchains); what a fresh state is */
	ERA_2_0, /* 2.0.40: fixed lists (ipfwadm) */
	ERA_1_3, /* 1.3.56: fixed lists (ipfw) */
	ERA_COUNT
};

/* "2.2.26": the kernel that an era's behaviour is taken from. */
const char *era_release(enum fw_era era);

/* "#1 DAY": the rest of what uname tells of it; of no build there ever was. */
const char *era_build(enum fw_era era);

#endif
