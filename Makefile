# fwcompat: all, demo, deb, check, check SAN=1, unit, bench, fuzz, tidy, install.
# V=1 shows the commands, CI=1 makes warnings errors, B= is where things are built.

VERSION = 0.1.0

PREFIX = /usr
SBINDIR = $(PREFIX)/sbin
LIBEXECDIR = $(PREFIX)/libexec
SYSCONFDIR = /etc
MANDIR = $(PREFIX)/share/man
DATADIR = $(PREFIX)/share/fwcompat
COMPLETIONDIR = $(PREFIX)/share/bash-completion/completions
UNITDIR = $(PREFIX)/lib/systemd/system
DESTDIR =
INSTALL = install
PKG_CONFIG = pkg-config
CC = gcc
CFLAGS = -O2 -g
FUZZ_SECONDS = 60
B = build
ifdef SAN
B = build/san
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

# Sources, a room a list, a file a line, sorted; a line that is empty ends the
# list. What holds a main() stands with its program below, not here.
CORE = \
	core/addr.c \
	core/cksum.c \
	core/era.c \
	core/fields.c \
	core/log_tag.c \
	core/masq_row.c \
	core/number.c \
	core/optscan.c \
	core/rule_text.c \
	core/text.c \


ENGINE = \
	engine/chain_rows.c \
	engine/chain_slots.c \
	engine/chains.c \
	engine/check22.c \
	engine/fast.c \
	engine/fast_birth.c \
	engine/fast_fold.c \
	engine/frag.c \
	engine/fwd_autofw.c \
	engine/fwd_mfw.c \
	engine/fwd_portfw.c \
	engine/fwd_user.c \
	engine/fwlog.c \
	engine/helper.c \
	engine/helper_cuseeme.c \
	engine/helper_ftp.c \
	engine/helper_irc.c \
	engine/helper_quake.c \
	engine/helper_raudio.c \
	engine/helper_vdolive.c \
	engine/host.c \
	engine/icmp_out.c \
	engine/index22.c \
	engine/journal.c \
	engine/lists.c \
	engine/log_line.c \
	engine/log_rate.c \
	engine/look20.c \
	engine/masq.c \
	engine/masq_era.c \
	engine/masq_find.c \
	engine/masq_fwd.c \
	engine/masq_icmp.c \
	engine/masq_pkt.c \
	engine/masq_tcp.c \
	engine/match20.c \
	engine/match22.c \
	engine/modules.c \
	engine/path.c \
	engine/path20.c \
	engine/path22.c \
	engine/pkt.c \
	engine/rate.c \
	engine/route.c \
	engine/rules22.c \
	engine/state.c \
	engine/table.c \
	engine/transmit.c \
	engine/walk.c \
	engine/wheel.c \


PROC_EMU = \
	proc-emu/proc.c \
	proc-emu/proc_fwchains.c \
	proc-emu/proc_fwd.c \
	proc-emu/proc_kernel.c \
	proc-emu/proc_ksyms.c \
	proc-emu/proc_masq.c \
	proc-emu/proc_modules.c \
	proc-emu/proc_rules20.c \
	proc-emu/proc_sysctl.c \


LIBCOMPAT = \
	libcompat/abi20.c \
	libcompat/abi22.c \
	libcompat/abi_packet.c \
	libcompat/backend_engine.c \
	libcompat/backend_load.c \
	libcompat/clock.c \
	libcompat/compat.c \
	libcompat/compat_proc.c \
	libcompat/engine_source.c \
	libcompat/machine.c \
	libcompat/resolver.c \
	libcompat/settings.c \
	libcompat/sockopt.c \
	libcompat/store.c \
	libcompat/store_fast.c \
	libcompat/store_file.c \
	libcompat/store_header.c \
	libcompat/store_lock.c \
	libcompat/store_room.c \
	libcompat/store_seal.c \
	libcompat/trace.c \
	libcompat/trace_who.c \
	libcompat/unmet.c \


COMPARE = \
	compare/box.c \
	compare/diagram.c \
	compare/difference.c \
	compare/headers.c \
	compare/outcome.c \
	compare/rules.c \
	compare/rules20.c \
	compare/rules22.c \


