#!/usr/bin/env bats
# The masquerade table of the netfilter backend: connections of the running
# kernel as the old listings show them, and what rules do to those there are.

# shellcheck disable=SC2154 # what tests/lab/*.bash and bats set

load host
load ../lab/lab
load ../lab/programs

setup() {
	need_lab "${lab_programs[@]}" iptables-legacy conntrack
	own_host
	export FWCOMPAT_BACKEND=netfilter
	need_backend
	lab_up "$BATS_TEST_TMPDIR/lab"
	lab_sysctl r ipv4/ip_forward 1
	# Those of another program; and then ours.
	at r iptables-legacy-restore <<-EOF
		*nat
		-A PREROUTING -d 203.0.113.201 -p tcp --dport 8081 -j DNAT --to 10.1.0.2:80
		-A POSTROUTING -o ppp0 -j MASQUERADE
		COMMIT
	EOF
	at r fwcompat run insmod ip_masq_ftp
	at r ipchains -A forward -i eth2 -j MASQ
}

teardown() {
	lab_down
}

# rows: /proc/net/ip_masquerade without the ports that chance gave and the
# expiry.
rows() {
	at r fwcompat proc net/ip_masquerade | sed 's/ *$//'
}

# Whether a row matches the extended pattern $1.
has_row() {
	rows | grep -qE "$1"
}

@test "TCP, UDP and ICMP, hosts and ports in hex, expiry in 1/100 s" {
	lab_serve s1
	lab_ping c1 203.0.113.9
	lab_dns c2 203.0.113.9
	lab_http c1 203.0.113.9
	run -0 rows
	assert_line --index 0 'Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta Expires (free=40959,40959,40959)'
	assert_line --regexp '^ICMP 0A010002:[0-9A-F]{4} CB007109:0008 [0-9A-F]{4} 00000000      0      0    [23][0-9]00$'
	assert_line --regexp '^UDP C0A8014D:[0-9A-F]{4} CB007109:0035 E[EF][0-9A-F]{2}|F[0-9A-E][0-9A-F]{2} 00000000      0      0    [23][0-9]00$'
	assert_line --regexp '^TCP 0A010002:[0-9A-F]{4} CB007109:0050 [EF][0-9A-F]{3} 00000000      0      0   1[12][0-9]00$'
	assert_equal "${#lines[@]}" 4
	run -0 at r ipchains -M -L -n
	assert_line --regexp '^TCP  01:5[0-9]\.00 10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 80$'
	# ipfwadm does not know the rows of ICMP.
	at r conntrack -D -p icmp
	run -0 at r ipfwadm -M -l -n -e
	assert_line --regexp '^tcp +01:5[0-9]\.00 .* 10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 80$'
}

@test "an identifier of ping that is taken is another outside" {
	for client in c1 c2; do
		at $client ping -q -c 1 -e 77 203.0.113.9
	done
	run -0 rows
	assert_line --regexp '^ICMP 0A010002:004D CB007109:0008 [0-9A-F]{4} '
	assert_line --regexp '^ICMP C0A8014D:004D CB007109:0008 [0-9A-F]{4} '
	assert_equal "$(awk '$1 == "ICMP" { print $4 }' <<<"$output" | uniq -d)" ''
}

@test "FTP: the shift of its sequence, and the data connection, turned back" {
	lab_serve s1
	mkfifo "$BATS_TEST_TMPDIR/say"
	lab_start c1 ftp sh -c "exec tnftp -n -A <'$BATS_TEST_TMPDIR/say'"
	exec 5>"$BATS_TEST_TMPDIR/say"
	printf '%s\n' 'open 203.0.113.9' 'user anonymous lab@lab.test' epsv4 \
		binary "get file $BATS_TEST_TMPDIR/got" >&5
	# 203,0,113,201 for 10,1,0,2.
	lab_until 10 has_row '^TCP 0A010002:[0-9A-F]{4} CB007109:0015 [EF][0-9A-F]{3} [0-9A-F]{8}      5      0 43[0-9]{6}$'
	lab_until 10 has_row '^TCP 0A010002:[0-9A-F]{4} CB007109:0014 [0-9A-F]{4} 00000000      0      0 '
	run -0 at r fwcompat proc net/ip_masq/app
	assert_line --regexp '^TCP  21      1        ftp'
	printf '%s\n' "get file $BATS_TEST_TMPDIR/got" >&5
	lab_until 10 has_row '^TCP 0A010002:[0-9A-F]{4} CB007109:0015 .*     10      5 43[0-9]{6}$'
	exec 5>&-
	lab_until 10 has_row '^TCP 0A010002:[0-9A-F]{4} CB007109:0015 .*     10      5 +[0-9]{4,5}$'
	at r conntrack -D -p tcp --dport 21
	run -0 rows
	refute_output --partial CB007109:0015
}

