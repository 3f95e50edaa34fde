#!/usr/bin/env bats
# fwcompat play: recordings played and checked, and what commands find in them.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets
# shellcheck disable=SC2016 # recordings have their own $ and `

load host
load view

setup() {
	need_view
	own_host
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	unset FWCOMPAT_STATE
	mkdir "$TMPDIR"
}

# A play leaves nothing behind, however it ended.
teardown() {
	run ls -A "$TMPDIR"
	assert_output ''
}

# A masqueraded packet, its listing, a refused one.
write_recording() {
	cat >"$1" <<-'END'
		# one conversation
		% era 2.2
		% if eth0 192.168.1.1/24
		% if ppp0 10.0.0.1/32 ppp
		% route 0.0.0.0/0 ppp0
		@ 10.00
		$ ipchains -A forward -s 192.168.1.0/24 -j MASQ
		$ ipchains -A forward -l -j DENY
		< eth0 4500001c0001000040117d20c0a80102cb007105040000350008fdf8
		= ppp0 4500001c000100003f1135ca0a000001cb007105ee4800350008cb59
		@ 12.50
		$ cat /proc/net/ip_masquerade
		> Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta Expires (free=40959,40960,40960)                                   
		> UDP C0A80102:0400 CB007105:0035 EE48 00000000      0      0   29750                                                            
		$ ipchains -N
		! ipchains: option requires an argument -- N
		! Try `ipchains -h' or 'ipchains --help' for more information.
		? 2
	END
}

@test "a recording plays as it was written" {
	write_recording a.t
	run --separate-stderr -0 fwcompat play a.t
	assert_output "$(cat a.t)"
	assert_equal "$stderr" ''
	run --separate-stderr -0 fwcompat play --check a.t
	assert_output ''
	assert_equal "$stderr" ''
}

@test "what came back then is not looked at" {
	write_recording a.t
	grep '^[#%@$<]' a.t >stripped.t
	run -0 fwcompat play stripped.t
	assert_output "$(cat a.t)"
	run -0 fwcompat play - <stripped.t
	assert_output "$(cat a.t)"
}

@test "a difference is a unified diff and status 1" {
	write_recording a.t
	sed 's/EE48/EE49/' a.t >b.t
	run --separate-stderr -1 fwcompat play --check b.t
	assert_line --index 0 -- '--- b.t'
	assert_line --index 1 '+++ b.t (played)'
	assert_line --regexp '^-> UDP .*EE49'
	assert_line --regexp '^\+> UDP .*EE48'
	assert_equal "$stderr" ''
	run -1 fwcompat play --check a.t b.t a.t
	refute_line -- '--- a.t'
}

@test "patch turns a recording into what came back now" {
	write_recording a.t
	grep -v '^[>=?]' a.t >b.t
	fwcompat play --check b.t >b.diff || :
	run -0 patch -s b.t b.diff
	run -0 cmp a.t b.t
}

@test "each recording begins on a fresh host" {
	printf '$ ipchains -N mine\n$ ipchains -L mine\n' >a.t
	run -0 fwcompat play a.t a.t
	refute_output --partial 'exists'
	printf '%% era 2.0\n$ ipfwadm -F -l\n' >b.t
	run -0 fwcompat play a.t b.t
	assert_output --partial 'IP firewall forward rules'
}

@test "a line that is no recording's ends it with file and line" {
	printf '# x\n$ true\nnonsense\n$ false\n' >a.t
	run --separate-stderr -2 fwcompat play a.t
	assert_output ''
	assert_equal "$stderr" 'a.t:3: no line of a recording begins so'
	run --separate-stderr -2 fwcompat play - <a.t
	assert_equal "$stderr" '-:3: no line of a recording begins so'
}

@test "a packet for an interface that is not there ends it" {
	printf '$ echo before\n< eth0 45\n' >a.t
	run --separate-stderr -2 fwcompat play a.t
	assert_equal "$stderr" 'a.t:2: there is no such interface'
	assert_output '$ echo before
> before'
}

@test "command lines that make no sense" {
	run --separate-stderr -2 fwcompat play
	assert_equal "${stderr_lines[0]}" 'fwcompat play: which recording?'
	run --separate-stderr -2 fwcompat play --chekc x.t
	assert_equal "${stderr_lines[0]}" 'fwcompat play: there is no such option'
	run --separate-stderr -1 fwcompat play missing.t
	assert_equal "$stderr" 'missing.t: No such file or directory'
}

@test "output, errors and status are told apart" {
	cat >a.t <<-'END'
		$ echo out; echo err >&2; printf 'no end'; exit 3
		> out
		> no end
		! err
		? 3
		$ read x; echo "$?-$x-$LANG-$0"
		> 1--C-sh
		$ kill -9 $$
		? 137
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "empty lines are written as each era's recordings do" {
	printf '$ echo; echo >&2\n' >a.t
	run -0 fwcompat play a.t
	assert_line --index 1 '> '
	assert_line --index 2 '! '
	printf '%% era 2.0\n$ echo; echo >&2\n' >b.t
	run -0 fwcompat play b.t
	assert_line --index 2 '>'
	assert_line --index 3 '!'
}

@test "commands do not depend on who plays" {
	printf '$ echo $FOO-$POSIXLY_CORRECT-$LC_ALL\n' >a.t
	FOO=1 POSIXLY_CORRECT=1 LC_ALL=de_DE run -0 fwcompat play a.t
	assert_line --index 1 '> --'
}

@test "what a command leaves running is not waited for" {
	printf '$ sleep 1000 & echo $! >%s/pid; echo gone\n' "$PWD" >a.t
	run -0 timeout 60 "$(command -v fwcompat)" play a.t
	assert_line --index 1 '> gone'
	run ! kill -0 "$(cat pid)"
}

@test "old files are there, live, and only the era's" {
	cat >a.t <<-'END'
		$ [ -f /proc/net/ip_fwchains ] && cd /proc/net && cat ip_fwnames
		> input ACCEPT 1 0 0 0 0
		> forward ACCEPT 1 0 0 0 0
		> output ACCEPT 1 0 0 0 0
		$ ipchains -P input DENY; grep input /proc/net/ip_fwnames
		> input DENY 1 0 0 0 0
		$ cat /proc/net/ip_input
		! cat: /proc/net/ip_input: No such file or directory
		? 1
		$ cat /proc/net/ip_masq/tcp
		! cat: /proc/net/ip_masq/tcp: Package not installed
		? 1
		$ ls /proc/net/ip_masq /proc/net | grep '^ip_[fm][wa]\|^[tu][cd]p$\|^app'
		> ip_fwchains
		> ip_fwnames
		> ip_masq
		> ip_masquerade
		> tcp
		> udp
		> app
		> tcp
		> udp
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
	printf '%% era 2.0\n$ head -1 /proc/net/ip_input; cat /proc/net/ip_fwnames\n' >b.t
	run -0 fwcompat play b.t
	assert_line --index 2 '> IP firewall input rules, default 4'
	assert_line --index 3 '! cat: /proc/net/ip_fwnames: No such file or directory'
}

@test "real files stay where they were" {
	before=$(head -1 /proc/net/dev)
	[ -e /proc/sys/net/ipv4/tcp_sack ] || skip 'no /proc/sys/net/ipv4'
	printf '$ head -1 /proc/net/dev; ls /proc/sys/net/ipv4/conf; cat /proc/sys/net/ipv4/tcp_sack\n' >a.t
	run -0 fwcompat play a.t
	assert_line --index 1 "> $before"
	assert_line '> all'
	refute_output --partial '!'
}

@test "switches are written and read" {
	cat >a.t <<-'END'
		% set net/ipv4/ip_dynaddr 1
		$ cat /proc/sys/net/ipv4/ip_dynaddr; cat /proc/sys/net/ipv4/ip_forward
		> 1
		> 1
		$ echo 0 > /proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward
		> 0
		$ echo x > /proc/sys/net/ipv4/ip_forward
		! sh: 1: echo: echo: I/O error
		? 1
		$ echo 1 > /proc/net/ip_fwchains
		! sh: 1: echo: echo: I/O error
		? 1
		$ echo 1 > /proc/sys/net/ipv4/ip_nothing
		! sh: 1: cannot create /proc/sys/net/ipv4/ip_nothing: Directory nonexistent
		? 2
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = "$(cat /proc/sys/net/ipv4/ip_forward)" ]
	printf '%% set net/ipv4/ip_forward many\n' >b.t
	run --separate-stderr -2 fwcompat play b.t
	assert_equal "$stderr" 'b.t:1: Invalid argument'
	cat >c.t <<-'END'
		% set net/ipv4/conf/default/rp_filter 2
		% set net/ipv4/ip_nothing 1
		$ cat /proc/sys/net/ipv4/conf/default/rp_filter /proc/sys/net/ipv4/ip_nothing
		> 2
		! cat: /proc/sys/net/ipv4/ip_nothing: No such file or directory
		? 1
	END
	before=$(cat /proc/sys/net/ipv4/conf/default/rp_filter)
	run -0 fwcompat play c.t
	assert_output "$(cat c.t)"
	[ "$(cat /proc/sys/net/ipv4/conf/default/rp_filter)" = "$before" ]
}

@test "reading for writing too clears counters" {
	cat >a.t <<-'END'
		% if eth0 192.168.1.1/24
		$ ipchains -A input -j ACCEPT
		< eth0 4500001c000100004011f77cc0a80102c0a801010400003500087855
		= local 4500001c000100004011f77cc0a80102c0a801010400003500087855
		$ awk '{print $8}' <>/proc/net/ip_fwchains
		> 1
		$ awk '{print $8}' /proc/net/ip_fwchains
		> 0
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "files can be read in any pieces" {
	cat >a.t <<-'END'
		$ dd if=/proc/net/ip_masquerade bs=1 count=14 2>/dev/null
		> Prc FromIP   F
		$ dd if=/proc/net/ip_masquerade bs=4 skip=1 count=2 2>/dev/null
		> FromIP  
		$ cat /proc/net/ip_masquerade | wc -c
		> 128
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "a read of a filter's files gives whole lines, 3072 bytes at most" {
	cat >a.t <<-'END'
		$ i=0; while [ $i -lt 60 ]; do ipchains -A input; i=$((i + 1)); done
		$ head -n1 /proc/net/ip_fwchains | wc -c; wc -l </proc/net/ip_fwchains
		> 143
		> 60
		$ dd if=/proc/net/ip_fwchains bs=4096 count=1 2>/dev/null | wc -lc
		>      21    3003
		$ dd if=/proc/net/ip_fwchains bs=300 count=1 2>/dev/null | wc -lc
		>       2     286
		$ dd if=/proc/net/ip_fwchains bs=142 2>/dev/null | wc -c
		> 8580
		$ dd if=/proc/net/ip_fwchains bs=300 2>/dev/null | cmp - /proc/net/ip_fwchains
		$ dd if=/proc/net/ip_fwnames bs=50 count=1 2>/dev/null
		> input ACCEPT 1 0 0 0 0
		> forward ACCEPT 1 0 0 0 0
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
	cat >b.t <<-'END'
		% era 2.0
		$ ipfwadm -I -a accept
		$ dd if=/proc/net/ip_input bs=100 count=1 2>/dev/null
		> IP firewall input rules, default 4
		$ dd if=/proc/net/ip_input bs=200 count=1 2>/dev/null | wc -l
		> 2
	END
	run -0 fwcompat play b.t
	assert_output "$(cat b.t)"
	cat >c.t <<-'END'
		% era 1.3
		$ dd if=/proc/net/ip_block bs=11 count=1 2>/dev/null; echo
		> IP firewall
	END
	run -0 fwcompat play c.t
	assert_output "$(cat c.t)"
}

@test "fed files are what tools and cat read" {
	cat >a.t <<-'END'
		% feed /proc/net/ip_masquerade
		% |head
		% |TCP C0A80102:0400 CB007105:0050 EE48 00000000      0      0   90000
		$ cat /proc/net/ip_masquerade
		> head
		> TCP C0A80102:0400 CB007105:0050 EE48 00000000      0      0   90000
		$ ipchains -M -L -n | tail -1
		> TCP  15:00.00 192.168.1.2          203.0.113.5          1024 (61000) -> 80
		% feed /proc/net/ip_masquerade
		$ cat /proc/net/ip_masquerade
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
	cat >c.t <<-'END'
		% feed /proc/net/ip_input
		% |of another era
		$ cat /proc/net/ip_input; ls /proc/net | grep -c ip_input
		> of another era
		> 1
	END
	run -0 fwcompat play c.t
	assert_output "$(cat c.t)"
	printf '$ cat /proc/net/ip_masquerade | wc -l\n' >b.t
	run -0 fwcompat play a.t b.t
	assert_line --index -1 '> 1'
}

@test "our tools stand where scripts look for them" {
	cat >a.t <<-'END'
		$ /sbin/ipchains -N a && /usr/sbin/ipchains -N b; cut -d' ' -f1 /proc/net/ip_fwnames
		> input
		> forward
		> output
		> a
		> b
		$ /sbin/insmod ip_masq_ftp; cut -d' ' -f1 /proc/net/ip_masq/app
		> prot
		> TCP
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "only localhost resolves, and the networks are the era's" {
	cat >a.t <<-'END'
		$ ipchains -A input -s localhost -d link-local/16; ipchains -L input | tail -1 | cut -c12-70
		> all  ------  localhost            link-local/16         n/a
		$ ipchains -A input -s www.example.com
		! ipchains: host/network `www.example.com' not found
		! Try `ipchains -h' or 'ipchains --help' for more information.
		? 2
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
	printf '%% era 2.0\n$ ipfwadm -F -a acc -S 169.254.0.0/16; ipfwadm -F -l | tail -1\n' >b.t
	run -0 fwcompat play b.t
	assert_output --partial '169.254.0.0/16'
}

@test "interfaces and routes change while it plays" {
	cat >a.t <<-'END'
		% if eth0 192.168.1.1/24
		$ ifconfig ppp0 10.9.9.9 pointopoint 10.9.9.1; route add default dev ppp0
		$ route -n | tail -n +3 | sort
		> 0.0.0.0         0.0.0.0         0.0.0.0         U     0      0        0 ppp0
		> 10.9.9.1        0.0.0.0         255.255.255.255 UH    0      0        0 ppp0
		> 192.168.1.0     0.0.0.0         255.255.255.0   U     0      0        0 eth0
		$ ifconfig ppp0 10.8.8.8; ifconfig ppp0 | grep 'inet addr' | awk '{print $2}'
		> addr:10.8.8.8
		$ route -n | grep -c ppp0
		> 0
		? 1
		$ route add -net 172.16.0.0 gw 192.168.1.254; route -n | grep UG
		> 172.16.0.0      192.168.1.254   255.255.0.0     UG    0      0        0 eth0
		$ route del -net 172.16.0.0; route del -net 172.16.0.0
		! SIOCDELRT: No such process
		? 7
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "without room for its place it says so, and leaves nothing" {
	local as=(-m)
	[ "$(id -u)" = 0 ] || as+=(-U -r)
	# The root and one directory more: room for half a place.
	run -1 unshare "${as[@]}" sh -c 'mount -t tmpfs -o nr_inodes=2 none "$TMPDIR" &&
		fwcompat play - </dev/null
		status=$?
		ls -A "$TMPDIR"
		exit $status'
	assert_output "fwcompat play: no place to play in: No space left on device"
}

@test "log lines come last, from packets and from tools" {
	cat >a.t <<-'END'
		% era 2.0
		% if eth0 192.168.1.1/24
		$ ipfwadm -I -a deny -o
		$ ipfwadm -I -c -P udp -S 192.168.1.2 1024 -D 192.168.1.1 53 -V 192.168.1.1 -W eth0
		> packet denied
		. IP fw-in deny eth0 UDP 192.168.1.2:1024 192.168.1.1:53 L=15360 S=0x00 I=0 F=0x0000 T=0
		< eth0 4500001c000100004011f77cc0a80102c0a801010400003500087855
		= drop
		. IP fw-in deny eth0 UDP 192.168.1.2:1024 192.168.1.1:53 L=28 S=0x00 I=1 F=0x0000 T=64
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "the clock runs timers, also over months" {
	cat >a.t <<-'END'
		% if eth0 192.168.1.1/24
		% if ppp0 10.0.0.1/32 ppp
		% route 0.0.0.0/0 ppp0
		$ ipchains -P forward MASQ
		@ 10.00
		< eth0 4500001c0001000040117d20c0a80102cb007105040000350008fdf8
		= ppp0 4500001c000100003f1135ca0a000001cb007105ee4800350008cb59
		@ 309.99
		$ awk 'NR > 1 {print $NF}' /proc/net/ip_masquerade
		> 1
		@ 310.00
		$ tail -n +2 /proc/net/ip_masquerade | wc -l
		> 0
		@ 30000000.00
		$ ipchains -L -n | head -1
		> Chain input (policy ACCEPT):
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

# Pieces that were given up, as recordings have it: their sender is told, as the
# output chain counts, and nothing is written.
@test "what a timer sends is no result of anything" {
	cat >a.t <<-'END'
		% if eth0 10.0.0.1/24
		@ 20.00
		< eth0 4500002444cb2000401101f50a0000090a00000104000063001055cc6162636465666768
		@ 50.00
		$ grep output /proc/net/ip_fwnames
		> output ACCEPT 1 0 1 0 64
	END
	run -0 fwcompat play a.t
	assert_output "$(cat a.t)"
}

@test "where nothing can be mounted old files can be opened" {
	cat >bare.sh <<-'END'
		echo 0 >/proc/sys/user/max_user_namespaces || exit
		exec setpriv --bounding-set=-all --inh-caps=-all "$@"
	END
	unshare -r sh bare.sh true || skip 'no user namespaces'
	cat >a.t <<-'END'
		$ cat /proc/net/ip_fwnames
		> input ACCEPT 1 0 0 0 0
		> forward ACCEPT 1 0 0 0 0
		> output ACCEPT 1 0 0 0 0
		$ ipchains -P input DENY; grep input /proc/net/ip_fwnames
		> input DENY 1 0 0 0 0
		$ cd /proc/net; head -1 ip_fwnames; cut -d' ' -f1 ../self/net/ip_fwnames | tail -1
		> input DENY 1 0 0 0 0
		> output
		$ cat /proc/net/ip_masq/tcp /proc/net/ip_input
		! cat: /proc/net/ip_masq/tcp: Package not installed
		! cat: /proc/net/ip_input: No such file or directory
		? 1
		$ echo 0 >/proc/sys/net/ipv4/ip_forward; read x </proc/sys/net/ipv4/ip_forward; echo $x
		> 0
		$ echo 1 >/proc/sys/net/ipv4/ip_forward
		$ cat /proc/sys/net/ipv4/ip_forward
		> 1
		$ dd if=/proc/net/ip_masquerade bs=1 count=14 2>/dev/null
		> Prc FromIP   F
		$ ipchains -A output -j DENY -p icmp; ipchains -C output -p icmp -s 10.0.0.1 0 -d 10.0.0.2 0 -i lo
		> denied
		$ cut -c1-12 <>/proc/net/ip_fwchains
		>    output 00
	END
	run --separate-stderr -0 unshare -r sh bare.sh fwcompat play a.t
	assert_output "$(cat a.t)"
	assert_equal "${stderr%%:*}" 'fwcompat play'
	[[ $stderr == *'can be opened, but are not seen otherwise'* ]]
}

@test "a signal ends it and takes its directory away" {
	mkfifo ready
	printf '$ echo >%s/ready; sleep 1000\n' "$PWD" >a.t
	fwcompat play a.t 3>&- &
	read -r <ready
	kill -TERM $!
	wait $! && status=0 || status=$?
	assert_equal "$status" 143
}
