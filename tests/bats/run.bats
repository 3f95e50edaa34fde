#!/usr/bin/env bats
# fwcompat run: scripts and old programs in a world where the old kernel is there.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host
load view

setup_file() {
	local way kind
	for kind in old20 old22; do
		for way in "" -m32 -static "-m32 -static"; do
			# shellcheck disable=SC2086 # two flags are two words
			"${CC:-gcc}" $way -o "$BATS_FILE_TMPDIR/$kind$way" \
				"$BATS_TEST_DIRNAME/../old/$kind.c" || return
		done
	done
}

setup() {
	need_view
	own_host
}

@test "an interface that is asked for and not there: how to make it, if that fails" {
	need_view
	run --separate-stderr -0 fwcompat run sh -c 'ifconfig ppp0 2>/dev/null || :'
	assert_equal "$stderr" ''
	printf '%s\n' '#!/bin/sh' 'ifconfig ppp0 2>/dev/null | grep inet' >script
	run --separate-stderr -1 fwcompat run sh script
	assert_equal "$stderr" 'fwcompat run: the host has no interface ppp0; to make it: fwcompat host if ppp0 ADDRESS/LENGTH'
	fwcompat host if ppp0 203.0.113.5/32 ppp
	run --separate-stderr -0 fwcompat run sh script
	assert_equal "$stderr" ''
}

@test "without /dev/fuse it is told who knows more" {
	unshare -m true 2>/dev/null || skip 'no mount namespace is to be had here'
	run -126 unshare -m sh -c 'mount -t tmpfs none /dev && fwcompat run true'
	assert_output --regexp '^fwcompat run: /dev/fuse, .*: fwcompat doctor$'
}

@test "a script that is not executable: what to type" {
	need_view
	echo 'echo here' >script
	run -126 fwcompat run ./script
	assert_output 'fwcompat run: ./script: Permission denied
if it is a script: fwcompat run sh ./script'
	run -0 fwcompat run sh ./script
	assert_output here
}

@test "the status is the command's own" {
	run -7 fwcompat run sh -c 'exit 7'
	run -143 fwcompat run sh -c 'kill -TERM $$'
	run -127 --separate-stderr fwcompat run nosuchprogram
	assert_equal "$stderr" "fwcompat run: nosuchprogram: No such file or directory"
	touch notrunnable
	run -126 --separate-stderr fwcompat run ./notrunnable
}

@test "without a command it is a shell" {
	SHELL=/bin/sh run -3 fwcompat run <<<'ipchains -P input DENY; exit 3'
	run -0 ipchains -L input
	assert_output 'Chain input (policy DENY):'
}

@test "the tools stand where scripts look for them" {
	run -0 fwcompat run sh -c '/sbin/ipchains -N a && /sbin/ipchains -L a
		[ -x /usr/sbin/ipmasqadm ] && [ -x /sbin/ipfwadm ]'
	assert_output 'Chain a (0 references):'
}

@test "old files are there for cat, redirection, tests, ls, awk and perl" {
	# shellcheck disable=SC2016 # awk's own
	run -0 fwcompat run sh -c 'ipchains -A input -s 192.0.2.1 -j DENY
		cat /proc/net/ip_fwnames
		read first rest </proc/net/ip_fwchains; echo "$first"
		[ -f /proc/net/ip_masquerade ] && [ ! -f /proc/net/ip_input ] &&
			echo tested
		cd /proc/net && ls ip_fw*
		awk "{ print \$1 }" ip_fwchains
		perl -e "open F, q(/proc/net/ip_fwnames); print scalar(@{[<F>]}), qq(\n)"'
	assert_output 'input ACCEPT 1 0 0 0 0
forward ACCEPT 1 0 0 0 0
output ACCEPT 1 0 0 0 0
input
tested
ip_fwchains
ip_fwnames
input
3'
}