# Old rules as rules of today's netfilter, in memory and as text.
NETFILTER_RULES = \
	netfilter/alts.c \
	netfilter/compile.c \
	netfilter/compile20.c \
	netfilter/compile22.c \
	netfilter/gather.c \
	netfilter/iptables.c \
	netfilter/log_load.c \
	netfilter/match20.c \
	netfilter/match22.c \
	netfilter/nat.c \
	netfilter/nft.c \
	netfilter/notes.c \
	netfilter/plan.c \
	netfilter/rows.c \
	netfilter/rule.c \
	netfilter/sysctl.c \
	netfilter/why.c \
	netfilter/work.c \


# The backend on the running kernel's netfilter, but for what needs libraries of
# its own.
NETFILTER = \
	netfilter/backend.c \
	netfilter/book.c \
	netfilter/ct_load.c \
	netfilter/encode.c \
	netfilter/entries.c \
	netfilter/goal.c \
	netfilter/ids.c \
	netfilter/image.c \
	netfilter/load.c \
	netfilter/lock.c \
	netfilter/masq.c \
	netfilter/rules.c \
	netfilter/settle.c \
	netfilter/table_load.c \


# What of it libip4tc does: loaded where more than rules of a table changes.
LIBIPTC = \
	netfilter/table.c \
	netfilter/table_export.c \



# What of it asks for connections, routes and log lines: loaded when they are.
CONNTRACK = \
	netfilter/ct.c \
	netfilter/ct_export.c \
	netfilter/log.c \
	netfilter/route.c \



LIVE_GATEWAY = \
	$(FAST) \
	gateway/fast_live.c \
	gateway/live.c \
	gateway/live_gauge.c \
	gateway/live_hops.c \
	gateway/live_host.c \
	gateway/live_neigh.c \
	gateway/live_queue.c \
	gateway/live_rules.c \
	gateway/live_send.c \


GATEWAY = \
	gateway/link.c \
	$(LIVE_GATEWAY) \
	gateway/live_lines.c \
	gateway/live_pace.c \
	gateway/live_redirect.c \
	gateway/loop.c \
	gateway/packet_words.c \
	gateway/pktio_pcap.c \


LAUNCHER = \
	launcher/child.c \
	launcher/family.c \
	launcher/merge_fs.c \
	launcher/mounts.c \
	launcher/namespaces.c \
	launcher/notify.c \
	launcher/old_modules.c \
	launcher/opens.c \
	launcher/peek.c \
	launcher/programs.c \
	launcher/scratch.c \
	launcher/stand_answer.c \
	launcher/stand_in.c \
	launcher/view.c \
	launcher/view_files.c \
	launcher/view_fs.c \
	launcher/view_host.c \
	launcher/view_list.c \
	launcher/view_mounts.c \
	launcher/view_server.c \
	launcher/view_switch.c \
	launcher/view_tree.c \
	launcher/watch.c \


IPCHAINS = \
	ipchains/address.c \
	ipchains/checks.c \
	ipchains/commands.c \
	ipchains/help.c \
	ipchains/icmp_names.c \
	ipchains/kernel.c \
	ipchains/listing.c \
	ipchains/options.c \
	ipchains/output.c \
	ipchains/print.c \
	ipchains/restore.c \
	ipchains/run.c \
	ipchains/save.c \


IPFWADM = \
	ipfwadm/checks.c \
	ipfwadm/listing.c \
	ipfwadm/operands.c \
	ipfwadm/options.c \
	ipfwadm/print.c \
	ipfwadm/run.c \
	ipfwadm/wrapper.c \
	ipfwadm/wrapper_chains.c \


IPFW = \
	ipfw/address.c \
	ipfw/listing.c \
	ipfw/options.c \
	ipfw/rule.c \
	ipfw/run.c \
	ipfw/usage.c \


IPMASQADM = \
	ipmasqadm/adm.c \
	ipmasqadm/autofw.c \
	ipmasqadm/mfw.c \
	ipmasqadm/portfw.c \
	ipmasqadm/user.c \


