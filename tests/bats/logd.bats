#!/usr/bin/env bats
# fwcompat logd: packets that the running kernel reports by NFLOG, as the old
# kernels' log lines.

# shellcheck disable=SC2154 # what tests/lab/*.bash and bats set

load host
load ../lab/lab
load ../lab/programs
load ../lab/matrix

teardown() {
	lab_down
}

# A laboratory whose router reports what the rules on standard input say.
reporting() {
	need_lab "${lab_programs[@]}" iptables-legacy
	need_backend
	lab_up "$BATS_TEST_TMPDIR/lab"
	lab_sysctl r ipv4/ip_forward 1
	at r iptables-legacy-restore
}

# logd OPTION...: in the background, until it reads.
logd() {
	lab_start r logd fwcompat logd "$@"
	lab_until 10 at r grep -q '^ *22 ' /proc/net/netfilter/nfnetlink_log
}

@test "lines of 2.2, by what kind of packet it was" {
	reporting <<-EOF
		*mangle
		-A PREROUTING -j NFLOG --nflog-group 22 --nflog-prefix fwc:2.2:1:0:5:input:-
		-A FORWARD -p tcp -j NFLOG --nflog-group 22 --nflog-prefix fwc:2.2:2:0:7:forward:DENY
		-A FORWARD -p udp -j NFLOG --nflog-group 22 --nflog-prefix fwc:2.2:3:5353:5:input:REDIRECT
		-A FORWARD -p icmp -j NFLOG --nflog-group 22 --nflog-prefix "fwc:2.2:40:0:5:a:b c:usr"
		COMMIT
	EOF
	logd --log "$PWD/lines"
	at c1 ping -q -c 1 -W 1 -p 00 203.0.113.9 || :
	lab_until 10 grep -q usr lines
	at c1 curl -s -m 1 --local-port 1025 http://203.0.113.9:23/ || :
	at c1 dig +tries=1 +time=1 -b 10.1.0.2#1026 @203.0.113.9 x.test || :
	lab_until 10 grep -q REDIRECT lines
	lab_kill logd
	run -0 sed -n 's/^\([A-Z][a-z][a-z] [ 1-3][0-9] [0-9:]*\) [^ ]* kernel: //p' lines
	assert_line --regexp '^Packet log: input - eth0 PROTO=1 10\.1\.0\.2:8 203\.0\.113\.9:0 L=84 S=0x00 I=[0-9]+ F=0x4000 T=64 \(#1\)$'
	assert_line --regexp '^Packet log: a:b c usr eth2 PROTO=1 10\.1\.0\.2:8 203\.0\.113\.9:0 L=84 S=0x00 I=[0-9]+ F=0x4000 T=63 \(#40\)$'
	assert_line --regexp '^Packet log: forward DENY eth2 PROTO=6 10\.1\.0\.2:1025 203\.0\.113\.9:23 L=60 S=0x00 I=[0-9]+ F=0x4000 T=63 SYN \(#2\)$'
	assert_line --regexp '^Packet log: input REDIRECT 5353 eth2 PROTO=17 10\.1\.0\.2:1026 203\.0\.113\.9:53 L=[0-9]+ S=0x00 I=[0-9]+ F=0x[04]000 T=63 \(#3\)$'
}

