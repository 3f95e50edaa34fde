#!/usr/bin/env bats
# What fwcompat live --fast leaves to the filter in the kernel, and what the
# tools show of that.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

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