FWCOMPAT = \
	fwcompat/check.c \
	fwcompat/clock.c \
	fwcompat/cmd.c \
	fwcompat/compare.c \
	fwcompat/copy.c \
	fwcompat/doctor.c \
	fwcompat/doctor_probe.c \
	fwcompat/counted.c \
	fwcompat/graph.c \
	fwcompat/guess.c \
	fwcompat/host.c \
	fwcompat/log_out.c \
	fwcompat/logd.c \
	$(LIVE) \
	fwcompat/mount.c \
	fwcompat/play.c \
	fwcompat/play_diff.c \
	fwcompat/play_parse.c \
	fwcompat/play_place.c \
	fwcompat/play_run.c \
	fwcompat/proc.c \
	fwcompat/ready.c \
	fwcompat/replay.c \
	fwcompat/reset.c \
	fwcompat/rulefile.c \
	fwcompat/run.c \
	fwcompat/send.c \
	fwcompat/sketch.c \
	fwcompat/sketch_places.c \
	fwcompat/status.c \
	fwcompat/top.c \
	fwcompat/top_rows.c \
	fwcompat/translate.c \
	$(TOP_SCREEN) \
	fwcompat/workdir.c \


# Programs by their old names, a name a line; each with its sources, and all
# with the library.
PROGRAMS = \
	fwcompat \
	ipautofw \
	ipchains \
	ipchains-restore \
	ipchains-save \
	ipfw \
	ipfwadm \
	ipfwadm-wrapper \
	ipmasqadm \
	ipportfw \

fwcompat_SRC = fwcompat/main.c $(FWCOMPAT) $(COMPARE) $(GATEWAY) $(LAUNCHER) \
	$(IPCHAINS)
fwcompat_LIBS = $(BPF_LIBS) $(CURSES_LIBS) $(LIVE_LIBS) $(PCAP_LIBS) $(FUSE_LIBS) $(SECCOMP_LIBS)
ipchains_SRC = ipchains/main.c $(IPCHAINS)
ipchains-restore_SRC = ipchains/restore_main.c $(IPCHAINS)
ipchains-save_SRC = ipchains/save_main.c $(IPCHAINS)
ipfwadm_SRC = ipfwadm/main.c $(IPFWADM) $(IPCHAINS)
ipfwadm-wrapper_SRC = ipfwadm/wrapper_main.c $(IPFWADM) $(IPCHAINS)
ipfw_SRC = ipfw/main.c $(IPFW)
ipmasqadm_SRC = ipmasqadm/main.c $(IPMASQADM)
ipportfw_SRC = ipmasqadm/ipportfw.c $(IPMASQADM)
ipautofw_SRC = ipmasqadm/ipautofw.c $(IPMASQADM)

# Shell scripts with an old tool's name, a file a line.
SCRIPTS = \

# Programs that only children of `fwcompat run` and `fwcompat play` meet (they
# bear the names of tools that a live system needs), a name a line.
TOOLS = \
	depmod \
	ifconfig \
	insmod \
	kerneld \
	ksyms \
	lsmod \
	modprobe \
	rmmod \
	route \
	uname \

MODTOOLS = launcher/modtools.c launcher/insmod.c launcher/modprobe.c launcher/realtool.c
depmod_SRC = $(MODTOOLS)
NETTOOLS = launcher/machine_rows.c launcher/nettools.c launcher/realtool.c
ifconfig_SRC = launcher/ifconfig.c $(NETTOOLS)
insmod_SRC = $(MODTOOLS)
kerneld_SRC = launcher/absent.c
ksyms_SRC = launcher/ksyms.c
lsmod_SRC = $(MODTOOLS)
modprobe_SRC = $(MODTOOLS)
rmmod_SRC = $(MODTOOLS)
route_SRC = launcher/route.c $(NETTOOLS)
uname_SRC = launcher/uname.c

# Programs that they meet where the machine has none of that name, a name a line.
ABSENT = \
	chkconfig \
	dhcpcd \
	dhcpcd-bin \
	initlog \
	invoke-rc.d \
	lrcfg \
	pump \
	qt \
	run-parts \
	service \
	start-stop-daemon \
	svi \
	ticker \
	update-rc.d \