@test "real files stay reachable beside them" {
	run -0 fwcompat run sh -c 'grep -c lo: /proc/net/dev; ls /proc/net/tcp
		cat /proc/sys/net/ipv4/ip_default_ttl; [ -d /proc/self/fd ]'
	assert_line 1
	assert_line /proc/net/tcp
	assert_line 64
}

@test "switches are read and written by echo and sysctl" {
	run -0 fwcompat run sh -c 'echo 1 >/proc/sys/net/ipv4/ip_always_defrag
		cat /proc/sys/net/ipv4/ip_always_defrag
		sysctl -n -w net.ipv4.ip_dynaddr=2; sysctl net.ipv4.ip_dynaddr'
	assert_output '1
2
net.ipv4.ip_dynaddr = 2'
}

@test "/proc/net/dev and route are the emulated host's" {
	fwcompat host if eth0 192.168.1.1/24
	fwcompat host if ppp9 203.0.113.5/32 ppp
	fwcompat host route default ppp9 203.0.113.254
	run -0 fwcompat run sh -c 'sed -n "s/:.*//p" /proc/net/dev
		awk "{ print \$1, \$2, \$3, \$4, \$8 }" /proc/net/route
		echo 1 2>&- >/proc/net/dev || echo not written'
	assert_output '    lo
  eth0
  ppp9
Iface Destination Gateway Flags Mask
eth0 0001A8C0 00000000 0001 00FFFFFF
ppp9 00000000 FE7100CB 0003 00000000
not written'
}

@test "each interface of the emulated host has switches" {
	fwcompat host if ppp0 203.0.113.5/32 ppp
	run -0 --separate-stderr fwcompat run sh -c 'cd /proc/sys/net/ipv4/conf
		[ -d ppp1 ] || echo not yet
		ifconfig ppp1 10.0.0.1 pointopoint 10.0.0.2
		for f in */rp_filter; do echo 1 >$f; done
		echo 0 >ppp1/rp_filter
		sysctl -q -w net.ipv4.conf.ppp0.log_martians=1
		grep . ppp?/rp_filter ppp0/log_martians
		cmp ppp0/accept_redirects default/accept_redirects
		echo word >ppp0/rp_filter || cat ppp0/rp_filter
		[ "$(ls ppp0)" = "$(ls default)" ] && ls | grep ppp'
	assert_output 'not yet
ppp0/rp_filter:1
ppp1/rp_filter:0
ppp0/log_martians:1
1
ppp0
ppp1'
}

@test "files that the running kernel has not stand in /proc" {
	run -0 --separate-stderr fwcompat run sh -c 'cat /proc/modules
		modprobe ip_masq_ftp; grep -c ip_masq_ftp /proc/modules
		[ -f /proc/ksyms ] && grep -c " register_ip_masq_app$" /proc/ksyms
		cd /proc && ls ksyms modules version net/ip_masquerade
		cat net/../version | cut -c1-20'
	assert_output '1
1
ksyms
modules
net/ip_masquerade
version
Linux version 2.2.26'
	assert_equal "$stderr" ''
}

@test "processes and what they have are in /proc as outside" {
	# shellcheck disable=SC2016 # the inner shell's own
	run -0 --separate-stderr fwcompat run bash -c '
		[ -d /proc/$$ ] && [ ! -d /proc/999999999 ] && echo there
		readlink /proc/self/exe; cat <(echo piped)
		ps -o comm= -p $$; ls /proc | grep -cx $$
		head -c 4 /proc/$$/cmdline; echo
		stat -c %F /proc/sys /proc/net; kill -0 $$'
	assert_output 'there
/usr/bin/readlink
piped
bash
1
bash
directory
directory'
	assert_equal "$stderr" ''
}

@test "who is inside the state can look at what is the machine's" {
	command -v flock || skip "no flock here (Debian's util-linux)"
	# shellcheck disable=SC2016 # the inner shell's own
	run -0 fwcompat run sh -c 'timeout 20 flock "$FWCOMPAT_STATE" sh -c "
		head -c 1 /proc/net/snmp; cat /proc/sys/net/core/somaxconn >&2
		ls -d /proc/self/fd; head -c 1 /proc/meminfo >&2
		ls -d /proc/sys/net/netfilter >&2; cat /lib/os-release >&2
		[ -e /proc/net/ip_tables_names ] || echo hidden" 2>/dev/null'
	assert_output 'I/proc/self/fd
hidden'
}