@test "lines of 2.0 and 1.3" {
	reporting <<-EOF
		*mangle
		-A FORWARD -p icmp -j NFLOG --nflog-group 22 --nflog-prefix "fwc:2.0:0:0:6:fw-fwd:acc/masq"
		-A FORWARD -p icmp -j NFLOG --nflog-group 22 --nflog-prefix "fwc:2.0:0:0:8:acct out:"
		-A FORWARD -p icmp -j NFLOG --nflog-group 22 --nflog-prefix "fwc:1.3:0:0:6:fw-fwd:Deny"
		COMMIT
	EOF
	logd --log -
	at c1 ping -q -c 1 -W 1 203.0.113.9 || :
	lab_until 10 grep -q Deny "$lab_dir/log/logd"
	run -0 sed 's/ I=[0-9]* / I=1 /' "$lab_dir/log/logd"
	assert_line --index 0 'IP fw-fwd acc/masq eth2 ICMP/8 10.1.0.2 203.0.113.9 L=84 S=0x00 I=1 F=0x4000 T=63'
	assert_line --index 1 'IP acct out eth2 ICMP/8 10.1.0.2 203.0.113.9 L=84 S=0x00 I=1 F=0x4000 T=63'
	assert_line --index 2 'Deny ICMP 10.1.0.2 203.0.113.9'
	assert_equal "${#lines[@]}" 3
}

@test "what others report in the group is left alone; IP options are told" {
	reporting <<-EOF
		*mangle
		-A PREROUTING -j NFLOG --nflog-group 22 --nflog-prefix dropped
		-A PREROUTING -j NFLOG --nflog-group 22
		-A PREROUTING -j NFLOG --nflog-group 22 --nflog-prefix fwc:2.2:1:0:5:input:ACCEPT
		COMMIT
	EOF
	logd --log -
	at c1 ping -q -c 1 -W 1 -T tsonly 10.1.0.1 || :
	lab_until 10 grep -q . "$lab_dir/log/logd"
	run -0 cat "$lab_dir/log/logd"
	assert_output --regexp '^Packet log: input ACCEPT eth0 PROTO=1 10\.1\.0\.2:8 10\.1\.0\.1:0 L=124 S=0x00 I=[0-9]+ F=0x[04]000 T=64 O=0x[0-9A-F]{4}2844( O=0x[0-9A-F]{8}){9} \(#1\)$'
}

@test "what leaves masqueraded has the source that it left with" {
	reporting <<-EOF
		*mangle
		-A POSTROUTING -o eth2 -j NFLOG --nflog-group 22 --nflog-prefix fwc:2.2m:1:0:6:output:ACCEPT
		-A POSTROUTING -o eth2 -j NFLOG --nflog-group 23 --nflog-prefix fwc:copym:65535:0:0::
		-A POSTROUTING -o eth2 -p udp -j DROP
		COMMIT
		*nat
		-A POSTROUTING -o eth2 -p tcp -j MASQUERADE --to-ports 61000-61000
		-A POSTROUTING -o eth2 -j MASQUERADE
		COMMIT
	EOF
	lab_serve_http s1
	lab_capture s1 eth0 sent
	logd --log - --copies "$PWD/copies"
	at c1 ping -q -c 1 -W 10 203.0.113.9
	at c1 curl -s -m 10 --local-port 1025 http://203.0.113.9/
	at c1 dig +tries=1 +time=1 -b 10.1.0.2#1026 @203.0.113.9 x.test || :
	lab_until 10 grep -q PROTO=17 "$lab_dir/log/logd"
	run -0 cat "$lab_dir/log/logd"
	assert_line --regexp '^Packet log: output ACCEPT eth2 PROTO=1 203\.0\.113\.201:8 203\.0\.113\.9:0 '
	assert_line --regexp '^Packet log: output ACCEPT eth2 PROTO=6 203\.0\.113\.201:61000 203\.0\.113\.9:80 .* SYN '
	refute_line --regexp ' PROTO=(1|6) 10\.'
	# It was dropped, and so never had another.
	assert_line --regexp '^Packet log: output ACCEPT eth2 PROTO=17 10\.1\.0\.2:1026 203\.0\.113\.9:53 '
	# A copy is, byte by byte, what arrived: the ping.
	lab_kill sent
	sent=$(tcpdump -r "$lab_dir/sent.pcap" -x -c 1 'icmp[0] = 8' 2>/dev/null |
		sed -n 's/^.*0x[0-9a-f]*: *//p' | tr -d ' \n')
	copied=$(od -A n -t x1 -v -j 24 -N 84 copies | tr -d ' \n')
	assert_equal "$copied" "$sent"
}