# Manual pages, a file a line.
MAN = \
	man/fwcompat-bats.7 \
	man/fwcompat-helpers.7 \
	man/fwcompat-netfilter.7 \
	man/fwcompat-recording.5 \
	man/fwcompat.7 \
	man/fwcompat.8 \
	man/fwcompat.conf.5 \
	man/ip_masquerade.5 \
	man/ipautofw.8 \
	man/ipchains-restore.8 \
	man/ipchains-save.8 \
	man/ipchains.8 \
	man/ipfw.8 \
	man/ipfwadm-wrapper.8 \
	man/ipfwadm.8 \
	man/ipmasqadm.8 \
	man/ipportfw.8 \

# Units of systemd, a file a line.
UNITS = \
	systemd/fwcompat-live.service \
	systemd/fwcompat-logd.service \
	systemd/fwcompat-restore.service \

# Scripts that only units start, a file a line.
UNIT_SCRIPTS = \
	systemd/restore \

# Tests of C by C, what they and benchmarks share, fuzzers and benchmarks, a file
# a line.
UNIT_TESTS = \
	tests/unit/test_addr.c \
	tests/unit/test_chains.c \
	tests/unit/test_child.c \
	tests/unit/test_cksum.c \
	tests/unit/test_compare.c \
	tests/unit/test_compat.c \
	$(FAST_TEST) \
	tests/unit/test_fast_birth.c \
	tests/unit/test_frag.c \
	tests/unit/test_fwd.c \
	tests/unit/test_helpers.c \
	tests/unit/test_helpers20.c \
	tests/unit/test_helpers_media.c \
	tests/unit/test_ipchains_listing.c \
	tests/unit/test_ipchains_options.c \
	tests/unit/test_ipchains_restore.c \
	tests/unit/test_ipfw_options.c \
	tests/unit/test_ipfwadm_options.c \
	tests/unit/test_journal.c \
	tests/unit/test_kill.c \
	tests/unit/test_link.c \
	tests/unit/test_live.c \
	tests/unit/test_lists.c \
	tests/unit/test_log_tag.c \
	tests/unit/test_loop.c \
	tests/unit/test_masq_era.c \
	tests/unit/test_masq_find.c \
	tests/unit/test_masq_ports.c \
	tests/unit/test_masq_sum.c \
	tests/unit/test_masq_tcp.c \
	tests/unit/test_match20.c \
	tests/unit/test_match20_random.c \
	tests/unit/test_match22.c \
	tests/unit/test_match22_random.c \
	tests/unit/test_modules.c \
	tests/unit/test_nf_compile.c \
	tests/unit/test_nf_encode.c \
	tests/unit/test_nf_rows.c \
	tests/unit/test_number.c \
	tests/unit/test_optscan.c \
	tests/unit/test_packet_words.c \
	tests/unit/test_path22.c \
	tests/unit/test_pkt.c \
	tests/unit/test_play.c \
	tests/unit/test_probe.c \
	tests/unit/test_proc.c \
	tests/unit/test_rules20.c \
	tests/unit/test_sockopt.c \
	tests/unit/test_store.c \
	tests/unit/test_store_file.c \
	tests/unit/test_text.c \
	tests/unit/test_top.c \
	tests/unit/test_verdict20.c \
	tests/unit/test_wheel.c \

UNIT_SHARED = \
	bench/gate.c \
	tests/fuzz/drive_helper.c \
	tests/fuzz/drive_nf.c \
	tests/lab/probe_packet.c \
	tests/lab/probe_words.c \
	tests/unit/host20.c \
	tests/unit/host22.c \
	tests/unit/names.c \
	tests/unit/nf_scene.c \
	tests/unit/ops.c \
	tests/unit/payloads.c \
	tests/unit/place.c \
	tests/unit/random22.c \
	tests/unit/router.c \
	tests/unit/words.c \


FUZZERS = \
	tests/fuzz/fuzz_frag.c \
	tests/fuzz/fuzz_helper_cuseeme.c \
	tests/fuzz/fuzz_helper_ftp.c \
	tests/fuzz/fuzz_helper_irc.c \
	tests/fuzz/fuzz_helper_quake.c \
	tests/fuzz/fuzz_helper_raudio.c \
	tests/fuzz/fuzz_helper_vdolive.c \
	tests/fuzz/fuzz_ipchains.c \
	tests/fuzz/fuzz_ipfwadm.c \
	tests/fuzz/fuzz_nf.c \
	tests/fuzz/fuzz_path.c \
	tests/fuzz/fuzz_pkt_parse.c \
	tests/fuzz/fuzz_store.c \