@test "switches that are no more are kept, and the machine's own untouched" {
	before=$(cat /proc/sys/kernel/printk /proc/sys/fs/file-max)
	fwcompat host if ppp0 203.0.113.5/32 ppp
	run -0 fwcompat run sh -c 'cd /proc/sys/net/ipv4
		cat icmp_destunreach_rate conf/ppp0/hidden route/gc_timeout
		echo 5 >icmp_destunreach_rate; cat icmp_destunreach_rate
		sysctl -n -w net.core.message_burst=20
		ls /proc/sys/fs/inode-max
		echo "1 4 1 7" >/proc/sys/kernel/printk; cat /proc/sys/kernel/printk
		echo 12345 >/proc/sys/fs/file-max; cat /proc/sys/fs/file-max
		[ -e ip_masq_nosuch ] || echo none'
	assert_output "100
0
300
5
20
/proc/sys/fs/inode-max
1	4	1	7
12345
none"
	assert_equal "$(cat /proc/sys/kernel/printk /proc/sys/fs/file-max)" "$before"
}

@test "before 2.2 there are no switches of interfaces" {
	# shellcheck disable=SC2010 # one name alone
	run -0 fwcompat run --era 2.0 sh -c '[ ! -e /proc/sys/net/ipv4/conf ]
		ls /proc/sys/net/ipv4; [ -e /proc/sys/kernel/osrelease ]
		ls /proc/sys/kernel | grep inode-max'
	assert_output 'ip_dynaddr
ip_forward
inode-max'
}

@test "the files of modules are there for tests, patterns and ls" {
	# shellcheck disable=SC2016 # the inner shell's own
	run -0 fwcompat run sh -c 'cd /lib/modules/$(uname -r)/ipv4
		for m in ip_masq_[a-i]*.o; do insmod $m; done
		lsmod | sed 1d | cut -d" " -f1
		[ -f /lib/modules/$(uname -r)/ipv4/ip_masq_ftp.o ]
		[ -s ip_masq_ftp.o -a -x /usr/lib -a -r ../modules.dep ]
		ls -d /usr/lib/ipmasqadm/p*.so ../net/3c509.o
		[ ! -e /lib/modules/2.0.40 ]'
	assert_output 'ip_masq_irc
ip_masq_ftp
ip_masq_cuseeme
ip_masq_autofw
../net/3c509.o
/usr/lib/ipmasqadm/portfw.so'
	fwcompat reset --era 2.0
	# shellcheck disable=SC2016 # the inner shell's own
	run -0 fwcompat run sh -c 'ls /lib/modules
		ls /lib/modules/$(uname -r)/ipv4/ip_masq*
		[ ! -d /usr/lib/ipmasqadm ]; cat /lib/os-release | head -c 0'
	assert_output '2.0.40
/lib/modules/2.0.40/ipv4/ip_masq_cuseeme.o
/lib/modules/2.0.40/ipv4/ip_masq_ftp.o
/lib/modules/2.0.40/ipv4/ip_masq_irc.o
/lib/modules/2.0.40/ipv4/ip_masq_quake.o
/lib/modules/2.0.40/ipv4/ip_masq_raudio.o
/lib/modules/2.0.40/ipv4/ip_masq_vdolive.o'
}

@test "uname is the kernel's by any path, and other users see all of it, too" {
	run -0 fwcompat run sh -c '/bin/uname -r; /usr/bin/uname -sr'
	assert_output '2.2.26
Linux 2.2.26'
	[ "$(id -u)" = 0 ] || skip "it takes root to be somebody else"
	run -0 fwcompat run setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh -c 'cut -c1-10 /proc/net/ip_masquerade; ls -d /usr/lib/ipmasqadm
			/sbin/ipchains --version >/dev/null; id -u'
	assert_output 'Prc FromIP
/usr/lib/ipmasqadm
65534'
}