is_long() {
	[ "$(stat -c %s "$1")" = "$2" ]
}

@test "copies for -o, as they went out on netlink" {
	reporting <<-EOF
		*mangle
		-A PREROUTING -j MARK --set-xmark 0x1234567/0xffffffff
		-A PREROUTING -j NFLOG --nflog-group 23 --nflog-prefix fwc:copy:40:0:0::
		-A PREROUTING -j NFLOG --nflog-group 23 --nflog-prefix fwc:copy:65535:0:0::
		COMMIT
	EOF
	logd --log - --copies "$PWD/copies"
	at c1 ping -q -c 1 -W 10 -s 100 10.1.0.1
	lab_until 10 is_long copies $((24 + 40 + 24 + 128))
	run -0 od -A n -t x1 -N 32 copies
	assert_line --index 0 ' 40 00 00 00 67 45 23 00 65 74 68 30 00 00 00 00'
	assert_line --index 1 --regexp ' 00 00 00 00 00 00 00 00 45 00 00 80 '
	run -0 od -A n -t x1 -j 64 -N 16 copies
	assert_output ' 98 00 00 00 67 45 23 00 65 74 68 30 00 00 00 00'
}

@test "a file that was moved away is made anew after SIGHUP" {
	reporting <<-EOF
		*mangle
		-A PREROUTING -j NFLOG --nflog-group 22 --nflog-prefix fwc:2.2:1:0:5:input:ACCEPT
		COMMIT
	EOF
	logd --log "$PWD/lines"
	at c1 ping -q -c 1 10.1.0.1
	lab_until 10 grep -q PROTO=1 lines
	mv lines lines.1
	at r kill -HUP "$(<"$lab_dir/pid/logd")"
	lab_until 10 test -e lines
	at c1 ping -q -c 1 10.1.0.1
	lab_until 10 grep -q PROTO=1 lines
	assert_equal "$(grep -c . lines.1)" 1
	lab_kill logd
	assert_equal "$(cat "$lab_dir/log/logd")" ''
}

# Lines from standard input but for what chance gave: masquerade ports; sorted.
settled() {
	sed -E 's/^.* kernel: //; s/(203\.0\.113\.201):6[1-5][0-9]{3} /\1:MASQ /' | sort
}

# Whether the file $1 has as many lines as $2, or more.
is_as_long() {
	[ "$(wc -l <"$1")" -ge "$(wc -l <"$2")" ]
}

# logs_alike RULES: of real programs the netfilter backend's rules have logd say
# what the engine says of the same packets. Answers that are masqueraded are not
# its own: it gives out other ports.
logs_alike() {
	need_lab ethtool
	reporting </dev/null
	lab_plain_cables
	lab_serve s1
	lab_capture r eth0 eth0 -Q in
	lab_capture r eth2 eth2 -Q in
	FWCOMPAT_BACKEND=netfilter FWCOMPAT_STATE=$PWD/real at r sh -eu "$1"
	logd --log "$PWD/real.log"
	lab_ping c1 203.0.113.9
	lab_dns c1 203.0.113.9
	lab_http c1 203.0.113.9
	at c1 curl -s -m 1 http://203.0.113.9:24/ || :
	at c1 ping -q -c 1 -W 0.1 203.0.113.99 || :
	lab_captured eth0 eth2
	lab_host
	sh -eu "$1"
	fwcompat replay --in "eth0=$lab_dir/eth0.pcap" \
		--in "eth2=$lab_dir/eth2.pcap" --log engine.log >/dev/null
	lab_until 10 is_as_long real.log engine.log
	lab_kill logd
	settled <real.log >real.lines
	settled <engine.log >engine.lines
	diff engine.lines real.lines
	[ "$(wc -l <engine.lines)" -ge 8 ]
}

