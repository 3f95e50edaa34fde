/* The states of a masqueraded TCP conversation: a table. */
#include "engine/masq_tcp.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10 };

enum event { E_SYN, E_FIN, E_ACK, E_RST, EVENTS };

enum { TCP_STATES = MASQ_LISTEN + 1 };

/* clang-format off */
#define NO MASQ_NONE
#define ES MASQ_ESTABLISHED
#define SS MASQ_SYN_SENT
#define SR MASQ_SYN_RECV
#define FW MASQ_FIN_WAIT
#define TW MASQ_TIME_WAIT
#define CL MASQ_CLOSE
#define CW MASQ_CLOSE_WAIT
#define LA MASQ_LAST_ACK
#define LI MASQ_LISTEN

/*
 * By way, event and the state before. Linux 2.2, ip_masq.c, masq_tcp_states.
 * Quirks: a RST from inside leaves SYN_SENT; SYN_RECV ignores ACKs and a RST
 * from outside; nothing leads to LAST_ACK.
 */
static const uint8_t next[2][EVENTS][TCP_STATES] = {
	[MASQ_OUT] = {
		/*	     NO  ES  SS  SR  FW  TW  CL  CW  LA  LI */
		[E_SYN] = { SS, ES, SS, ES, SS, SS, SS, SS, SS, LI },
		[E_FIN] = { TW, FW, SS, TW, FW, TW, CL, TW, LA, LI },
		[E_ACK] = { ES, ES, SS, SR, FW, TW, CL, CW, LA, ES },
		[E_RST] = { CL, CL, SS, CL, CL, TW, CL, CL, CL, CL },
	},
	[MASQ_IN] = {
		[E_SYN] = { SR, ES, ES, SR, SR, SR, SR, SR, SR, SR },
		[E_FIN] = { CL, CW, SS, TW, TW, TW, CL, CW, LA, LI },
		[E_ACK] = { CL, ES, SS, SR, FW, TW, CL, CW, CL, LI },
		[E_RST] = { CL, CL, CL, SR, CL, CL, CL, CL, LA, LI },
	},
};
/* clang-format on */

enum masq_state masq_tcp_next(enum masq_state state, enum masq_way way,
			      uint8_t flags)
{
	enum event event = flags & RST   ? E_RST
			   : flags & SYN ? E_SYN
			   : flags & FIN ? E_FIN
					 : E_ACK;

	if (!(flags & (RST | SYN | FIN | ACK)) || state > MASQ_LISTEN)
		return MASQ_CLOSE;
	return next[way][event][state];
}
