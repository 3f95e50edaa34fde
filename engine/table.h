/*
 * Tables of fixed-size slots in the state: how slots are given out and taken
 * back. A slot's number stays its own for its life; free ones are chained
 * through their first four bytes.
 */
#ifndef ENGINE_TABLE_H
#define ENGINE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct fw;

enum { FW_NIL = 0xFFFFFFFF }; /* no slot */

/* In the state, one a table. */
struct fw_table {
	uint32_t cap;   /* slots that are usable (grows) */
	uint32_t used;  /* slots ever given out; those behind are untouched */
	uint32_t free;  /* head of the free ones, or FW_NIL */
	uint32_t count; /* slots in use */
};

enum fw_table_id {
	FW_T_CHAIN,
	FW_T_RULE,
	FW_T_RULE20,
	FW_T_MASQ,
	FW_T_FORWARD,
	FW_TABLES
};

/* Gives out a zeroed slot. Returns its number, or FW_NIL: the table is full. */
uint32_t fw_slot_new(struct fw *fw, enum fw_table_id table);

void fw_slot_free(struct fw *fw, enum fw_table_id table, uint32_t slot);

struct fw_state;

/*
 * Where the usable slots of a table lie in the state. False: the table's
 * numbers contradict each other, the state is damaged.
 */
bool fw_table_span(const struct fw_state *st, enum fw_table_id table,
		   uint64_t *offset, uint64_t *bytes);

#endif
