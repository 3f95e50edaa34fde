#!/usr/bin/env bats
# The netfilter backend between real clients and servers, beside the engine.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

load host
load ../lab/lab
load ../lab/programs
load ../lab/matrix

setup() {
	own_host
	need_lab "${lab_programs[@]}" iptables-legacy
	need_rule -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 61000-65095
	need_rule -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
	lab_up "$BATS_TEST_TMPDIR/lab"
	lab_sysctl r ipv4/ip_forward 1
}

teardown() {
	lab_down
}

# A command of the router, on the netfilter backend.
nf() {
	FWCOMPAT_STATE=$BATS_TEST_TMPDIR/netfilter FWCOMPAT_BACKEND=netfilter \
		at r "$@"
}

# Masquerades both clients to both servers, with the modules for it.
nf_masquerades() {
	local net
	nf ipchains -P forward DENY
	for net in 10.1.0.0/24 192.168.1.0/24; do
		nf ipchains -A forward -i eth2 -s $net -j MASQ
		nf ipchains -A forward -i ppp0 -s $net -j MASQ
	done
	nf fwcompat run insmod ip_masq_ftp
	nf fwcompat run insmod ip_masq_irc
}

# Whether a line of the listing $1 (a command) matches the extended pattern $2.
listed() {
	nf sh -c "$1" | grep -Eq "$2"
}

# Whether there are entries for all of these, at the same time: see `listing'.
all_listed() {
	local port
	nf ipchains -M -L -n >listing
	for port; do
		grep -q -e "-> $port\$" listing || return
	done
}

nothing_listed() {
	[ "$(nf fwcompat proc net/ip_masquerade | wc -l)" = 1 ]
}

# Timeouts that a test can wait for, of what is over.
short_ends() {
	lab_sysctl r netfilter/nf_conntrack_icmp_timeout 1 \
		netfilter/nf_conntrack_udp_timeout 1 \
		netfilter/nf_conntrack_udp_timeout_stream 1 \
		netfilter/nf_conntrack_tcp_timeout_time_wait 1 \
		netfilter/nf_conntrack_tcp_timeout_close 1 \
		netfilter/nf_conntrack_tcp_timeout_close_wait 1 \
		netfilter/nf_conntrack_tcp_timeout_last_ack 1 \
		netfilter/nf_conntrack_tcp_timeout_fin_wait 1
}

@test "all programs work through MASQ, and leave nothing behind" {
	lab_serve s1
	lab_serve s2
	lab_serve_irc s1
	lab_serve_crowd s1
	nf_masquerades
	short_ends
	lab_everything c1 203.0.113.9
	lab_everything c2 203.0.113.9
	lab_everything c1 198.51.100.9
	lab_everything c2 198.51.100.9
	assert listed 'ipchains -M -L -n' '^TCP '
	lab_until 15 nothing_listed
	run -0 nf ipchains -M -L -n
	assert_output 'IP masquerading entries'
}

@test "without rules and modules they do not" {
	lab_serve s1
	nf ipchains -P forward DENY
	run ! lab_ping c1 203.0.113.9
	nf ipchains -A forward -j MASQ
	lab_ping c1 203.0.113.9
	run ! lab_ftp c1 203.0.113.9 active
	lab_ftp c1 203.0.113.9 passive
	nf ipchains -D forward 1
	run ! lab_ping c1 203.0.113.9
}

