#!/usr/bin/env bats
# Whole scripts as they stood in /etc, each of a kind: from start to stop.

# shellcheck disable=SC2154 # stderr is what run sets
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

load host
load view

setup() {
	need_view
	own_host
	no_leak_checker
	examples="$BATS_TEST_DIRNAME/../../examples"
	outside >outside.before
}

# No script touches the machine it runs on.
teardown() {
	outside >outside.after
	diff outside.before outside.after
}

# What scripts would change, were the machine theirs.
outside() {
	(cd /proc/sys/net/ipv4 && cat ip_forward tcp_syncookies \
		icmp_echo_ignore_broadcasts conf/*/rp_filter \
		conf/*/log_martians conf/*/send_redirects)
	ls /proc/net /var/lock/ /var/log
	grep -v ' /run/netns' /proc/self/mounts # other tests'
}

# A host of kernel $1 between the network $2.0/24 and a line with address $3.
host() {
	fwcompat reset --era "$1"
	fwcompat host if eth0 "$2.1/24"
	fwcompat host if ppp0 "$3/32" ppp
	fwcompat host route default ppp0
}

# An example, as init or pppd would call it.
script() {
	local name=$1
	shift
	fwcompat run sh "$examples/$name" "$@"
}

# All that an ipchains script can leave behind, but for its modules.
kernel22() {
	ipchains -L -n -v
	ipchains-save 2>/dev/null
	local switch
	for switch in ip_forward ip_dynaddr ip_always_defrag; do
		fwcompat proc $switch
	done
}

# What the lists of the older kernels hold.
kernel20() {
	local list
	for list in -I -O -F -A; do
		ipfwadm $list -l -n -e
	done
	fwcompat proc sys/net/ipv4/ip_forward
}

modules() {
	fwcompat proc modules | awk '/^ip_masq_/ { print $1 }' | sort | xargs
}

number_of() {
	grep -c "$1" <<<"$output"
}

# The command $@ runs dry: it changes nothing that $kernel shows, and tells of
# at least the call $told.
dry() {
	local before
	before=$($kernel)
	run -0 --separate-stderr fwcompat run --dry-run sh "$@"
	assert_regex "$stderr" "$told"
	assert_equal "$($kernel)" "$before"
}

@test "rc.ipfw: Linux 1.3, a network behind one address" {
	host 1.3 192.168.1 203.0.113.5
	run -0 script rc.ipfw start
	assert_line --partial 'add masquerading all from 192.168.1.0/24'
	run -0 script rc.ipfw status
	started=$output
	assert_line '(masqueradeall   192.168.1.0/24      anywhere            '
	# The more special rule stands first, though it was added last.
	assert_line --index 3 --regexp '^accept.*192.168.1.0/24.*telnet,login,shell$'
	assert_line --index 4 --regexp '^deny.*anywhere.*telnet,login,shell$'
	assert_line 'IP firewall block rules, default 4'
	assert_line 'IP firewall forward rules, default 0'

	# Again, as rc.local says it: start and show.
	run -0 script rc.ipfw
	assert_output --partial "$started"
	run -0 script rc.ipfw status
	assert_output "$started"

	run -0 fwcompat replay --in eth0="$examples/lan.pcap" --out ppp0=out.pcap
	assert_output --regexp 'entries made +3'
	run -0 fwcompat run cat /proc/net/ip_masquerade
	assert_line --partial 'C0A80103'

	run -0 script rc.ipfw stop
	run -0 script rc.ipfw status
	assert_output 'Type	Proto        From                 To             Ports
Type	Proto        From                 To             Ports
Packets	 Bytes	Proto        From                 To             Ports
IP firewall block rules, default 4
IP firewall forward rules, default 4'
	run -1 --separate-stderr script rc.ipfw stand
}

@test "rc.ipfw: dry and traced" {
	host 1.3 192.168.1 203.0.113.5
	before=$(script rc.ipfw status)
	run -0 --separate-stderr fwcompat run --dry-run sh "$examples/rc.ipfw"
	assert_line '(masqueradeall   192.168.1.0/24      anywhere            '
	run -0 script rc.ipfw status
	assert_output "$before"
	run -0 --separate-stderr fwcompat run --trace sh "$examples/rc.ipfw" start
	assert_regex "$stderr" 'rc.ipfw:[0-9]+: ipfw add masquerade all from 192.168.1.0/24'
}

@test "rc.ipfwadm: Linux 2.0, masquerading and accounting" {
	export BOOK=$PWD/book
	host 2.0 192.168.1 203.0.113.5
	run -0 script rc.ipfwadm start
	assert_output ''
	run -0 script rc.ipfwadm status
	started=$output
	assert_line 'IP firewall forward rules, default policy: deny'
	assert_line 'acc/m all  192.168.1.0/24       0.0.0.0/0            n/a'
	assert_line '    0     0 acc   tcp  ---- 0x01 0x10 ppp0    0.0.0.0         0.0.0.0/0            0.0.0.0/0            * -> 23,513'
	assert_equal "$(number_of '^    0     0 ')" 8
	assert_equal "$(modules)" 'ip_masq_ftp ip_masq_irc'
	run -0 fwcompat proc sys/net/ipv4/ip_forward
	assert_output 1
	run -0 fwcompat run cat /proc/net/ip_masq_app
	assert_line --regexp '^TCP +6667 +0 +irc'
	assert_line --regexp '^TCP +6668 +0 +irc'

	# A second start gives the same; the modules' being there is no fault.
	run -0 --separate-stderr script rc.ipfwadm
	assert_output "$started"
	assert_equal "$stderr" ''

	# A day's traffic, and midnight.
	fwcompat replay --in eth0="$examples/lan.pcap" \
		--in ppp0="$examples/isp.pcap" >/dev/null
	run -0 script rc.ipfwadm account
	assert_output ''
	run -0 script rc.ipfwadm account
	run -0 cat book
	assert_line --index 0 --regexp '^# [0-9-]+ [0-9:]+$'
	assert_line --index 3 --regexp '^ +13 +1141 in  all'
	assert_line --index 4 --regexp '^ +14 +850 out all'
	assert_line --index 9 --regexp '^ +0 +0 in  all'

	# Twice: stopping what is stopped is no fault either.
	for _ in 1 2; do
		run -0 script rc.ipfwadm stop
		run -0 script rc.ipfwadm status
		assert_output 'IP firewall forward rules, default policy: accept
IP firewall input rules, default policy: accept
IP firewall output rules, default policy: accept
IP accounting rules'
	done
	run -0 fwcompat proc sys/net/ipv4/ip_forward
	assert_output 0
	run -1 --separate-stderr script rc.ipfwadm bill
	assert_regex "$stderr" '^usage: '
}

@test "rc.ipfwadm: dry, traced, and not on another kernel" {
	host 2.0 192.168.1 203.0.113.5
	kernel=kernel20 told='-F -a masquerade -S 192.168.1.0/' \
		dry "$examples/rc.ipfwadm"
	assert_equal "$(modules)" ''
	run -0 --separate-stderr fwcompat run --trace sh "$examples/rc.ipfwadm" start
	assert_regex "$stderr" 'rc.ipfwadm:[0-9]+: ipfwadm -F -p deny'
	assert_output ''
	fwcompat reset --era 2.2
	run -1 --separate-stderr script rc.ipfwadm start
	assert_regex "$stderr" 'no IP firewall of Linux 2.0'
}

@test "rc.firewall.simple: modules, switches, timeouts, MASQ" {
	host 2.2 192.168.0 203.0.113.5
	fwcompat proc sys/net/ipv4/ip_forward 0
	run -0 --separate-stderr script rc.firewall.simple start
	assert_output 'Loading masquerading modules for 2.2.26'
	assert_equal "$stderr" ''
	started=$(kernel22)

	run -0 script rc.firewall.simple status
	assert_output 'Chain forward (policy DENY):
target     prot opt     source                destination           ports
MASQ       all  ------  192.168.0.0/24       0.0.0.0/0             n/a
IP masquerading entries
ip_masq_ftp
ip_masq_irc
ip_masq_raudio
ip_forward = 1
ip_dynaddr = 1
ip_always_defrag = 1'
	run -0 fwcompat run cat /proc/net/ip_masq/app
	assert_line --regexp '^TCP +554 +0 +RealAudio'
	assert_line --regexp '^TCP +7070 +0 +RealAudio'
	assert_line --regexp '^TCP +6668 +0 +irc'
	assert_line --regexp '^TCP +21 +0 +ftp'

	run -0 --separate-stderr script rc.firewall.simple start
	assert_equal "$stderr" ''
	assert_equal "$(kernel22)" "$started"

	run -0 script rc.firewall.simple stop
	run -0 script rc.firewall.simple status
	assert_output 'Chain forward (policy ACCEPT):
IP masquerading entries
ip_forward = 0
ip_dynaddr = 1
ip_always_defrag = 1'
	run -1 script rc.firewall.simple
}

@test "rc.firewall.simple: dry and traced" {
	host 2.2 192.168.0 203.0.113.5
	kernel=kernel22 told='-A forward -s 192.168.0.0/.* -j MASQ' \
		dry "$examples/rc.firewall.simple" start
	assert_equal "$(modules)" ''
	run -0 --separate-stderr fwcompat run --trace \
		sh "$examples/rc.firewall.simple" start
	assert_output 'Loading masquerading modules for 2.2.26'
	assert_regex "$stderr" 'rc.firewall.simple:[0-9]+: .*ipchains -M -S 7200 10 60'
}

@test "rc.firewall.strong: chains, logging, TOS, spoofing" {
	host 2.2 192.168.1 203.0.113.5
	run -0 --separate-stderr script rc.firewall.strong start
	assert_output 'Firewall for 203.0.113.5 is up.'
	assert_equal "$stderr" ''
	started=$(kernel22)

	run -0 script rc.firewall.strong status
	assert_line 'Chain input (policy DENY: 0 packets, 0 bytes):'
	assert_line 'Chain forward (policy DENY: 0 packets, 0 bytes):'
	assert_line 'Chain output (policy REJECT: 0 packets, 0 bytes):'
	assert_line 'Chain log-drop (10 references):'
	assert_equal "$(number_of '^Chain')" 9
	assert_equal "$(number_of '^ *0 ')" 50
	assert_equal "$(number_of ' ----l- ')" 3
	assert_line '    0     0 ACCEPT     icmp ------ 0xFF 0x00  *                              0.0.0.0/0            0.0.0.0/0             11 ->   *'
	assert_line '    0     0 -          tcp  ------ 0x01 0x08  *                              0.0.0.0/0            0.0.0.0/0             * ->   20'
	assert_line '    0     0 ACCEPT     tcp  ------ 0xFF 0x00  *                              0.0.0.0/0            203.0.113.5           1024:65535 ->   25'
	assert_equal "$(modules)" 'ip_masq_ftp ip_masq_irc ip_masq_raudio'

	run -0 script rc.firewall.strong test
	assert_output 'mail: accepted
telnet: denied
ident: rejected
answer: accepted
liar: denied
house: masqueraded'

	run -0 --separate-stderr script rc.firewall.strong restart
	assert_equal "$stderr" ''
	assert_equal "$(kernel22)" "$started"

	run -0 script rc.firewall.strong stop
	run -0 ipchains -L
	assert_output 'Chain input (policy ACCEPT):
Chain forward (policy ACCEPT):
Chain output (policy ACCEPT):'
	run -0 fwcompat proc sys/net/ipv4/ip_forward
	assert_output 0
}

@test "rc.firewall.strong: each interface has its switches set" {
	host 2.2 192.168.1 203.0.113.5
	run -0 fwcompat run sh -c 'sh "$1" start >/dev/null
		cd /proc/sys/net/ipv4/conf
		for i in all default eth0 lo ppp0; do
			echo $i `cat $i/rp_filter $i/accept_redirects \
				$i/send_redirects $i/log_martians`
		done
		cat ../icmp_echo_ignore_broadcasts' - "$examples/rc.firewall.strong"
	assert_output 'all 1 0 0 1
default 1 0 0 1
eth0 1 0 0 1
lo 1 0 0 1
ppp0 1 0 0 1
1'
}

@test "rc.firewall.strong: it lets the recorded network work" {
	host 2.2 192.168.1 203.0.113.5
	script rc.firewall.strong start >/dev/null
	run -0 env FWCOMPAT_LOG="$PWD/log" fwcompat replay \
		--in eth0="$examples/lan.pcap" --in ppp0="$examples/isp.pcap" \
		--out ppp0=out.pcap --out eth0=back.pcap
	assert_line --regexp 'entries made +3'
	assert_line --regexp 'dropped +1$'
	run -0 ipchains -L log-drop -n -v
	assert_line --regexp '^ +1 +60 DENY +tcp .* 137:139$'
	run -0 ipchains -L tos -n -v
	assert_line --regexp '^ +7 +385 - +tcp .* 23$'
}

@test "rc.firewall.strong: without a line it says so and changes nothing" {
	fwcompat reset --era 2.2
	fwcompat host if eth0 192.168.1.1/24
	before=$(kernel22)
	run -1 --separate-stderr script rc.firewall.strong start
	assert_regex "$stderr" 'ppp0 has no address
fwcompat run: the host has no interface ppp0; to make it: .*$'
	assert_equal "$(kernel22)" "$before"
}

@test "rc.firewall.strong: dry and traced" {
	host 2.2 192.168.1 203.0.113.5
	kernel=kernel22 told='-A services .*-d 203.0.113.5/.*-j ACCEPT' \
		dry "$examples/rc.firewall.strong" start
	assert_output 'Firewall for 203.0.113.5 is up.'
	run -0 --separate-stderr fwcompat run --trace \
		sh "$examples/rc.firewall.strong" start
	assert_regex "$stderr" 'rc.firewall.strong:[0-9]+: ipchains -A tos -p tcp'
	refute_regex "$stderr" 'refused'
}

# pppd calls ip-$1 for a line that has the address $2.
pppd() {
	fwcompat host if ppp0 "$2/32" ppp
	fwcompat run sh "$PWD/ip-$1" ppp0 /dev/ttyS1 38400 "$2" 198.51.100.1 line
}

@test "ip-up: the rules follow the address" {
	export RUN=$PWD
	ln -s "$examples/ip-up" ip-up
	ln -s "$examples/ip-up" ip-down
	host 2.2 192.168.0 203.0.113.5
	script rc.firewall.simple start >/dev/null
	ipmasqadm portfw -l >/dev/null
	without=$(kernel22)

	run -0 --separate-stderr pppd up 203.0.113.5
	assert_equal "$output$stderr" ''
	run -0 fwcompat run sh ./ip-up status
	assert_line 'Chain ppp-in (1 references):'
	assert_line '    0     0 ACCEPT     icmp ------ 0xFF 0x00  *                              198.51.100.1         0.0.0.0/0             8 ->   *'
	assert_line '    0     0 REJECT     all  ------ 0xFF 0x00  *                             !203.0.113.5          0.0.0.0/0             n/a'
	assert_equal "$(number_of 203.0.113.5)" 5
	first=$output
	run -0 ipmasqadm portfw -l -n
	assert_line --partial '203.0.113.5          192.168.0.2                80       80'
	assert_equal "$(cat ip-address.ppp0)" 203.0.113.5

	# A call without an end before it changes nothing.
	run -0 --separate-stderr pppd up 203.0.113.5
	run -0 fwcompat run sh ./ip-up status
	assert_output "$first"

	# The line falls, and comes back as another.
	run -0 pppd down 203.0.113.5
	assert_equal "$(kernel22)" "$without"
	run -0 --separate-stderr pppd up 203.0.113.77
	assert_equal "$output$stderr" ''
	run -0 fwcompat run sh ./ip-up status
	assert_output "${first//203.0.113.5 /203.0.113.77}" ||
		refute_output --regexp '203\.0\.113\.5 '
	run -0 ipmasqadm portfw -l -n
	assert_line --partial '203.0.113.77'
	refute_line --partial '203.0.113.5 '
	run -0 ipchains -C input -p tcp -y -i ppp0 -s 192.0.2.9 1024 -d 203.0.113.77 23
	assert_output denied
	run -0 ipchains -C input -p tcp -y -i ppp0 -s 192.0.2.9 1024 -d 203.0.113.77 113
	assert_output rejected
	run -0 ipchains -C output -p tcp -i ppp0 -s 203.0.113.5 1024 -d 192.0.2.9 80
	assert_output rejected

	run -0 pppd down 203.0.113.77
	run -0 script rc.firewall.simple stop
	run -0 ipchains -L
	assert_output 'Chain input (policy ACCEPT):
Chain forward (policy ACCEPT):
Chain output (policy ACCEPT):'
}

@test "ip-up: other lines, no line, dry and traced" {
	export RUN=$PWD
	host 2.2 192.168.0 203.0.113.5
	before=$(kernel22)
	run -0 script ip-up sl0 /dev/ttyS1 38400 192.0.2.1 192.0.2.2
	run -1 --separate-stderr script ip-up
	assert_regex "$stderr" '^usage: '
	run -1 script ip-up status
	assert_equal "$(kernel22)" "$before"
	cp "$examples/ip-up" .
	kernel=kernel22 told='-A ppp-out -s ! 203.0.113.5' \
		dry ip-up ppp0 /dev/ttyS1 38400 203.0.113.5 198.51.100.1
	run -0 --separate-stderr fwcompat run --trace sh ip-up ppp0 /dev/ttyS1 \
		38400 203.0.113.5 198.51.100.1
	assert_regex "$stderr" 'ip-up:[0-9]+: ipchains -N ppp-in'
}

@test "ipchains.init: saved, stopped, restored" {
	export IPCHAINS_CONFIG=$PWD/rules LOCKDIR=$PWD
	host 2.2 192.168.1 203.0.113.5

	# Nothing was saved: nothing is started.
	run -0 script ipchains.init start
	assert_output ''
	run -3 script ipchains.init status
	assert_output 'ipchains is stopped'

	script rc.firewall.strong start >/dev/null
	firewall=$(ipchains-save 2>/dev/null)
	run -0 script ipchains.init save
	assert_output "Saved to $PWD/rules."
	assert_equal "$(cat rules)" "$firewall"
	assert_equal "$(stat -c %a rules)" 600

	run -0 script ipchains.init stop
	run -0 ipchains -L
	assert_output 'Chain input (policy ACCEPT):
Chain forward (policy ACCEPT):
Chain output (policy ACCEPT):'
	[ ! -e ipchains ]

	# A freshly booted machine; then once more.
	host 2.2 192.168.1 203.0.113.5
	for word in start restart start condrestart; do
		run -0 script ipchains.init $word
		assert_output --partial 'Applying ipchains firewall rules:'
		assert_equal "$(ipchains-save 2>/dev/null)" "$firewall"
		[ -e ipchains ]
	done
	run -0 script ipchains.init status
	assert_line 'Chain input (policy DENY):'
	assert_equal "$(number_of '^Chain')" 9

	run -0 script ipchains.init panic
	run -0 ipchains -L
	assert_output 'Chain input (policy DENY):
Chain forward (policy DENY):
Chain output (policy DENY):'
	run -0 script ipchains.init stop
	run -0 script ipchains.init condrestart
	run -0 ipchains -L input
	assert_output 'Chain input (policy ACCEPT):'
}

@test "ipchains.init: rules that are wrong, dry, traced, another kernel" {
	export IPCHAINS_CONFIG=$PWD/rules LOCKDIR=$PWD
	host 2.2 192.168.1 203.0.113.5
	printf '# by hand\n:input DENY\n:forward DENY\n:output ACCEPT\n%s\n' \
		'-A input -i lo -j ACCEPT' >rules
	kernel=kernel22 told='-P input DENY' dry "$examples/ipchains.init" start
	[ ! -e ipchains ]
	run -0 --separate-stderr fwcompat run --trace \
		sh "$examples/ipchains.init" start
	assert_regex "$stderr" '-A input .*-i lo .*-j ACCEPT'
	[ -e ipchains ]
	echo '-A input -p nothing -j DENY' >rules
	rm ipchains
	run script ipchains.init start
	assert_failure
	[ ! -e ipchains ]
	fwcompat reset --era 2.0
	run -0 script ipchains.init start
	assert_output ''
	run -0 ipfwadm -I -l
	assert_output 'IP firewall input rules, default policy: accept'
}