BENCHES = \
	bench/engine.c \
	bench/spawn.c \

# Programs that benchmarks use.
BENCH_PROGRAMS = \
	bench/live_gen.c \

# Programs as of then, which tests/bats/run.bats builds in several ways.
OLD_PROGRAMS = \
	tests/old/old20.c \
	tests/old/old22.c \

# What the laboratory of tests/lab runs beside real programs, a file a line.
LAB_PROGRAMS = \
	tests/lab/crowd.c \
	tests/lab/line.c \
	tests/lab/nf_random.c \
	tests/lab/probe_engine.c \
	tests/lab/probe_wire.c \
	tests/lab/stream.c \

# Programs that tests in tests/bats build and use.
TEST_PROGRAMS = \
	tests/pcap/mkpcap.c \

# Whether this call compiles: not with goals that call make again, or only look.
NOT_BUILT = check clean deb demo fuzz program-list script-list sources syntax tidy unit-list
building := $(filter-out $(NOT_BUILT),$(or $(MAKECMDGOALS),all))

# Libraries that may be missing; the build says what it leaves out.
have = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
ifeq ($(call have,libpcap),yes)
PCAP_LIBS = $(shell $(PKG_CONFIG) --libs libpcap)
else ifdef building
$(info no libpcap: fwcompat reads and writes no captures)
endif
ifeq ($(call have,ncurses),yes)
TOP_SCREEN = fwcompat/top_curses.c
CURSES_LIBS = $(shell $(PKG_CONFIG) --libs ncurses)
else
TOP_SCREEN = fwcompat/top_plain.c
ifdef building
$(info no ncurses: fwcompat top prints once and ends)
endif
endif
LIVE_NEEDS = libip4tc libmnl
ifeq ($(call have,$(LIVE_NEEDS)),yes)
LIVE = fwcompat/live.c
LIVE_LIBS = $(shell $(PKG_CONFIG) --libs $(LIVE_NEEDS))
else
LIVE = fwcompat/live_none.c
LIVE_GATEWAY =
ifdef building
$(info no $(LIVE_NEEDS): there is no fwcompat live)
endif
endif
NETFILTER_NEEDS = libip4tc libnetfilter_conntrack libnetfilter_log libnfnetlink libmnl
ifeq ($(call have,$(NETFILTER_NEEDS)),yes)
BACKENDS = conntrack netfilter
NETFILTER_LINK = -Wl,-u,backend_netfilter
netfilter_LIBS = $(shell $(PKG_CONFIG) --libs libip4tc)
conntrack_LIBS = $(shell $(PKG_CONFIG) --libs $(NETFILTER_NEEDS))
else ifdef building
$(info no $(NETFILTER_NEEDS): there is no netfilter backend)
endif
BPF_CC = clang
ifeq ($(and $(LIVE_LIBS),$(call have,libbpf),$(shell command -v $(BPF_CC))),)
FAST = gateway/fast_none.c
ifdef building
$(info no libbpf or no clang: fwcompat live has no fast path)
endif
else
FAST = gateway/fast_filter.c
FAST_OBJECT = $B/gateway/fast_object.o
FAST_TEST = tests/unit/test_fast.c
BPF_LIBS = $(shell $(PKG_CONFIG) --libs libbpf)
endif
FUSE_LIBS = $(shell $(PKG_CONFIG) --libs fuse3)
SECCOMP_LIBS = $(shell $(PKG_CONFIG) --libs libseccomp)
CMOCKA_LIBS = $(shell $(PKG_CONFIG) --libs cmocka)

OUR_CPPFLAGS = -I. -D_GNU_SOURCE -DFWCOMPAT_VERSION='"$(VERSION)"'
OUR_CFLAGS = -std=c11 -fno-common -fPIC -fno-semantic-interposition \
	-fvisibility=hidden -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Wredundant-decls \
	-Wnull-dereference
