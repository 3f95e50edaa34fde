#!/usr/bin/env bats
# fwcompat live beside packets that pass: the host's own, what it tells, what it
# refuses, and a host that changes.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

load host
load ../lab/lab
load ../lab/programs
load ../lab/live

setup() {
	own_host
	need_lab curl lighttpd ping iptables-legacy
	need_rule -t raw -A OUTPUT -j NFQUEUE --queue-num 1
	lab_up "$BATS_TEST_TMPDIR/lab"
}

teardown() {
	lab_down
}

# lab_http from c1 to what is served by the router, whoever's address it is.
redirected() {
	lab_http c1 203.0.113.9 8080
	lab_http c1 192.0.2.77 8080
	lab_http c1 10.1.0.1 8080
	lab_http c1 10.1.0.1 80
}

@test "2.2: what is redirected reaches the router's own server" {
	lab_serve_files
	lab_serve_http r
	lab_live
	run ! lab_http c1 203.0.113.9 8080
	ipchains -A input -i eth0 -p tcp -d 0/0 8080 -j REDIRECT 80
	redirected
}

@test "what is redirected on its way back to the host itself" {
	lab_serve_files
	lab_serve_http r
	lab_live
	lab_http r 127.0.0.1
	ipchains -A input -i lo -p tcp -d 0/0 8080 -j REDIRECT 80
	lab_http r 127.0.0.1 8080
	lab_http r 10.1.0.1 8080
}

@test "2.0: what is redirected reaches the router's own server" {
	lab_serve_files
	lab_serve_http r
	fwcompat reset --era 2.0
	lab_live
	ipfwadm -I -a accept -P tcp -W eth0 -D 0/0 8080 -r 80
	redirected
}

@test "the host's own packets meet its chains" {
	lab_live
	lab_ping r 203.0.113.9
	lab_ping r 127.0.0.1
	ipchains -A output -i eth2 -p icmp -d 203.0.113.9 -j DENY
	run ! at r ping -c 1 -W 0.2 203.0.113.9
	lab_ping r 198.51.100.9
	ipchains -A input -i lo -p icmp -j DENY
	run ! at r ping -c 1 -W 0.2 127.0.0.1
	run -0 ipchains -L -v -n -x
	assert_line --regexp '^ +1 +84 DENY .* eth2 '
	assert_line --regexp '^ +1 +84 DENY .* lo '
}

@test "who sends to nobody is told" {
	lab_live
	run at c2 ping -c 1 -W 8 10.1.0.99
	assert_output --partial 'From 192.168.1.1 icmp_seq=1 Destination Host Unreachable'
}

@test "packets that are too long for the way" {
	lab_live
	lab_live_rules
	fwcompat proc net/ipv4/ip_always_defrag 1
	at s1 ip link set eth0 mtu 1400
	at r ip link set eth2 mtu 1400
	lab_until 20 at c1 ping -q -c 1 -W 1 -s 4000 203.0.113.9
	run at c1 ping -c 1 -W 10 -M "do" -s 1400 203.0.113.9
	assert_output --partial 'mtu = 1400'
	at c1 ping -q -c 1 -W 10 -s 4000 10.1.0.1
}

@test "addresses, interfaces and routes are the host's as they change" {
	lab_live
	lab_live_rules
	run -0 fwcompat host
	assert_line 'if eth2 203.0.113.201/24'
	assert_line --regexp '^if ppp0 198\.51\.100\.201/32 ppp 198\.51\.100\.9$'
	at r ip address add 203.0.113.77/24 dev eth2
	at r ip address del 203.0.113.201/24 dev eth2
	at r ip address add 203.0.113.77/24 dev eth2 2>/dev/null || :
	at r ip route add 192.0.2.0/24 via 203.0.113.9
	lab_until 20 eval 'fwcompat host | grep -q "^route 192.0.2.0/24 eth2 203.0.113.9"'
	run -0 fwcompat host
	assert_line 'if eth2 203.0.113.77/24'
	refute_line --partial 203.0.113.201
	lab_ping c1 203.0.113.9
	at r ip link set eth2 down
	run ! at c1 ping -c 1 -W 0.2 203.0.113.9
	at r ip link set eth2 up
	lab_until 20 at c1 ping -q -c 1 -W 1 203.0.113.9
}

@test "a host that is reset stays this one" {
	lab_live
	lab_live_rules
	fwcompat reset
	run -0 ipchains -L input -n
	refute_output --partial eth
	lab_until 20 eval 'fwcompat host | grep -q "^if eth0 10.1.0.1/24"'
	ipchains -A forward -j MASQ
	lab_ping c1 203.0.113.9
}

