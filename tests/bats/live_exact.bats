#!/usr/bin/env bats
# fwcompat live between real clients and servers. As live_exact.bats each packet
# goes through the engine; as live_fast.bats, which is the same file, --fast.

# shellcheck disable=SC2154 # what tests/lab/*.bash set
# shellcheck disable=SC2034 # what they look at

load host
load ../lab/lab
load ../lab/programs
load ../lab/matrix
load ../lab/live

setup() {
	own_host
	live_options=
	case $BATS_TEST_FILENAME in *fast*) live_options=--fast ;; esac
	need_lab "${lab_programs[@]}" iptables-legacy ethtool
	need_rule -t raw -A OUTPUT -j NFQUEUE --queue-num 1
	lab_up "$BATS_TEST_TMPDIR/lab"
}

teardown() {
	lab_down
}

@test "all programs work, and all listings are the engine's for the same packets" {
	lab_plain_cables
	lab_serve s1
	lab_serve s2
	lab_serve_irc s1
	lab_serve_crowd s1
	lab_live_capture
	lab_live
	lab_live_rules
	lab_everything c1 203.0.113.9
	lab_everything c2 203.0.113.9
	lab_everything c1 198.51.100.9
	lab_everything c2 198.51.100.9
	lab_captured eth0 eth1 eth2 ppp0
	lab_live_listing >live
	lab_kill live
	lab_live_replay kernel >replayed
	diff live replayed
	diff <(sed 's/^.* kernel: //' "$lab_dir/log/kernel") kernel
	assert [ "$(grep -c '^TCP' live)" -ge 100 ]
	assert [ "$(grep -c '^Packet log' kernel)" -ge 10 ]
}

@test "100 MB by HTTP, of cables that send more at once than they carry" {
	lab_serve s1 100
	lab_live
	lab_live_rules
	lab_http c1 203.0.113.9
	run -0 ipchains -M -L -n
	assert_line --regexp '^TCP +[0-9:.]+ 10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(61000\) -> 80'
	lab_kill live
	run -0 awk '/^packets in/ { print ($3 < 1000) ? "few" : "all" }' \
		"$lab_dir/log/live"
	if [ -n "$live_options" ]; then
		assert_output few
	else
		assert_output all
	fi
}

@test "2,000 connections at the same time" {
	lab_serve_crowd s1
	lab_live
	lab_live_rules
	lab_crowd_stays c1 203.0.113.9 2000
	run -0 ipchains -M -L -n
	assert_equal "$(grep -c '^TCP' <<<"$output")" 2000
	assert_equal "$(grep -o '([0-9]*)' <<<"$output" | sort -u | wc -l)" 2000
}

@test "a client's server, reached from outside" {
	lab_serve c1
	lab_live
	lab_live_rules
	fwcompat run insmod ip_masq_portfw
	run ! lab_http s1 203.0.113.201 8080
	ipmasqadm portfw -a -P tcp -L 203.0.113.201 8080 -R 10.1.0.2 80
	lab_http s1 203.0.113.201 8080
}

@test "without rules and modules, what needs them fails" {
	lab_serve s1
	lab_live
	ipchains -P forward DENY
	run ! lab_ping c1 203.0.113.9
	ipchains -A forward -i eth2 -j MASQ
	lab_ping c1 203.0.113.9
	run ! lab_ftp c1 203.0.113.9 active
	lab_ftp c1 203.0.113.9 passive
}

@test "the matrix of probes: all fates and log lines are the engine's" {
	lab_mute
	lab_live
	sh -e "$lab_home/rules/chains.sh"
	sh "$lab_home/matrix.sh" >probes
	lab_probe_router <probes >router
	ipchains -L input -v -x -n >live
	lab_kill live
	fwcompat reset
	lab_host
	sh -e "$lab_home/rules/chains.sh"
	lab_probe_engine limited <probes >engine
	ipchains -L input -v -x -n >engine_rules
	lab_matrix_compare router engine "$lab_home/known/live"
	run -0 diff live engine_rules
}

@test "rules changed 1,000 times under load: nothing passes that none allows" {
	lab_live
	lab_live_rules
	ipchains -I forward 1 -p udp -d 203.0.113.9 7001 -j MASQ
	ipchains -I forward 1 -p udp -d 203.0.113.9 7002 -j DENY
	lab_start r stream "$lab_bin/stream" 7001 7002
	lab_live_changes 1000 >changes
	lab_kill stream
	lab_live_leaks changes <"$lab_dir/log/stream"
}

@test "killed ten times: nothing passes until it is back, and entries are kept" {
	local i
	lab_serve s1
	lab_live
	lab_live_rules
	lab_start c1 fetch curl -sS --limit-rate 2M -o "$PWD/got" \
		http://203.0.113.9/file
	lab_until 10 test -s got
	for i in {1..10}; do
		lab_kill live KILL
		run ! at c1 ping -c 1 -W 0.1 203.0.113.9
		lab_live
		at c1 ping -q -c 1 -W 10 203.0.113.9
	done
	lab_until 20 cmp -s got "$lab_dir/www/file"
	run -0 ipchains -M -L -n
	assert_line --regexp '10\.1\.0\.2 .* \(61000\) -> 80'
}

@test "killed with --on-death open: packets pass as the kernel routes them" {
	live_options+=' --on-death open'
	lab_sysctl r ipv4/ip_forward 1
	at s1 ip route add 10.1.0.0/24 via 203.0.113.201
	lab_live
	ipchains -P forward DENY
	run ! at c1 ping -c 1 -W 0.2 203.0.113.9
	lab_kill live KILL
	at c1 ping -c 1 -W 10 203.0.113.9
}

@test "ended, it leaves netfilter as it was" {
	local signal
	at r iptables-legacy -t raw -A PREROUTING -s 192.0.2.1 -j DROP
	at r iptables-legacy-save | grep -v '^#' >before
	for signal in TERM INT; do
		lab_live
		lab_kill live $signal
		at r iptables-legacy-save | grep -v '^#' >after
		run -0 diff before after
	done
}