ifneq ($(findstring clang,$(CC)),clang)
OUR_CFLAGS += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wcast-align=strict \
	-Wformat-truncation=2
endif
ifdef CI
OUR_CFLAGS += -Werror
endif
ifndef SANFLAGS
OUR_CPPFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OUR_CFLAGS += -fstack-protector-strong -ffunction-sections -fdata-sections
endif
# What nobody calls is left out: a program is read anew for each rule.
OUR_LDFLAGS = -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANFLAGS),,-Wl,--gc-sections)
COMPILE = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(SANFLAGS)
LINK = $(CC) -pie $(OUR_LDFLAGS) $(CFLAGS) $(SANFLAGS) $(LDFLAGS)
LINK_SHARED = $(CC) -shared -Wl,-Bsymbolic $(if $(SAN),,-Wl,-z,defs) $(OUR_LDFLAGS) $(CFLAGS) $(SANFLAGS) $(LDFLAGS)
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

# The library is the old kernel and its door; the test library is all the rest
# that has no main().
LIB = $B/libfwcompat.a
LIB_SRC = $(CORE) $(ENGINE) $(PROC_EMU) $(LIBCOMPAT) $(NETFILTER_RULES) $(NETFILTER)
TESTLIB = $B/librooms.a
TESTLIB_SRC = $(COMPARE) $(GATEWAY) $(LAUNCHER) $(IPCHAINS) $(IPFWADM) $(IPFW) $(IPMASQADM) $(FWCOMPAT) \
	$(UNIT_SHARED)
conntrack_SRC = $(CONNTRACK)
netfilter_SRC = $(LIBIPTC)
SRC = $(sort $(LIB_SRC) $(TESTLIB_SRC) $(CONNTRACK) $(LIBIPTC) fwcompat/live_none.c \
	fwcompat/top_plain.c gateway/fast_none.c $(foreach p,$(PROGRAMS) $(TOOLS),$($p_SRC)))
TEST_SRC = $(sort $(UNIT_TESTS) $(FUZZERS) $(BENCHES) $(BENCH_PROGRAMS) $(LAB_PROGRAMS) \
	$(OLD_PROGRAMS) $(TEST_PROGRAMS))

BIN = $(PROGRAMS:%=$B/bin/%)
SCRIPT_BIN = $(foreach s,$(SCRIPTS),$B/bin/$(notdir $s))
TOOL_BIN = $(TOOLS:%=$B/libexec/fwcompat/%)
ABSENT_BIN = $(ABSENT:%=$B/libexec/fwcompat/absent/%)
BACKEND_SO = $(BACKENDS:%=$B/libexec/fwcompat/%.so)
UNIT_BIN = $(UNIT_TESTS:%.c=$B/%)
LAB_BIN = $(LAB_PROGRAMS:%.c=$B/%)
FUZZ_BIN = $(FUZZERS:%.c=$B/%)
BENCH_BIN = $(BENCHES:%.c=$B/%) $(BENCH_PROGRAMS:%.c=$B/%)

.PHONY: all demo deb check unit units fuzz fuzzers bench bench-live benches tidy install clean \
	syntax sources unit-list script-list program-list
.DELETE_ON_ERROR:
.SECONDARY:
all: $(LIB) $(BIN) $(SCRIPT_BIN) $(TOOL_BIN) $(ABSENT_BIN) $B/libexec/fwcompat/functions $(BACKEND_SO)
units: $(UNIT_BIN) $(LAB_BIN)
fuzzers: $(FUZZ_BIN)
benches: $(BENCH_BIN)

# All that is compiled stands on the flags: other flags, other objects.
ifdef building
ifneq ($(file < $B/flags),$(COMPILE))
$(shell mkdir -p $B)$(file > $B/flags,$(COMPILE))
endif
endif
$B/flags: ;

$B/%.o: %.c $B/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

# The fast path's filter, compiled for the kernel, as the bytes of an array.
FAST_HEADERS = \
	core/fast_map.h \
	gateway/fast_birth.bpf.h \
	gateway/fast_change.bpf.h \
	gateway/fast_find.bpf.h \
	gateway/fast_packet.bpf.h