@test "what lives is listed, by all who list; what ended is not" {
	local name
	lab_serve s1 20
	lab_serve_irc s1
	nf_masquerades
	short_ends
	lab_start c1 http curl -sS --limit-rate 200K -o "$PWD/got" http://203.0.113.9/file
	lab_start c2 ftp curl -sS --limit-rate 200K --ftp-port - --disable-eprt \
		-o "$PWD/got2" ftp://203.0.113.9/file
	lab_start c1 ping ping -n -q -i 0.2 203.0.113.9
	lab_start c2 names sh -c 'while :; do dig +tries=1 @203.0.113.9 lab.test; done'
	lab_irssi c1 chat_c1 203.0.113.9 'chat hello'
	lab_until 15 grep -qs hello "$lab_dir/chat_c1/heard"
	lab_until 30 all_listed 80 20 21 6667 8 53 ||
		{ cat listing "$lab_dir"/log/{http,ftp,names}; false; }
	run -0 cat listing
	assert_line --regexp '^TCP +[0-9:.]+ +10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 80$'
	assert_line --regexp '^TCP +[0-9:.]+ +192\.168\.1\.77 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 21$'
	assert_line --regexp '^TCP +[0-9:.]+ +10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 6667$'
	assert_line --regexp '^ICMP +[0-9:.]+ +10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 8$'
	assert_line --regexp '^UDP +[0-9:.]+ +192\.168\.1\.77 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 53$'
	run -0 nf fwcompat proc net/ip_masquerade
	assert_line --regexp '^TCP 0A010002:[0-9A-F]{4} CB007109:0050 [EF][0-9A-F]{3} 00000000      0      0 +[0-9]+ *$'
	assert_line --regexp '^TCP C0A8014D:[0-9A-F]{4} CB007109:0015 [EF][0-9A-F]{3} [0-9A-F]{8}      [1-9]      [0-9] +[0-9]+ *$'
	for name in http ftp ping names chat_c1; do
		lab_kill $name KILL
	done
	lab_until 15 nothing_listed
}

@test "the same with ipfwadm" {
	lab_serve s1 10
	nf ipfwadm -F -p deny
	nf ipfwadm -F -a masquerade -W eth2 -S 10.1.0.0/24
	nf fwcompat run insmod ip_masq_ftp
	lab_dns c1 203.0.113.9
	lab_ftp c1 203.0.113.9 active
	lab_start c1 http curl -sS --limit-rate 1M -o "$PWD/got" http://203.0.113.9/file
	lab_until 20 listed 'ipfwadm -M -l -n' '^tcp +[0-9:.]+ +10\.1\.0\.2 +203\.0\.113\.9 +[0-9]+ \(6[0-9]{4}\) -> 80$'
	run -0 nf ipfwadm -M -l -n -e
	assert_line --regexp '^tcp +[0-9:.]+ +[0-9]+ +[0-9]+ +[0-9]+ +10\.1\.0\.2 +203\.0\.113\.9 .*-> 21 *$'
	assert_line --regexp '^udp +[0-9:.]+ +[0-9]+ +[0-9]+ +[0-9]+ +10\.1\.0\.2 +203\.0\.113\.9 .*-> 53 *$'
	run -0 nf ipfwadm -F -l -n -e
	assert_line --regexp '^ *[1-9][0-9]* +[0-9]+[KM]? +acc/m +all '
}

# The rules of the script $1 on both backends: the same listings.
same_listings() {
	local name
	lab_host
	sh -e "$1" >/dev/null 2>&1
	nf sh -e "$1" >/dev/null 2>&1
	fwcompat proc | grep -E '/ip_(fw|acct|blk|forward|input|output|masq_app)' >files
	assert [ -s files ]
	while read -r name; do
		fwcompat proc "$name" >listed
		nf fwcompat proc "$name" >nf_listed
		run -0 diff listed nf_listed
	done <files
}

# Listings and fates of the probes are those of the engine for the script $1, but
# for what is known.
same_fates() {
	lab_mute
	same_listings "$1"
	sh "$lab_home/matrix.sh" >probes
	lab_probe_router <probes >router
	lab_probe_engine <probes >engine
	lab_matrix_compare router engine "$lab_home/known/netfilter"
}

@test "the matrix of probes, with chains of 2.2" {
	same_fates "$lab_home/rules/chains.sh"
}

@test "the matrix of probes, with lists of 2.0" {
	same_fates "$lab_home/rules/fixed.sh"
}

@test "the matrix of probes, with lists of 1.3" {
	same_fates "$lab_home/rules/old.sh"
}

for_seed() {
	awk -v seed="$1" -f "$lab_home/rules/random.awk" >rules
	same_fates rules
}

@test "the matrix of probes, with rules by chance: 28" {
	for_seed 28
}

@test "the matrix of probes, with rules by chance: 59" {
	for_seed 59
}

@test "each difference that is known stands in the manual" {
	local name manual=$BATS_TEST_DIRNAME/../../man/fwcompat-netfilter.7
	while read -r name; do
		grep -q "^\.It Cm $name\$" "$manual" || fail "$name is not told of"
	done < <(sed -n 's/^# \([a-z-]*\)$/\1/p' "$lab_home/known/netfilter")
	run -0 grep -c '^# [a-z-]*$' "$lab_home/known/netfilter"
}
