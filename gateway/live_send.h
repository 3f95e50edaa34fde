/*
 * Finished packets onto the wire, many at a time, past the kernel's own
 * routing and filtering (AF_PACKET).
 */
#ifndef GATEWAY_LIVE_SEND_H
#define GATEWAY_LIVE_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_HW = 8 }; /* bytes of a link address, at most */

/* Packets that this process itself makes bear it, so that its own rules let
 * them pass: "fwcp". */
enum { LIVE_OWN_MARK = 0x66776370 };

struct live_send;

int live_send_open(struct live_send **sp, char *why, size_t n);
void live_send_close(struct live_send *s);

/*
 * One more to send, of which the bytes stay where they are until the next
 * live_send_flush(), unless @copy. To the link address @hw, on the interface of
 * that number in the kernel.
 */
void live_send_add(struct live_send *s, uint32_t dev, const uint8_t hw[LIVE_HW],
		   const uint8_t *data, uint32_t len, bool copy);

/* One for the host itself, at once. */
void live_send_local(struct live_send *s, const uint8_t *data, uint32_t len);

/* Sends what was added. Returns how many packets the kernel refused. */
uint32_t live_send_flush(struct live_send *s);

#endif