$B/gateway/fast_object.c: gateway/fast.bpf.c $(FAST_HEADERS) Makefile
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPF_CC) -target bpf -mcpu=v3 -O2 -g -ffreestanding -Wall -Wextra -I. \
		-fdebug-compilation-dir=. \
		-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null) \
		-c -o $(@D)/fast.bpf.o $<
	$(Q){ echo '#include "gateway/fast_object.h"'; \
		echo '_Alignas(8) const uint8_t fast_object[] = {'; \
		od -An -v -tx1 $(@D)/fast.bpf.o | sed 's/ \(..\)/0x\1,/g'; \
		echo '}; const size_t fast_object_bytes = sizeof(fast_object);'; } > $@
$B/gateway/fast_object.o: $B/gateway/fast_object.c
	$(Q)$(COMPILE) -c -o $@ $<

$(LIB): $(LIB_SRC:%.c=$B/%.o)
$(TESTLIB): $(TESTLIB_SRC:%.c=$B/%.o) $(FAST_OBJECT)
$(LIB) $(TESTLIB): Makefile
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $(filter %.o,$^)

define program_rule
$(1)/$(2): $$($(2)_SRC:%.c=$$B/%.o) $$(LIB) Makefile
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(LINK) $$(NETFILTER_LINK) -o $$@ $$(filter %.o,$$^) $$(LIB) $$($(2)_LIBS) $$(LDLIBS)
endef
$B/bin/fwcompat: $(FAST_OBJECT)
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$B/bin,$p)))
$(foreach p,$(TOOLS),$(eval $(call program_rule,$B/libexec/fwcompat,$p)))

define backend_rule
$$B/libexec/fwcompat/$(1).so: $$($(1)_SRC:%.c=$$B/%.o) $$(LIB) Makefile
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(LINK_SHARED) -o $$@ $$(filter %.o,$$^) $$(LIB) $$($(1)_LIBS) $$(LDLIBS)
endef
$(foreach b,$(BACKENDS),$(eval $(call backend_rule,$b)))

$(ABSENT_BIN): $B/launcher/absent.o Makefile
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $< $(LDLIBS)

$B/libexec/fwcompat/functions: launcher/functions.sh
	$(call say,CP,$@)
	$(Q)$(INSTALL) -D -m 644 $< $@

define script_rule
$$B/bin/$(notdir $(1)): $(1)
	$$(call say,CP,$$@)
	$$(Q)$$(INSTALL) -D -m 755 $$< $$@
endef
$(foreach s,$(SCRIPTS),$(eval $(call script_rule,$s)))

$(UNIT_BIN) $(LAB_BIN) $(BENCH_BIN) $(FUZZ_BIN): $B/%: $B/%.o $(TESTLIB) $(LIB)
	$(call say,LD,$@)
	$(Q)$(LINK) $(LINK_EXTRA) -o $@ $< $(TESTLIB) $(LIB) $(TEST_LIBS) $(PCAP_LIBS) $(LIVE_LIBS) $(BPF_LIBS) $(FUSE_LIBS) $(SECCOMP_LIBS) $(LDLIBS)
$(UNIT_BIN): TEST_LIBS = $(CMOCKA_LIBS)
$(FUZZ_BIN): LINK_EXTRA = -fsanitize=fuzzer

demo:
	@sh examples/demo.sh

deb:
	@sh tests/setup.sh build package
	@sh debian/deb.sh

check:
	@SAN=$(SAN) sh tests/check.sh

unit: units
	@for t in $(UNIT_BIN); do echo "$$t"; $$t || exit 1; done

# Each fuzzer for FUZZ_SECONDS, by clang, with the sanitizers.
fuzz:
	@$(MAKE) --no-print-directory CC=clang B=build/fuzz fuzzers \
		SANFLAGS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@for f in $(basename $(notdir $(FUZZERS))); do \
		mkdir -p build/fuzz/corpus/$$f; echo "fuzzing $$f"; \
		build/fuzz/tests/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -verbosity=0 \
			-artifact_prefix=build/fuzz/ build/fuzz/corpus/$$f \
			$$(ls -d tests/fuzz/corpus/$$f 2>/dev/null) || exit 1; \
	done

