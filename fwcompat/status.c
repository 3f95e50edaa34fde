/* fwcompat status: what host the tools are talking to. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fwcompat/cmd.h"
#include "libcompat/compat.h"

static const struct tool_row {
	const char *name;
	enum fw_era era;
} tools[] = {
	{ "ipchains", ERA_2_2 },
	{ "ipfwadm", ERA_2_0 },
	{ "ipfw", ERA_1_3 },
};

/* What each tool may do with a state whose era is settled. */
static void print_tools(struct compat *c)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		const char *may = "works";

		switch (compat_claim_era(c, tools[i].era)) {
		case CLAIM_OK:
			break;
		case CLAIM_WRAPPER:
			may = "works through chains, as ipfwadm-wrapper did";
			break;
		case CLAIM_REFUSED:
			may = compat_why(c);
			break;
		}
		printf("%-11s%s\n", tools[i].name, may);
	}
}

static uint32_t percent(uint64_t part, uint64_t all)
{
	return all ? (uint32_t)(part * 100 / all) : 0;
}

static void print_live(const struct compat_status *s,
		       const struct live_counts *l)
{
	printf("live       by process %u for %u s, %s path\n", l->pid,
	       (s->now - l->since) / HZ, l->fast ? "fast and exact" : "exact");
	printf("  now      %u packets/s, %u %% of them fast, %u/s lost\n",
	       l->rate, percent(l->carried_rate, l->rate), l->lost_rate);
	printf("  so far   %" PRIu64 " in, %" PRIu64 " sent on, %" PRIu64
	       " dropped, %" PRIu64 " ICMP errors\n",
	       l->in + l->carried, l->out + l->carried, l->dropped, l->icmp);
	printf("           %" PRIu64 " to the host, %" PRIu64 " of its own\n",
	       l->local, l->own);
	printf("           %" PRIu64 " (%u %%) fast, %" PRIu64
	       " lost before the engine, %" PRIu64 " behind it\n",
	       l->carried, percent(l->carried, l->in + l->carried), l->lost,
	       l->unsent);
}

static void print_status(const struct compat_status *s)
{
	printf("backend    %s\n", s->backend);
	if (s->state[0])
		printf("state      %s\n", s->state);
	printf("kernel     Linux %s%s\n", compat_era_name(s->era),
	       s->claimed ? ""
			  : ", until the first tool that changes something");
	printf("clock      %u.%02u s since boot, %s\n", s->now / HZ,
	       s->now % HZ, s->clock_virtual ? "virtual" : "real");
	if (s->era == ERA_2_2)
		printf("rules      %u in 3 built-in and %u user chains\n",
		       s->rules, s->user_chains);
	else
		printf("rules      %u\n", s->rules20);
	printf("masq       %u entries, %u forwarding rules\n", s->entries,
	       s->forwards);
	if (s->is_live)
		print_live(s, &s->live);
}

/* A string of JSON (RFC 8259, 7); what is no UTF-8 stays as it is. */
static void put_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ')
			printf("\\u%04x", (unsigned int)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void put_member(const char *name, const char *value)
{
	printf("\"%s\": ", name);
	put_string(value);
	fputs(", ", stdout);
}

static const char *json_bool(bool b)
{
	return b ? "true" : "false";
}

static void print_live_json(const struct compat_status *s,
			    const struct live_counts *l)
{
	const struct {
		const char *name;
		uint64_t value;
	} members[] = {
		{ "seconds", (s->now - l->since) / HZ },
		{ "rate", l->rate },
		{ "fast_rate", l->carried_rate },
		{ "lost_rate", l->lost_rate },
		{ "in", l->in + l->carried },
		{ "out", l->out + l->carried },
		{ "fast", l->carried },
		{ "local", l->local },
		{ "own", l->own },
		{ "dropped", l->dropped },
		{ "icmp", l->icmp },
		{ "lost", l->lost },
		{ "unsent", l->unsent },
	};

	printf(", \"live\": {\"pid\": %u", l->pid);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		printf(", \"%s\": %" PRIu64, members[i].name, members[i].value);
	putchar('}');
}

static void print_detail(void *ctx, const char *word, const char *text)
{
	(void)ctx;
	printf("%-11s%s\n", word, text);
}

/* @ctx: how many there were before. */
static void print_detail_json(void *ctx, const char *word, const char *text)
{
	int *n = ctx;

	fputs((*n)++ ? ", [" : ", \"details\": [[", stdout);
	put_string(word);
	fputs(", ", stdout);
	put_string(text);
	putchar(']');
}

/* One object, one line; members are only ever added. */
static void print_json(struct compat *c, const struct compat_status *s)
{
	int details = 0;

	putchar('{');
	put_member("backend", s->backend);
	put_member("state", s->state);
	put_member("kernel", compat_era_name(s->era));
	printf("\"settled\": %s, ", json_bool(s->claimed));
	printf("\"seconds\": %u.%02u, ", s->now / HZ, s->now % HZ);
	printf("\"virtual_clock\": %s, ", json_bool(s->clock_virtual));
	if (s->era == ERA_2_2)
		printf("\"user_chains\": %u, ", s->user_chains);
	printf("\"rules\": %u, ", s->era == ERA_2_2 ? s->rules : s->rules20);
	printf("\"entries\": %u, \"forwards\": %u", s->entries, s->forwards);
	if (s->is_live)
		print_live_json(s, &s->live);
	compat_details(c, print_detail_json, &details);
	puts(details ? "]}" : "}");
}

int cmd_status(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");
	struct compat_status s;
	struct compat *c;

	if (argc != 1 && !json)
		return cmd_misused("status", "takes --json, or nothing");
	c = cmd_enter("status");
	if (!c)
		return CMD_FAILED;
	compat_status(c, &s);
	if (json)
		print_json(c, &s);
	else
		print_status(&s);
	if (!json)
		compat_details(c, print_detail, NULL);
	if (s.claimed && !json)
		print_tools(c);
	compat_close(c);
	return CMD_OK;
}

const char cmd_status_usage[] =
	"fwcompat status [--json]\n"
	"\n"
	"Shows where the state is kept, which kernel the host runs and whether "
	"a tool has\n"
	"settled that, its clock, how much it holds, and which tool may work "
	"on it; with\n"
	"the netfilter backend also what is in the kernel's tables, and what "
	"of the rules\n"
	"is done otherwise there.\n"
	"\n"
	"  --json    the same for programs, as one line of JSON\n";