@test "rules that others flush are put back" {
	lab_live
	lab_live_rules
	at r iptables-legacy -t raw -F
	lab_until 20 lab_live_is_up
	run -0 cat "$lab_dir/log/kernel"
	assert_line --partial "somebody took its netfilter rules away"
	lab_ping c1 203.0.113.9
	at r iptables-legacy -t raw -F
	at r iptables-legacy -t raw -X
	lab_until 20 lab_live_is_up
	lab_kill live
	run -0 at r iptables-legacy -t raw -S
	refute_output --partial FWCOMPAT
}

@test "a log file that was moved away is made anew after SIGHUP" {
	lab_live
	ipchains -A input -p icmp -l
	lab_ping c1 10.1.0.1
	lab_until 20 grep -q PROTO=1 "$lab_dir/log/kernel"
	mv "$lab_dir/log/kernel" moved
	at r kill -HUP "$(<"$lab_dir/pid/live")"
	lab_ping c1 10.1.0.1
	lab_until 20 grep -q PROTO=1 "$lab_dir/log/kernel"
	assert_equal "$(grep -c PROTO=1 moved)" 2
}

@test "status and top tell who carries packets, and how many" {
	lab_live
	lab_live_rules
	run -0 fwcompat status
	assert_line --regexp '^live +by process [0-9]+ for [0-9]+ s, exact path$'
	lab_ping c1 203.0.113.9
	lab_until 20 eval 'fwcompat status --json | grep -q "\"in\": [1-9]"'
	run -0 fwcompat top
	assert_line --index 0 --regexp '^live: [0-9]+ packets/s; 0/s lost, [0-9]+ dropped so far$'
	lab_kill live
	run -0 fwcompat status
	refute_line --regexp '^live'
	run -0 fwcompat top
	refute_line --regexp '^live'
}

@test "the example's router carries, counts and logs" {
	run -0 env ROUTER_BIN="$(dirname "$(command -v fwcompat)")" \
		sh "$BATS_TEST_DIRNAME/../../examples/router.sh"
	assert_line --regexp '^live +by process '
	assert_line --regexp '^tcp +192\.168\.1\.2:[0-9]+ +198\.51\.100\.9:80 +610[0-9]+ '
	assert_line --regexp '^tcp +192\.168\.1\.3:[0-9]+ +198\.51\.100\.9:80 +610[0-9]+ '
	assert_line --regexp '^ +[1-9][0-9]* +[0-9]+ MASQ .* ppp0 '
	assert_line --regexp ' kernel: Packet log: world DENY ppp0 PROTO=6 203\.0\.113\.1:[0-9]+ 203\.0\.113\.5:23 '
	assert_line --regexp '^packets in +[1-9]'
}

@test "what stands in the way is said" {
	lab_live
	run -1 at r fwcompat live
	assert_output "fwcompat live: another \`fwcompat live' carries packets with this state"
	run -1 fwcompat replay --in eth0="$BATS_TEST_DIRNAME/../../examples/lan.pcap"
	assert_output "fwcompat replay: \`fwcompat live' carries packets with this state"
	export FWCOMPAT_STATE=$PWD/other
	run -1 at r fwcompat live
	assert_output --regexp '^fwcompat live: another program takes the packets of queue 6177 '
	lab_kill live
	fwcompat host if eth0 192.168.1.1/24
	fwcompat replay --in eth0="$BATS_TEST_DIRNAME/../../examples/lan.pcap" >/dev/null
	run -1 at r fwcompat live
	assert_output --regexp "^fwcompat live: the state's clock is virtual, .* \`fwcompat reset' makes a new one$"
	at r mkdir -m 777 /run/nobody
	run -1 at r env FWCOMPAT_STATE=/run/nobody/state setpriv --reuid 65534 \
		--clear-groups --inh-caps=-all fwcompat live
	assert_output --regexp '^fwcompat live: only root may '
	run -2 at r env FWCOMPAT_BACKEND=netfilter fwcompat live
	assert_output --regexp '^fwcompat live: it is the engine .* netfilter$'
	echo 'backend = netfilter' >conf
	run -2 at r env FWCOMPAT_CONF="$PWD/conf" fwcompat live
	assert_output --regexp '^fwcompat live: it is the engine .* netfilter$'
	run -2 fwcompat live --on-death maybe
	assert_line --index 0 'fwcompat live: --on-death is closed or open: maybe'
	run -2 fwcompat live --queue many
	assert_line --index 0 'fwcompat live: not the number of a queue: many'
}
