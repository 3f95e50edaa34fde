/* Tells systemd that a service is ready. */
#ifndef FWCOMPAT_READY_H
#define FWCOMPAT_READY_H

/* For a unit of Type=notify (sd_notify(3)); otherwise nothing happens. */
void ready_tell(void);

#endif