# What a script inside could have changed outside: switches, names below
# /proc/net, and this process's mounts but for those of network namespaces that
# others make meanwhile (ip-netns(8)).
outside() {
	cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/tcp_syncookies \
		/proc/sys/net/ipv4/conf/all/rp_filter
	ls /proc/net
	grep -v -e ' /run/netns' -e ' - nsfs ' /proc/self/mountinfo
}

@test "outside nothing has changed" {
	local before
	before=$(outside)
	run -0 fwcompat run sh -c 'for f in ip_forward tcp_syncookies conf/all/rp_filter; do
			echo 0 >/proc/sys/net/ipv4/$f
			echo 1 >/proc/sys/net/ipv4/$f
			echo 0 >/proc/sys/net/ipv4/$f
			cat /proc/sys/net/ipv4/$f
		done'
	assert_output '0
0
0'
	run -0 outside
	assert_output "$before"
}

@test "netstat -M lists the masqueraded connections" {
	command -v netstat || skip "no netstat here (Debian's net-tools)"
	fwcompat host if ppp0 203.0.113.5/32 ppp
	run -0 fwcompat run sh -c 'insmod ip_masq_user
		ipmasqadm user -a -P tcp -M 203.0.113.5 5000 -S 192.168.1.3 1035 -D 0.0.0.0 0
		netstat -M -n'
	assert_line --partial '192.168.1.3'
	assert_line --partial '1035 -> * (5000)'
}

@test "--era makes the other kernel's files and tools" {
	run -0 fwcompat run --era 2.0 sh -c 'cat /proc/net/ip_input
		[ ! -e /proc/net/ip_fwchains ]'
	assert_output 'IP firewall input rules, default 4'
	ipfwadm -I -p deny
	run -1 --separate-stderr fwcompat run --era 2.2 true
	assert_regex "$stderr" '^fwcompat run: .*fwcompat reset'
	run -2 --separate-stderr fwcompat run --era 2.4 true
}

# What a program of 1999 prints, in all four builds of it.
each_old22() {
	local way
	for way in "" -m32 -static "-m32 -static"; do
		fwcompat reset
		run -0 fwcompat run "$BATS_FILE_TMPDIR/old22$way" "$@"
		assert_output "$expected"
	done
}

@test "programs of 1999 edit chains by their own socket calls" {
	expected='append: ok
append: No such file or directory
append: No such file or directory
create: ok
create: File exists
insert: ok
insert: Invalid argument
replace: ok
delete: ok
delete: Invalid argument
delnum: ok
delnum: No such file or directory
append: ok
remove: Device or resource busy
flush: ok
remove: ok
policy: ok
policy: Invalid argument
zero: ok
short: Invalid argument
number: Protocol not available'
	each_old22 'append input 192.0.2.1 DENY' 'append nosuch 192.0.2.1 DENY' \
		'append input 192.0.2.1 nosuch' 'create a' 'create a' \
		'insert input 1 192.0.2.2 ACCEPT' 'insert input 9 192.0.2.2 ACCEPT' \
		'replace input 1 192.0.2.3 REJECT' 'delete input 192.0.2.1 DENY' \
		'delete input 192.0.2.1 DENY' 'delnum input 1' 'delnum input 1' \
		'append output 192.0.2.4 a' 'remove a' 'flush output' 'remove a' \
		'policy forward DENY' 'policy forward RETURN' 'zero input' \
		short 'number 77'
	run -0 ipchains -L -n
	assert_output 'Chain input (policy ACCEPT):
Chain forward (policy DENY):
Chain output (policy ACCEPT):'
}

