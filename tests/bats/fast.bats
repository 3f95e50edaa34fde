#!/usr/bin/env bats
# What fwcompat live --fast leaves to the filter in the kernel, and what the
# tools show of that.

# shellcheck disable=SC2154 # what tests/lab/*.bash set
# shellcheck disable=SC2030,SC2031 # each test has its own output

load host
load ../lab/lab
load ../lab/programs
load ../lab/live

setup() {
	own_host
	ldd "$(command -v fwcompat)" | grep -q libbpf ||
		skip "built without libbpf or clang"
	need_lab "${lab_programs[@]}" iptables-legacy ethtool
	need_rule -t raw -A OUTPUT -j NFQUEUE --queue-num 1
	# shellcheck disable=SC2034 # lab_live looks at it
	live_options=--fast
	lab_up "$BATS_TEST_TMPDIR/lab"
}

teardown() {
	lab_down
}

# Packets that the engine saw, and those that the filter carried.
shares() {
	sed -n 's/^packets in *//p; s/^by the filter *//p' "$lab_dir/log/live"
}

@test "the engine sees few packets of a long transfer, and none is missing" {
	lab_plain_cables
	lab_serve s1 20
	lab_live
	lab_live_rules
	lab_http c1 203.0.113.9
	run -0 ipchains -L input -v -x -n
	lab_kill live
	read -r -d '' engine filter <<<"$(shares)" || :
	assert [ "$filter" -gt 10000 ]
	assert [ "$engine" -lt 100 ]
	assert_equal "$(awk '/^ *[0-9]/ { n += $1 } END { print n }' \
		<<<"$output")" $((engine + filter))
}

# Fifty datagrams from c1, each from a port of its own, which the kernel would
# not see to; with time to learn from the first.
fifty_datagrams() {
	# shellcheck disable=SC2016 # for perl
	at c1 perl -MIO::Socket::INET -e 'for my $port (2001 .. 2050) {
		my $from = IO::Socket::INET->new(Proto => "udp",
			LocalPort => $port, PeerAddr => "203.0.113.9:9999")
			or die $@;
		$from->send("x") or die $!;
		select(undef, undef, undef, 0.02); }'
	lab_until 20 fifty_arrived
}

# At s1, where nobody listens.
fifty_arrived() {
	[ "$(at s1 awk '/^Udp: [0-9]/ { print $3 }' /proc/net/snmp)" -ge 50 ]
}

# Fifty entries, whose masquerade ports are the first fifty.
fifty_entries() {
	run -0 ipchains -M -L -n
	assert_equal "$(grep -c '^UDP' <<<"$output")" 50
	assert_equal "$(grep -o '(61[0-9]*)' <<<"$output" | sort)" \
		"$(seq -f '(%g)' 61000 61049)"
}

@test "the filter makes entries by itself, in the order of masquerade ports" {
	lab_live
	lab_live_rules
	fifty_datagrams
	fifty_entries
	run -0 ipchains -L input -v -x -n
	assert_equal "$(awk '$8 == "eth0" && $4 == "all" { print $1 }' \
		<<<"$output")" 50
	lab_kill live
	read -r -d '' engine filter <<<"$(shares)" || :
	assert [ "$filter" -ge 10 ]
}

@test "killed, it leaves the entries that the filter made" {
	lab_live
	lab_live_rules
	fifty_datagrams
	lab_kill live KILL
	fifty_entries
	lab_live
	fifty_entries
}