@test "passive FTP: data connections begin inside, and are controlled" {
	lab_serve s1
	lab_ftp c1 203.0.113.9 passive
	at r fwcompat run insmod ip_masq_user
	run -0 at r fwcompat proc net/ip_masq/tcp
	assert_line --regexp '^TCP  0A010002:[0-9A-F]{4} CB007109:0015 CB0071C9:[0-9A-F]{4} [A-Z_]+ +[0-9A-F]+ +3 +2 '
	assert_equal "$(grep -cE ' +[0-9A-F]+ +3  -1 ' <<<"$output")" 2
}

@test "IRC: what a DCC chat's offer lets in" {
	lab_serve_irc s1
	at r fwcompat run insmod ip_masq_irc
	lab_dcc c1 203.0.113.9 chat
	run -0 rows
	assert_line --regexp '^TCP 0A010002:[0-9A-F]{4} CB007109:1A0B .* +[1-9][0-9]* +0 '
	assert_line --regexp '^TCP 0A010002:[0-9A-F]{4} CB007109:[0-9A-F]{4} [0-9A-F]{4} 00000000      0      0 '
	[ "$(grep -c ^TCP <<<"$output")" = 2 ]
}

@test "what is announced and awaited is listed" {
	at r fwcompat run insmod ip_masq_user
	lab_serve s1
	# shellcheck disable=SC2016 # for the shell inside
	lab_start c1 talk bash -c 'exec 4<>/dev/tcp/203.0.113.9/21
		read -r -u 4 line
		for say in "USER anonymous" "PASS x@y.test" "PORT 10,1,0,2,200,1"; do
			printf "%s\r\n" "$say" >&4
			read -r -u 4 line
		done
		exec cat <&4'
	lab_until 10 has_row '^TCP 0A010002:C801 CB007109:0000 C801 00000000      0      0   [0-9]+00$'
	run -0 at r fwcompat proc net/ip_masq/tcp
	assert_line --regexp '^TCP  0A010002:C801 CB007109:0000 CB0071C9:C801 LISTEN       182    3  -1 '
}

@test "UDP is gone after its timeout" {
	at r ipchains -M -S 0 0 1
	lab_serve s1
	lab_dns c1 203.0.113.9
	has_row '^UDP '
	gone() { ! has_row '^UDP '; }
	lab_until 20 gone
}

@test "what other programs' rules translate is not listed" {
	lab_serve c1
	lab_serve s2
	lab_http c1 198.51.100.9
	lab_http s1 203.0.113.201 8081
	[ "$(at r conntrack -C)" = 2 ]
	run -0 rows
	assert_output 'Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta Expires (free=40960,40960,40960)'
}

@test "a forwarded port" {
	lab_serve c1
	at r fwcompat run insmod ip_masq_portfw
	at r ipmasqadm portfw -a -P tcp -L 203.0.113.201 8080 -R 10.1.0.2 80
	lab_http s1 203.0.113.201 8080
	run -0 rows
	assert_line --regexp '^TCP 0A010002:0050 CB007109:[0-9A-F]{4} 1F90 00000000 '
	assert_line --index 0 --partial '(free=40960,40960,40960)'
}

