#!/usr/bin/env bats
# The laboratory itself (tests/lab), with the kernel's own masquerading: what
# works through a router that masquerades fails through one that does not.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

load host
load ../lab/lab
load ../lab/programs

setup_file() {
	export LC_ALL=C
	[ -z "$(lab_lacks "${lab_programs[@]}" iptables-legacy)" ] || return 0
	takes_rule -t nat -A POSTROUTING -j MASQUERADE || return 0
	lab_up "$BATS_FILE_TMPDIR/lab"
	lab_serve s1
	lab_serve s2
	lab_serve_irc s1
	lab_serve_crowd s1
	lab_serve c1
	at r iptables-legacy-restore <<-EOF
		*raw
		-A PREROUTING -p tcp --dport 21 -j CT --helper ftp
		-A PREROUTING -p tcp --dport 6667 -j CT --helper irc
		COMMIT
		*nat
		-A PREROUTING -d 203.0.113.201 -p tcp --dport 8080 -j DNAT --to 10.1.0.2:80
		-A POSTROUTING -o eth2 -j MASQUERADE
		-A POSTROUTING -o ppp0 -j MASQUERADE
		COMMIT
	EOF
}

teardown_file() {
	lab_down
}

setup() {
	own_host
	need_lab "${lab_programs[@]}" iptables-legacy
	need_rule -t nat -A POSTROUTING -j MASQUERADE
	lab_sysctl r ipv4/ip_forward 1
}

# every VERB [WORD...]: from each client to each server.
every() {
	local client server
	for client in c1 c2; do
		for server in 203.0.113.9 198.51.100.9; do
			"$1" $client $server "${@:2}" || return
		done
	done
}

@test "ping" {
	every lab_ping
}

@test "traceroute, by UDP and by ICMP" {
	every lab_traceroute
	every lab_traceroute -I
}

@test "DNS" {
	every lab_dns
}

@test "HTTP" {
	every lab_http
}

@test "active FTP" {
	every lab_ftp active
	every lab_ftp_curl active
}

@test "passive FTP" {
	every lab_ftp passive
	every lab_ftp_curl passive
}

@test "IRC: a file and a chat by DCC" {
	lab_dcc c1 203.0.113.9 send
	lab_dcc c2 203.0.113.9 send
	lab_dcc c1 203.0.113.9 chat
}

@test "a client's server, reached from outside" {
	lab_http s1 203.0.113.201 8080
}

@test "2,000 connections at the same time" {
	lab_crowd c1 203.0.113.9 2000
}

@test "captures before and behind the router" {
	lab_capture r eth0 before
	lab_capture r ppp0 behind
	lab_ping c1 198.51.100.9
	lab_captured before behind
	run -0 tcpdump -n -r "$lab_dir/before.pcap" 'icmp and src 10.1.0.2'
	assert_line --partial '10.1.0.2 > 198.51.100.9: ICMP echo request'
	run -0 tcpdump -n -r "$lab_dir/behind.pcap" 'icmp and src 198.51.100.201'
	assert_line --partial '198.51.100.201 > 198.51.100.9: ICMP echo request'
}

@test "nothing works through a router that forwards nothing" {
	local verb works=0
	lab_sysctl r ipv4/ip_forward 0
	local -A failed
	for verb in lab_ping lab_traceroute 'lab_traceroute -I' lab_dns lab_http \
		'lab_ftp active' 'lab_ftp passive' 'lab_ftp_curl active' \
		'lab_ftp_curl passive' 'lab_dcc send' 'lab_dcc chat'; do
		read -r name words <<<"$verb"
		# shellcheck disable=SC2086 # words are words
		"$name" c1 203.0.113.9 $words 3>&- &
		failed[$!]=$verb
	done
	lab_http s1 203.0.113.201 8080 3>&- &
	failed[$!]='lab_http from outside'
	lab_crowd c1 203.0.113.9 2 3>&- &
	failed[$!]=lab_crowd
	for pid in "${!failed[@]}"; do
		! wait "$pid" || { echo "works: ${failed[$pid]}"; works=1; }
	done
	[ $works = 0 ]
}

@test "it ends with the shell that made it, however that ends" {
	local pid
	bash -c '. "$1/lab.bash"
		lab_up "$2/lab" && lab_start s1 idle sleep 1000
		echo "$lab_pid" >"$2/pid"; kill -KILL $$' \
		bash "$lab_home" "$BATS_TEST_TMPDIR" || :
	pid=$(<"$BATS_TEST_TMPDIR/pid")
	lab_until 10 gone "$pid"
	run pgrep -f "$BATS_TEST_TMPDIR/lab/"
	assert_output ''
}

# Whether the process $1 has ended; who inherited it may not have looked yet.
gone() {
	case $(ps -o stat= -p "$1") in '' | Z*) ;; *) return 1 ;; esac
}
