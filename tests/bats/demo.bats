#!/usr/bin/env bats
# examples/demo.sh: what it prints, and the packets it writes, read by tcpdump.

# shellcheck disable=SC2154 # stderr is what run sets

load host

setup_file() {
	export DEMO_BIN DEMO_OUT=$BATS_FILE_TMPDIR/out
	DEMO_BIN=$(dirname "$(command -v fwcompat)")
	sh "$BATS_TEST_DIRNAME/../../examples/demo.sh" >"$BATS_FILE_TMPDIR/said" \
		2>"$BATS_FILE_TMPDIR/erred"
	echo $? >"$BATS_FILE_TMPDIR/status"
}

setup() {
	said=$BATS_FILE_TMPDIR/said
}

# The packets of a capture, a line each, with every checksum judged.
packets() {
	tcpdump -n -vv -r "$DEMO_OUT/$1" 2>/dev/null | paste -sd ' ' |
		sed 's/  *[0-9][0-9]:[0-9:.]* IP (/\nIP (/g'
}

# What the demo printed below the command $1.
section() {
	awk -v command="# $1" '
		/^# / { on = $0 == command; next }
		on' "$said"
}

@test "the demo ends well and complains of nothing" {
	run -0 cat "$BATS_FILE_TMPDIR/status"
	assert_output 0
	run -0 cat "$BATS_FILE_TMPDIR/erred"
	assert_output ''
}

@test "all that left has the public address, masqueraded ports and good checksums" {
	run -0 packets out.pcap
	assert_equal "${#lines[@]}" 14
	refute_output --partial 192.168.1.
	refute_output --regexp 'bad|incorrect'
	assert_line --regexp '203\.0\.113\.5\.61000 > 198\.51\.100\.53\.53: \[udp sum ok\]'
	assert_line --regexp '203\.0\.113\.5\.61001 > 209\.1\.106\.178\.8888: Flags \[S\], cksum 0x[0-9a-f]{4} \(correct\)'
	assert_line --regexp '203\.0\.113\.5\.61002 > 198\.51\.100\.23\.23: Flags \[S\], cksum 0x[0-9a-f]{4} \(correct\)'
}

@test "all that came back is for the workstation; the stranger did not get in" {
	run -0 packets back.pcap
	assert_equal "${#lines[@]}" 12
	refute_output --regexp 'bad|incorrect|203\.0\.113\.5|198\.51\.100\.77'
	for line in "${lines[@]}"; do
		assert_regex "$line" ' > 192\.168\.1\.3\.'
	done
	assert_line --regexp '209\.1\.106\.178\.8888 > 192\.168\.1\.3\.[0-9]+: Flags \[S\.\], cksum 0x[0-9a-f]{4} \(correct\)'
}

@test "the page's connection is over, the login's stays: both tools list them" {
	run -0 section 'ipfwadm -M -l -n'
	assert_output - <<-'LISTING'
		IP masquerading entries
		prot expire   source               destination          ports
		tcp  01:56.95 192.168.1.3          209.1.106.178        58782 (61001) -> 8888
		tcp  120:00.00 192.168.1.3          198.51.100.23        34502 (61002) -> 23
		udp  04:56.95 192.168.1.3          198.51.100.53        42255 (61000) -> 53
	LISTING
	run -0 section 'ipchains -M -L -n'
	assert_line 'TCP  120:00.00 192.168.1.3          198.51.100.23        34502 (61002) -> 23'
}

@test "the rules have counted: what was masqueraded, and the stranger" {
	run -0 section 'ipchains -L -n -v'
	assert_line 'Chain forward (policy DENY: 0 packets, 0 bytes):'
	assert_line --regexp '^   14   850 MASQ .* ppp0 .* 192\.168\.1\.0/24 '
	assert_line --regexp '^    1    60 DENY  *tcp .* 137:139'
	assert_line --regexp '^   13  1141 world .* 203\.0\.113\.5 '
}

@test "/proc/net/ip_masquerade shows it in hex, padded to 127 characters" {
	run -0 section 'fwcompat proc net/ip_masquerade'
	assert_line --regexp '^TCP C0A80103:E59E D1016AB2:22B8 EE49 00000000 {6}0 {6}0   11695 *$'
	for line in "${lines[@]:0:4}"; do
		assert_equal "${#line}" 127
	done
}