@test "what they made is what the tool lists, and their checks say what it says" {
	expected='append: ok
append: ok
append: ok
check: ok
check: Connection refused
check: Connection timed out
check: No such file or directory
timeouts: ok'
	each_old22 'append input 192.0.2.1 ACCEPT' 'append input 192.0.2.2 REJECT' \
		'append input 192.0.2.3 DENY' 'check input 192.0.2.1 10.0.0.1' \
		'check input 192.0.2.2 10.0.0.1' 'check input 192.0.2.3 10.0.0.1' \
		'check nosuch 192.0.2.1 10.0.0.1' 'timeouts 10 20 30'
	run -0 ipchains -L input -n
	assert_line 'REJECT     tcp  ------  192.0.2.2            0.0.0.0/0             * ->   *'
	for n in 1:accepted 2:rejected 3:denied; do
		run -0 ipchains -C input -p tcp -s 192.0.2.${n%:*} 1 -d 10.0.0.1 1 -i eth0
		assert_output "${n#*:}"
	done
}

@test "programs of 1996 edit the lists of 2.0, laid out for 32 and 64 bits" {
	local way
	fwcompat host if eth0 192.168.1.1/24
	for way in "" -m32 -static "-m32 -static"; do
		fwcompat reset --era 2.0
		fwcompat host if eth0 192.168.1.1/24
		run -0 fwcompat run "$BATS_FILE_TMPDIR/old20$way" \
			'rule 321 192.0.2.1 23 1' 'rule 320 192.0.2.2 25 105' \
			'rule 322 192.0.2.9 23 1' 'policy 325 4' 'policy 581 0' \
			'check 326 192.0.2.1 23 eth0 192.168.1.1' \
			'check 326 192.0.2.2 25 eth0 192.168.1.1' \
			'check 326 192.0.2.1 23 eth9 192.168.1.1' \
			'bare 836' 'bare 90' 'timeouts 10 20 30'
		assert_output 'rule: ok
rule: ok
rule: Invalid argument
policy: ok
policy: ok
check: Connection timed out
check: ok
check: Invalid argument
bare: ok
bare: Protocol not available
timeouts: ok'
		run -0 ipfwadm -I -l -n
		assert_line 'acc   tcp  192.0.2.2            0.0.0.0/0            * -> 25'
		assert_line 'deny  tcp  192.0.2.1            0.0.0.0/0            * -> 23'
		run -0 ipfwadm -O -l
		assert_output 'IP firewall output rules, default policy: deny'
	done
}

@test "today's options of sockets pass untouched" {
	run -0 fwcompat run perl -MSocket -e \
		'socket(S, AF_INET, SOCK_DGRAM, 0); setsockopt(S, 0, 2, 99) or die;
		print unpack("i", getsockopt(S, 0, 2)), "\n"'
	assert_output 99
}


@test "killing the launcher or the script leaves no process, mount or file" {
	local mark="sleep 4321.$$" victim
	for victim in launcher script dry; do
		option=
		[ $victim != dry ] || option=--dry-run
		fwcompat run $option sh -c "(setsid $mark & ) ; $mark & wait" 3>&- &
		launcher=$!
		for _ in $(seq 200); do
			[ "$(pgrep -fc "^$mark")" -ge 2 ] && break
			read -rt 0.05 <> <(:) || true
		done
		assert_equal "$(pgrep -fc "^$mark")" 2
		if [ $victim != script ]; then
			kill -9 $launcher
		else
			pkill -9 -f "^sh -c .*$mark"
		fi
		wait $launcher || true
		for _ in $(seq 200); do
			[ "$(pgrep -fc "^$mark")" -eq 0 ] && break
			read -rt 0.05 <> <(:) || true
		done
		assert_equal "$(pgrep -fc "^$mark")" 0
	done
	run ! grep -F "$FWCOMPAT_STATE" /proc/self/mounts
	for _ in $(seq 200); do
		[ "$(echo state*)" = state ] && break
		read -rt 0.05 <> <(:) || true
	done
	assert_equal "$(echo state*)" state
}