bench: all benches
	@for b in $(BENCHES:%.c=$B/%); do $$b || exit 1; done
	@CC="$(CC)" sh bench/tools.sh $B
	@sh bench/launcher.sh $B
	@sh bench/masq.sh $B
	@sh bench/netfilter.sh $B

# fwcompat live beside the running kernel's own ways, in namespaces, as root.
bench-live: all $B/bench/live_gen
	@sh bench/live.sh $B

tidy:
	@printf '%s\n' $(SRC) $(filter-out $(OLD_PROGRAMS),$(TEST_SRC)) | \
		xargs -n 4 -P 2 sh -c 'clang-tidy --quiet "$$@" -- \
			-std=c11 $(subst ','\'',$(OUR_CPPFLAGS) $(CPPFLAGS))' tidy

# Only what the compiler says, nothing built.
syntax:
	@printf '%s\n' $(SRC) $(TEST_SRC) | \
		xargs -n 8 -P 2 $(COMPILE) -Wno-unused-command-line-argument -fsyntax-only

# The lists, a name a line, for the scripts of tests/.
sources unit-list script-list program-list:
	@printf '%s\n' $(LIST)
sources: LIST = $(SRC) $(TEST_SRC)
unit-list: LIST = $(UNIT_TESTS)
script-list: LIST = $(SCRIPTS)
program-list: LIST = $(PROGRAMS)

# The library of bats for tests of one's own firewall.
BATS_LIBRARY = bats/fwcompat.bash

# For all programs; installed under the name of each.
COMPLETION = completion/fwcompat.bash

# Units and their scripts name what is installed.
PLACES = sed 's:@SBINDIR@:$(SBINDIR):; s:@LIBEXECDIR@:$(LIBEXECDIR):'

# fwcompat looks for the tools where it lies itself, and for those that only its
# children meet in ../libexec/fwcompat.
install: all
	$(Q)$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(LIBEXECDIR)/fwcompat/absent
	$(Q)$(INSTALL) $(BIN) $(SCRIPT_BIN) $(DESTDIR)$(SBINDIR)
	$(Q)$(INSTALL) $(TOOL_BIN) $(DESTDIR)$(LIBEXECDIR)/fwcompat
	$(Q)$(INSTALL) -m 644 launcher/functions.sh $(DESTDIR)$(LIBEXECDIR)/fwcompat/functions
	$(Q)$(INSTALL) $(ABSENT_BIN) $(DESTDIR)$(LIBEXECDIR)/fwcompat/absent
	$(Q)for b in $(BACKEND_SO); do \
		$(INSTALL) -m 644 $$b $(DESTDIR)$(LIBEXECDIR)/fwcompat || exit 1; done
	$(Q)for m in $(MAN); do \
		$(INSTALL) -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || \
			exit 1; done
	$(Q)$(INSTALL) -D -m 644 $(COMPLETION) $(DESTDIR)$(COMPLETIONDIR)/fwcompat
	$(Q)for p in $(filter-out fwcompat,$(PROGRAMS)); do \
		ln -sf fwcompat $(DESTDIR)$(COMPLETIONDIR)/$$p || exit 1; done
	$(Q)$(INSTALL) -D -m 644 $(BATS_LIBRARY) \
		$(DESTDIR)$(DATADIR)/$(BATS_LIBRARY)
	$(Q)$(INSTALL) -D -m 644 examples/fwcompat.conf \
		$(DESTDIR)$(SYSCONFDIR)/fwcompat.conf
	$(Q)$(INSTALL) -d $(DESTDIR)$(UNITDIR)
	$(Q)for u in $(UNITS); do \
		$(PLACES) $$u >$(DESTDIR)$(UNITDIR)/$${u##*/} || exit 1; done
	$(Q)for s in $(UNIT_SCRIPTS); do \
		$(PLACES) $$s >$(DESTDIR)$(LIBEXECDIR)/fwcompat/$${s##*/} && \
		chmod 755 $(DESTDIR)$(LIBEXECDIR)/fwcompat/$${s##*/} || exit 1; done

clean:
	rm -rf build

-include $(shell find $B -name '*.d' ! -path '*/libexec/*' 2>/dev/null)