@test "what the engine logs of the same packets: chains of 2.2" {
	cat >rules <<-'EOF'
		ipchains -N mine
		ipchains -A mine -p udp -j ACCEPT -l
		ipchains -A mine -p icmp -l
		ipchains -A mine -j RETURN
		ipchains -A input -i eth0 -p tcp -d 203.0.113.9 24 -j DENY -l
		ipchains -A input -i eth0 -s 10.1.0.2 -y -p tcp -l
		ipchains -A input -i eth0 -j mine -l
		ipchains -A input -i eth2 -p icmp -l
		ipchains -A forward -i eth2 -p icmp -j MASQ -l
		ipchains -A forward -i eth2 -s 10.1.0.0/24 -j MASQ
		ipchains -A output -i eth2 -p udp -l
		ipchains -A output -i eth2 -p icmp -l
	EOF
	logs_alike "$PWD/rules"
}

@test "what the engine logs of the same packets: lists of 2.0" {
	cat >rules <<-'EOF'
		ipfwadm -I -a deny -P tcp -D 203.0.113.9 24 -o
		ipfwadm -I -a accept -P icmp -o
		ipfwadm -I -a accept -P udp -W eth0 -o
		ipfwadm -F -a masquerade -P udp -S 10.1.0.0/24 -o
		ipfwadm -F -a masquerade -S 10.1.0.0/24
		ipfwadm -O -a accept -P udp -W eth2 -o
		ipfwadm -O -a accept -P icmp -W eth2 -o
		ipfwadm -A in -i -P udp -o
	EOF
	logs_alike "$PWD/rules"
}

@test "one who reads already" {
	reporting </dev/null
	logd --log -
	run --separate-stderr -1 at r fwcompat logd
	assert_equal "$stderr" 'fwcompat logd: NFLOG group 22: somebody else reads it'
	FWCOMPAT_LOG_GROUP=76 lab_start r set fwcompat logd --log -
	lab_until 10 at r grep -q '^ *76 ' /proc/net/netfilter/nfnetlink_log
	FWCOMPAT_LOG_GROUP=76 lab_start r other fwcompat logd --group 77 --log -
	lab_until 10 at r grep -q '^ *77 ' /proc/net/netfilter/nfnetlink_log
}

@test "systemd is told when it reads" {
	reporting </dev/null
	lab_start r systemd perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM,
			Local => $ARGV[0]) or die;
		$s->recv(my $word, 99);
		print "$word\n"; system "cat /proc/net/netfilter/nfnetlink_log"' \
		"$PWD/notify"
	lab_until 10 test -S notify
	lab_start r logd env NOTIFY_SOCKET="$PWD/notify" fwcompat logd --log -
	lab_until 10 grep '^ *22 ' "$lab_dir/log/systemd"
	run -0 cat "$lab_dir/log/systemd"
	assert_line 'READY=1'
}

@test "settings that make no sense are not tried again" {
	need_backend
	echo 'log-group = many' >conf
	FWCOMPAT_CONF=$PWD/conf run --separate-stderr -2 fwcompat logd
	assert_equal "${stderr%%:1: *}" "fwcompat logd: $PWD/conf"
}

@test "mistakes on the command line" {
	need_backend
	run --separate-stderr -2 fwcompat logd --facility kern
	assert_equal "${stderr_lines[0]}" 'fwcompat logd: no facility of syslog: kern'
	run --separate-stderr -2 fwcompat logd --group 65536
	assert_equal "${stderr_lines[0]}" 'fwcompat logd: not the number of a group: 65536'
	run --separate-stderr -2 fwcompat logd now
	assert_equal "${stderr_lines[0]}" 'fwcompat logd: what is this: now'
	run --separate-stderr -1 fwcompat logd --log none/here
	assert_equal "$stderr" 'fwcompat logd: none/here: No such file or directory'
	run --separate-stderr -1 fwcompat logd --copies none/here
	assert_equal "$stderr" 'fwcompat logd: none/here: No such file or directory'
}