@test "--trace says what each command did, and where it stands" {
	cat >rc.firewall <<-'SCRIPT'
		#!/bin/sh
		NET=192.168.1.0/24
		ipchains -P forward DENY
		ipchains -A forward -s $NET -j MASQ
		ipchains -A nochain -j DENY 2>/dev/null
	SCRIPT
	for shell in sh bash; do
		fwcompat reset
		run -1 --separate-stderr fwcompat run --trace $shell rc.firewall
		assert_equal "$output" ''
		assert_equal "$stderr" 'rc.firewall:3: ipchains -P forward DENY
    -P forward DENY
rc.firewall:4: ipchains -A forward -s 192.168.1.0/24 -j MASQ
    -A forward -s 192.168.1.0/255.255.255.0 -d 0.0.0.0/0.0.0.0 -j MASQ
rc.firewall:5: ipchains -A nochain -j DENY
    -A nochain -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -j DENY  (refused: No such file or directory)'
	done
	fwcompat reset
	run -0 --separate-stderr fwcompat run --trace \
		"$BATS_FILE_TMPDIR/old22-m32" 'append input 192.0.2.1 DENY'
	assert_regex "$stderr" 'old22-m32 append input 192.0.2.1 DENY
    -A input -s 192.0.2.1/255.255.255.255 .* -p 6 -j DENY'
}

@test "--dry-run tells the same and changes nothing" {
	# The leak checker starts a process, which is refused after a dry run.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	ipchains -P input DENY
	before=$(ipchains-save 2>/dev/null)
	echo outside >word
	run -0 --separate-stderr fwcompat run --dry-run sh -c \
		'ipchains -P input ACCEPT; ipchains -L input
		echo 1 >/proc/sys/net/ipv4/ip_dynaddr
		cat /proc/sys/net/ipv4/ip_dynaddr
		echo word >/usr/made-by-the-script; cat /usr/made-by-the-script
		cat word; echo other >word; cat word; rm word
		kill -0 '$$' && echo reached; true'
	assert_output 'Chain input (policy ACCEPT):
1
word
outside
other'
	assert_regex "$stderr" '-P input ACCEPT'
	assert_equal "$(ipchains-save 2>/dev/null)" "$before"
	run -0 fwcompat run cat /proc/sys/net/ipv4/ip_dynaddr
	assert_output 0
	[ ! -e /usr/made-by-the-script ]
	run -0 cat word
	assert_output outside
	run -0 ls
	refute_line --partial state.
}

@test "a script finds itself on the kernel of its era" {
	run -0 fwcompat run sh -c 'uname -r; cat /proc/sys/kernel/osrelease
		cut -d" " -f1-3 /proc/version; ! command -v iptables
		[ ! -e /proc/net/ip_tables_names ] && ! ls /proc/net | grep ^ip_tables'
	assert_output '2.2.26
2.2.26
Linux version 2.2.26'
	fwcompat reset --era 2.0
	run -0 fwcompat run uname -sr
	assert_output 'Linux 2.0.40'
}

@test "without --era it is the kernel whose tools the script calls" {
	printf '%s\n' '#!/bin/sh' '# once for ipchains' 'IPFWADM=/sbin/ipfwadm' \
		'uname -r; [ -f /proc/net/ip_input ] && $IPFWADM -I -l' >rc20
	run -0 fwcompat run sh -e rc20
	assert_output '2.0.40
IP firewall input rules, default policy: accept'
	fwcompat reset
	printf 'ipfw list fire; uname -r' >rc13
	chmod +x rc13
	run -0 fwcompat run sh -c 'uname -r'
	assert_output 2.2.26
	run -0 fwcompat run sh ./rc13
	assert_line 1.3.56
	fwcompat reset
	printf 'if [ -x /sbin/ipchains ]; then uname -r; else ipfwadm -h; fi' >rcboth
	run -0 fwcompat run sh rcboth
	assert_output 2.2.26
	fwcompat reset --era 2.0
	printf 'uname -r; ipchains -L' >rc22
	run -1 fwcompat run sh rc22
}