@test "rows stand in the order of the old hash" {
	lab_serve_crowd s1
	lab_crowd_stays c1 203.0.113.9 500
	at r fwcompat proc net/ip_masquerade | sed 1d |
		while read -r _ _ to masq _; do
			echo $(((6 ^ 0xCB0071C9 ^ 0x$masq ^ 0x${to%:*} ^ 0x${to#*:}) & 255))
		done >"$BATS_TEST_TMPDIR/order"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/order")" = 500 ]
	sort -n -C "$BATS_TEST_TMPDIR/order"
}

# Whether the router knows a connection to $1.
knows() {
	at r conntrack -L -d "$1" 2>/dev/null | grep -q .
}

@test "what is not to be masqueraded any more is forgotten, and only that" {
	lab_ping c1 203.0.113.9
	lab_ping c2 203.0.113.9
	lab_ping c1 198.51.100.9
	at r ping -q -c 1 203.0.113.9
	run -0 at r conntrack -L
	assert_equal "$(grep -c src= <<<"$output")" 4
	at r ipchains -R forward 1 -i eth2 -s 192.168.1.0/24 -j MASQ
	run -0 rows
	assert_line --regexp '^ICMP C0A8014D:'
	refute_line --regexp '^ICMP 0A010002:'
	at r ipchains -A input -s 192.0.2.1 -j DENY
	has_row '^ICMP C0A8014D:'
	at r ipchains -F
	run -0 rows
	refute_line --regexp '^ICMP'
	run -0 at r conntrack -L
	assert_line --partial 'src=10.1.0.2 dst=198.51.100.9'
	assert_line --partial 'src=203.0.113.201 dst=203.0.113.9'
	assert_equal "$(grep -c src= <<<"$output")" 2
}

@test "what was passed as it is and now is masqueraded begins anew" {
	at r ipchains -F forward
	at r ipchains -A forward -i eth1 -j MASQ
	at c1 ping -q -c 1 -W 0.2 203.0.113.9 || :
	at c1 ping -q -c 1 10.1.0.1
	run -0 at r conntrack -L -d 203.0.113.9
	at r ipchains -R forward 1 -i eth2 -j MASQ
	run -0 at r conntrack -L
	assert_line --partial 'src=10.1.0.2 dst=10.1.0.1'
	refute_line --partial 'src=10.1.0.2 dst=203.0.113.9'
}

@test "what went to the host itself goes on to a port that is forwarded now" {
	talk() {
		at s1 dig +tries=1 +time=1 -b 203.0.113.9#7777 -p 5353 \
			@203.0.113.201 x.test || :
	}
	at r fwcompat run insmod ip_masq_portfw
	talk
	run -0 at r conntrack -L -p udp
	assert_line --partial 'dport=5353 [UNREPLIED]'
	at r ipmasqadm portfw -a -P udp -L 203.0.113.201 5353 -R 10.1.0.2 53
	run -0 at r conntrack -L -p udp
	refute_line --partial 'dport=5353'
	talk
	has_row '^UDP 0A010002:0035 CB007109:1E61 14E9 '
	# Its connections outlive a forward.
	at r ipmasqadm portfw -f
	has_row '^UDP 0A010002:0035 CB007109:1E61 14E9 '
}

@test "-M -S sets the timeouts of the namespace, and of no other" {
	timeouts() {
		(cd /proc/sys/net/netfilter && cat nf_conntrack_tcp_timeout_established \
			nf_conntrack_tcp_timeout_fin_wait nf_conntrack_udp_timeout \
			nf_conntrack_udp_timeout_stream) | tr '\n' ' '
	}
	export -f timeouts
	was=$(at s1 bash -c timeouts)
	at r ipchains -M -S 900 0 30
	assert_equal "$(at r bash -c timeouts)" '900 120 30 30 '
	at r ipchains -M -S 0 60 0
	assert_equal "$(at r bash -c timeouts)" '900 60 30 30 '
	assert_equal "$(at s1 bash -c timeouts)" "$was"
	run --separate-stderr -1 at r ipchains -M -S 20000000 77 77
	assert_equal "$(at r bash -c timeouts)" '900 60 30 30 '
}

@test "-M -s of 2.0 counts from both sides' FIN" {
	at r fwcompat reset --era 2.0
	at r ipfwadm -M -s 600 50 40
	run -0 at r sh -c 'cd /proc/sys/net/netfilter && grep . nf_conntrack_*timeout*'
	assert_line 'nf_conntrack_tcp_timeout_established:600'
	assert_line 'nf_conntrack_tcp_timeout_fin_wait:600'
	assert_line 'nf_conntrack_tcp_timeout_close_wait:600'
	assert_line 'nf_conntrack_tcp_timeout_last_ack:50'
	assert_line 'nf_conntrack_tcp_timeout_time_wait:50'
	assert_line 'nf_conntrack_udp_timeout:40'
	assert_line 'nf_conntrack_udp_timeout_stream:40'
}

@test "ip_forward is the kernel's own" {
	run -0 at r fwcompat proc sys/net/ipv4/ip_forward
	assert_output 1
	at r sysctl -qw net.ipv4.ip_forward=0
	run -0 at r fwcompat proc sys/net/ipv4/ip_forward
	assert_output 0
}

@test "loose UDP is refused" {
	run -0 at r fwcompat run --backend netfilter sh -c \
		'echo 0 >/proc/sys/net/ipv4/ip_masq_udp_dloose'
	run -0 at r fwcompat run --backend netfilter sh -c \
		'/bin/echo 1 >/proc/sys/net/ipv4/ip_masq_udp_dloose
		cat /proc/sys/net/ipv4/ip_masq_udp_dloose'
	assert_line --partial 'not supported'
	assert_line 0
}
