# bats/fwcompat.bash: each assertion passes where it must, fails where it must,
# and says what it saw; and the example of its use passes.

# shellcheck disable=SC2154 # bats sets output
load host

setup() {
	own_host
	no_leak_checker # rule files are compared by dry runs
	# shellcheck source=bats/fwcompat.bash
	. "$BATS_TEST_DIRNAME/../../bats/fwcompat.bash"
	fw_host if eth0 192.168.1.1/24
	fw_host if ppp0 203.0.113.5/32 ppp
	fw_host route default ppp0
}

# A rule file of the user's, whose lines are the arguments.
rules() {
	printf '%s\n' "$@" >rules
	fw_load rules
}

# The assertion fails, and says that.
fails_saying() {
	local says=$1
	shift
	run --separate-stderr ! "$@"
	assert_regex "$stderr" "$says"
	stderr='' output='' lines=()
}

out() {
	fw_send eth0 tcp 192.168.1.3:1025 198.51.100.80:80 syn
}

@test "accepted, and by which interface" {
	out
	assert_accepted
	assert_accepted ppp0
	fails_saying 'did not leave by eth0' assert_accepted eth0
	fails_saying 'was not denied' assert_denied
	fails_saying 'was not rejected' assert_rejected
	fails_saying 'not delivered' assert_delivered
	fails_saying 'left from 192.168.1.3:1025, not from' \
		assert_masqueraded 203.0.113.5
}

@test "denied" {
	rules 'ipchains -P forward DENY'
	out
	assert_denied
	fails_saying 'was not accepted' assert_accepted
	fails_saying 'did not leave' assert_masqueraded 203.0.113.5
	fails_saying 'dropped' assert_delivered
}

@test "rejected, and how" {
	rules 'ipchains -A forward -j REJECT'
	out
	assert_rejected
	assert_rejected 3 1
	fails_saying 'with type 3 code 3:' assert_rejected 3 3
	fails_saying 'answered eth0' assert_denied
}

@test "masqueraded as" {
	rules 'ipchains -A forward -j MASQ'
	out
	assert_masqueraded 203.0.113.5:61000
	assert_masqueraded 203.0.113.5
	fails_saying 'left from 203.0.113.5:61000' assert_masqueraded \
		203.0.113.5:61001
}

@test "delivered, and to which port" {
	rules 'ipchains -A input -p tcp -d 0/0 80 -j REDIRECT 8080'
	out
	assert_delivered
	assert_delivered 8080
	fails_saying 'not delivered to port 80:' assert_delivered 80
}

@test "logged" {
	rules 'ipchains -A input -p tcp -j ACCEPT -l'
	out
	assert_logged 'input ACCEPT eth0 PROTO=6 192.168.1.3:1025'
	fails_saying 'no log line has: output' assert_logged output
	fails_saying 'there is a log line' refute_logged
	fw_send eth0 udp 192.168.1.3:1025 198.51.100.80:53
	refute_logged
}

@test "counted by" {
	rules 'ipchains -A input -p udp' 'ipchains -A input -p tcp'
	out
	assert_counted input 2
	assert_counted input policy
	fails_saying 'not counted by input 1' assert_counted input 1
	fails_saying 'counted input 2' assert_counted forward 1
}

@test "rows of the masquerading table, and the clock" {
	rules 'ipchains -A forward -j MASQ'
	assert_no_masq_rows
	out
	assert_masq_row tcp 192.168.1.3 198.51.100.80
	fails_saying 'no masquerade entry is: udp' assert_masq_row udp
	fails_saying '192.168.1.3' assert_no_masq_rows
	fw_clock 121
	assert_no_masq_rows
}

@test "packets through lists of 1996" {
	rules 'ipfwadm -F -p deny' \
		'ipfwadm -A in -i -P tcp' \
		'ipfwadm -F -a masquerade -S 192.168.1.0/24 -o'
	out
	assert_masqueraded 203.0.113.5
	assert_counted forward 1
	assert_counted accounting 1
	assert_logged 'IP fw-fwd acc/masq ppp0 TCP'
}

@test "saved rules are loaded; one that is wrong is not" {
	printf '%s\n' '# mine' ':input ACCEPT' ':forward DENY' \
		':output ACCEPT' >saved
	fw_load saved
	out
	assert_denied
	echo '-A input -s nonsense' >>saved
	run ! fw_load saved
}

@test "what is no packet, or comes by no interface, is an error" {
	fails_saying "tcp: its ends have ports" \
		fw_send eth0 tcp 192.168.1.3 198.51.100.80:80
	fails_saying "eth7: the host has no such interface" \
		fw_send eth7 tcp 192.168.1.3:1 198.51.100.80:80
}

@test "rule files that do the same, and that do not" {
	echo 'ipchains -A input -j DENY' >old
	printf '%s\n' 'ipchains -A input -s 0/1 -j DENY' \
		'ipchains -A input -s 128.0.0.0/1 -j DENY' >new
	assert_same_rules old new
	echo 'ipchains -D input 1' >>new
	fails_saying 'input: denied -> accepted' assert_same_rules old new
}

@test "a recording plays" {
	local goldens=$BATS_TEST_DIRNAME/../golden
	run -0 fw_play "$goldens"/ipchains/e-eval-19.t
	sed 's/ DENY/ REJECT/' "$goldens"/ipchains/e-eval-19.t >changed.t
	cmp -s changed.t "$goldens"/ipchains/e-eval-19.t || run -1 fw_play changed.t
}

@test "the example passes" {
	cp "$BATS_TEST_DIRNAME"/../../examples/{firewall.bats,rc.firewall.strong} .
	FWCOMPAT_BATS=$BATS_TEST_DIRNAME/../../bats run -0 bats firewall.bats
	assert_line --partial "ok 8"
}

@test "never the running kernel, whatever the machine's settings are" {
	echo 'backend = netfilter' >conf
	export FWCOMPAT_CONF=$PWD/conf
	out
	assert_accepted
	run -0 fwcompat status
	assert_line 'backend    engine'
}