@test "a script that takes sh for Bash finds it so" {
	command -v bash || skip "no bash here"
	cat >rc <<-'SCRIPT'
		#!/bin/sh
		function show() { local n=$1; let n=n+1; echo $[ $n + 1 ]; }
		if [ "$1" == start ]; then show 3; fi
		/bin/sh -c 'source /dev/null; echo inner'
	SCRIPT
	chmod +x rc
	run -0 fwcompat run ./rc start
	assert_output '5
inner'
	run -0 fwcompat run sh rc start
	assert_line 5
	printf '#!/bin/sh\n# == $[ function\nreadlink /bin/sh' >plain
	run -0 fwcompat run sh plain
	assert_output "$(readlink /bin/sh)"
}

@test "an init script reads functions that the machine has not" {
	[ ! -e /etc/rc.d/init.d/functions ] || skip "this machine has them"
	cat >init <<-'SCRIPT'
		#!/bin/sh
		. /etc/rc.d/init.d/functions
		. /etc/sysconfig/network
		[ "${NETWORKING}" = no ] && exit 0
		start() { action "Flushing all chains:" ipchains -F; }
		case "$1" in
		start) start ;;
		*) action "Failing:" false ;;
		esac
	SCRIPT
	run -0 fwcompat run sh init start
	assert_output --regexp '^Flushing all chains: .*\[  OK  \]$'
	run -1 fwcompat run bash init stop
	assert_output --regexp '^Failing: .*\[FAILED\]$'
}

@test "an init script looks for functions before it reads them" {
	[ ! -e /etc/rc.d/init.d/functions ] || skip "this machine has them"
	[ ! -e /etc/sysconfig/network ] || skip "this machine has them"
	cat >init <<-'SCRIPT'
		#!/bin/sh
		f=/etc/rc.d/init.d/functions n=/etc/sysconfig/network
		for t in -e -f -r -s -x -d; do
			[ $t $f ] && echo "functions $t"
			[ $t $n ] && echo "network $t"
		done
		[ -f /etc/rc.d/init.d/functions.none ] || echo none
		[ -f "$f" ] || exit 0
		. $f
		action "Flushing all chains:" ipchains -F
		stat -c '%F %n' $f
	SCRIPT
	for shell in sh bash; do
		run -0 fwcompat run $shell init
		assert_output --regexp '^functions -e
network -e
functions -f
network -f
functions -r
network -r
functions -s
none
Flushing all chains: .*\[  OK  \]
regular file /etc/rc.d/init.d/functions$'
	done
}

@test "what the machine has not is there and does nothing" {
	# shellcheck disable=SC2016 # the inner shell's own
	run -0 fwcompat run sh -ec '/sbin/kerneld; pump -i eth0; dhcpcd -k
		/sbin/chkconfig --add firewall; svi network reload
		initlog -n fw -s "Starting"; initlog -c "echo run"
		[ $UID -eq 0 ]; printf "b 1\na 2\n" | sort +1 | tail +2
		/sbin/ksyms | head -1'
	assert_output 'run
a 2
Address   Symbol                            Defined by'
	mkdir bin
	printf '#!/bin/sh\necho real' >bin/pump
	chmod +x bin/pump
	PATH=$PWD/bin:$PATH run -0 fwcompat run pump
	assert_output real
}

@test "what has no counterpart is said once, at the end" {
	run -0 --separate-stderr fwcompat run sh -c \
		'modprobe ip_masq_pptp; rmmod ip_masq_pptp; modprobe ip_masq_pptp
		modprobe ip_masq_ftp; echo done'
	assert_output 'done'
	assert_equal "$stderr" \
		'fwcompat run: module ip_masq_pptp is loaded, but packets do not see it'
}

@test "where namespaces are not allowed it says so in one sentence" {
	# shellcheck disable=SC2016 # the inner shell's own
	run -126 --separate-stderr unshare -r sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces
		exec setpriv --bounding-set=-all "$@"' sh \
		"$(command -v fwcompat)" run true
	assert_equal "${#stderr_lines[@]}" 1
	assert_regex "$stderr" '^fwcompat run: it takes a mount namespace'
}
