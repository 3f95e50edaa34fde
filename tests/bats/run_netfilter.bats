#!/usr/bin/env bats
# fwcompat run --backend netfilter: scripts meet this machine's own network, in
# a network namespace that ends with each test.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
load view

setup() {
	need_view
	[ "$(id -u)" = 0 ] || skip "netfilter takes root"
	unshare -n true 2>/dev/null || skip "no network namespace is to be had here"
	unshare -n iptables-legacy -L -n >/dev/null 2>&1 ||
		skip "no iptables-legacy here, or not in this kernel"
	[ -e "$(dirname "$(command -v fwcompat)")/../libexec/fwcompat/netfilter.so" ] ||
		skip "this build is without the netfilter backend"
	export FWCOMPAT_STATE=$BATS_TEST_TMPDIR/state LC_ALL=C
	unset FWCOMPAT_BACKEND FWCOMPAT_PROC
	cd "$BATS_TEST_TMPDIR" || return
}

# Runs the script $1 so on a machine with two interfaces, then $2 outside.
inside() {
	# shellcheck disable=SC2016 # the inner shell's own
	run -0 timeout -k 1 60 unshare -n sh -c '
		ip link set lo up
		ip link add eth0 type veth peer name eth1
		ip addr add 192.168.7.1/24 dev eth0
		ip link set eth0 up; ip link set eth1 up
		ip route add default via 192.168.7.254
		fwcompat run --backend netfilter sh -c "$1"
		eval "$2"' sh "$1" "${2:-}"
}

@test "ifconfig and route show the machine's in the old words, and change it" {
	command -v ifconfig || skip "no ifconfig here (Debian's net-tools)"
	inside 'ifconfig eth0 | grep "inet addr" | tr -s " "
		route -n | grep "^0.0.0.0" | tr -s " "
		ifconfig eth1 10.1.1.1 netmask 255.255.255.0
		ifconfig eth1 | grep inet | cut -d: -f2
		ifconfig eth9 2>/dev/null || echo none' \
		'ip -4 -o addr show dev eth1 | grep -o 10.1.1.1/24'
	assert_output ' inet addr:192.168.7.1 Bcast:192.168.7.255 Mask:255.255.255.0
0.0.0.0 192.168.7.254 0.0.0.0 UG 0 0 0 eth0
10.1.1.1  Bcast
none
10.1.1.1/24'
}

@test "ip_forward and its like are the machine's, old switches stand beside" {
	inside 'cd /proc/sys/net/ipv4; cat ip_forward
		echo 1 >ip_forward; echo 1 >conf/eth0/rp_filter
		echo 1 >ip_always_defrag; cat ip_always_defrag conf/eth0/rp_filter
		ls conf | tr "\n" " "; cut -f1 /proc/net/route | uniq' \
		'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/eth0/rp_filter'
	assert_output '0
1
1
all default eth0 eth1 lo Iface
eth0
1
1'
}

@test "rules are in netfilter, and listed from there" {
	inside 'ipchains -P forward DENY
		ipchains -A forward -s 192.168.7.0/24 -j MASQ
		ipchains -L forward -n; cut -c1-12 /proc/net/ip_fwnames' \
		'iptables-legacy -t nat -S | grep -c MASQUERADE'
	assert_output --partial 'Chain forward (policy DENY):'
	assert_output --partial 'MASQ       all  ------  192.168.7.0/24'
	assert_output --partial 'forward DENY'
	assert_line --index -1 --regexp '^[1-9]'
}

@test "a program of 1999 makes rules by its own socket calls" {
	"${CC:-gcc}" -m32 -static -o old22 "$BATS_TEST_DIRNAME/../old/old22.c"
	inside './old22 "append input 192.0.2.1 DENY" "append nosuch 192.0.2.1 DENY"
		ipchains -L input -n | tail -1 | tr -s " "' \
		'iptables-legacy-save | grep -c 192.0.2.1'
	assert_output 'append: ok
append: No such file or directory
DENY tcp ------ 192.0.2.1 0.0.0.0/0 * -> *
1'
}

@test "modules are loaded while the state is looked at" {
	inside 'insmod ip_masq_portfw; lsmod | cut -d" " -f1; cat /proc/modules | wc -l'
	assert_output 'Module
ip_masq_portfw
1'
}

@test "there is no dry run of it" {
	run -2 fwcompat run --backend netfilter --dry-run true
	assert_output --partial 'a dry run is of the emulated host alone'
	run -1 fwcompat run --backend nosuch true
	assert_output --partial 'the backend nosuch: there is none of that name'
}
