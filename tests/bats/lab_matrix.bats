#!/usr/bin/env bats
# The matrix of probes: a router with rules by hand, and the engine.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

load host
load ../lab/lab
load ../lab/matrix

setup() {
	own_host
	need_lab iptables-legacy
	need_rule -t nat -A POSTROUTING -j MASQUERADE
	lab_up "$BATS_TEST_TMPDIR/lab"
	lab_mute
	lab_sysctl r ipv4/ip_forward 1
	lab_host
	sh "$lab_home/matrix.sh" >probes
}

teardown() {
	lab_down
}

@test "there are at least 500 probes, and each has a fate" {
	lab_probe_engine <probes >fates
	assert [ "$(wc -l <probes)" -ge 500 ]
	assert_equal "$(grep -c ' -> ' fates)" "$(wc -l <probes)"
}

@test "without rules both do the same" {
	lab_probe_router <probes >router
	lab_probe_engine <probes >engine
	run -0 diff router engine
	run -0 grep -c -e '-> [cs][12r]' engine
	assert [ "$output" -ge 300 ]
}

@test "what is denied arrives nowhere, what is rejected is told so" {
	at r iptables-legacy -A FORWARD -p tcp -j DROP
	at r iptables-legacy -A FORWARD -p udp \
		-j REJECT --reject-with icmp-host-unreachable
	ipchains -A forward -p tcp -j DENY
	ipchains -A forward -p udp -j REJECT
	lab_probe_router <probes >router
	lab_probe_engine <probes >engine
	# What it sees only a piece of it does not refuse.
	echo 'pieces 3 -> nothing <> refused 3/1' >known
	lab_matrix_compare router engine known
	run ! grep -E '(c.|s.) tcp .* -> [cs]' router
	run -0 grep -c -e '-> refused 3/1' router
	assert [ "$output" -ge 20 ]
}

@test "MASQUERADE by hand differs from MASQ where it is known to" {
	local proto
	for proto in 'tcp -j MASQUERADE --to-ports 61000-65095' \
		'udp -j MASQUERADE --to-ports 61000-65095' 'all -j MASQUERADE'; do
		# shellcheck disable=SC2086 # words are words
		at r iptables-legacy -t nat -A POSTROUTING -o eth2 -s 10.1.0.0/24 \
			-p $proto
	done
	ipchains -A forward -i eth2 -s 10.1.0.0/24 -j MASQ
	lab_probe_router <probes >router
	lab_probe_engine <probes >engine
	lab_matrix_compare router engine "$lab_home/known/masquerade"
	run -1 lab_matrix_compare router engine /dev/null
}
