# What rc.firewall.strong must do, whatever becomes of its lines: an example of
# tests of one's own firewall. Run it by `bats examples/firewall.bats'.

load "${FWCOMPAT_BATS:-/usr/share/fwcompat/bats}/fwcompat"

setup() {
	fw_host if eth0 192.168.1.1/24
	fw_host if ppp0 203.0.113.5/32 ppp
	fw_host route default ppp0
	fw_load "$BATS_TEST_DIRNAME/rc.firewall.strong" start
}

@test "the house reaches the world, as from our address" {
	fw_send eth0 tcp 192.168.1.3:1025 198.51.100.80:80 syn
	assert_masqueraded 203.0.113.5:61000
	assert_counted forward 1
	refute_logged
	assert_masq_row tcp 192.168.1.3 198.51.100.80 1025 '(61000)' '->' 80
}

@test "answers come back to who asked" {
	fw_send eth0 udp 192.168.1.3:1030 198.51.100.53:53
	fw_send ppp0 udp 198.51.100.53:53 203.0.113.5:61000
	assert_accepted eth0
}

@test "a masqueraded connection is forgotten two hours after its last packet" {
	fw_send eth0 tcp 192.168.1.3:1025 198.51.100.80:80 syn
	fw_send ppp0 tcp 198.51.100.80:80 203.0.113.5:61000 syn ack
	fw_send eth0 tcp 192.168.1.3:1025 198.51.100.80:80 ack
	fw_clock 7199
	assert_masq_row tcp 192.168.1.3
	fw_clock 2
	assert_no_masq_rows
}

@test "mail and secure shell are ours to offer; telnet is not" {
	for port in 22 25; do
		fw_send ppp0 tcp 198.51.100.7:1025 "203.0.113.5:$port" syn
		assert_delivered "$port"
	done
	fw_send ppp0 tcp 198.51.100.7:1025 203.0.113.5:23 syn
	assert_denied
	assert_logged "log-drop DENY ppp0 PROTO=6 198.51.100.7:1025 203.0.113.5:23"
}

@test "mail servers that ask who we are get an answer" {
	fw_send ppp0 tcp 198.51.100.7:1025 203.0.113.5:113 syn
	assert_rejected 3 3
}

@test "liars are found by the interface they come by" {
	fw_send ppp0 tcp 192.168.1.3:1025 203.0.113.5:25 syn
	assert_denied
	fw_send ppp0 udp 203.0.113.5:1025 203.0.113.5:53
	assert_denied
}

@test "the noise of the neighbours' networks is not worth a line" {
	fw_send ppp0 udp 198.51.100.7:137 203.0.113.5:137
	assert_denied
	refute_logged
}

@test "a rule file that looks better does the same" {
	ipchains-save >"$BATS_TEST_TMPDIR/saved" 2>/dev/null
	assert_same_rules - "$BATS_TEST_TMPDIR/saved"
}
