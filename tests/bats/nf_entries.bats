#!/usr/bin/env bats
# Rules that the netfilter backend puts into the kernel's entries itself, without
# libip4tc: the tables are as if all had been put there at once, and what is not
# ours as if we had not been there.

# shellcheck disable=SC2154 # what bats sets

load host
load ../lab/lab

setup() {
	need_rule -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1000
	own_host
	need_backend
	export FWCOMPAT_BACKEND=netfilter
	export XTABLES_LOCKFILE=$BATS_TEST_TMPDIR/lock
	export MALLOC_PERTURB_=90 # fresh memory is not zero by luck
	ns=fwc-$$-$BATS_TEST_NUMBER
	# Where changes are made, where they are made at once, where others are
	# alone.
	for each in '' -once -others; do
		ip netns add "$ns$each"
		ip netns exec "$ns$each" ip link set lo up
	done
}

teardown() {
	for each in '' -once -others; do
		[ -z "${ns:-}" ] || ip netns del "$ns$each"
	done
}

inside() {
	ip netns exec "$ns" "$@"
}

once() {
	FWCOMPAT_STATE=$BATS_TEST_TMPDIR/once ip netns exec "$ns-once" "$@"
}

others() {
	ip netns exec "$ns-others" "$@"
}

# Rules of ours, chain by chain, each chain's in their order; generations apart.
ours() {
	"$@" iptables-legacy-save | sed 's/fwc[AB]-/fwc-/g' | awk '
		/^\*/ { table = substr($0, 2) }
		/^:fwc-/ { print table, $1 }
		/^-A fwc-/ || /-[jg] fwc-/ { print table, $0 }' | sort -s -k 1,3
}

# All but ours, as it stands.
not_ours() {
	"$@" iptables-legacy-save -t "$table" |
		sed '/fwc[AB]*-/d; /^#/d; s/ \[.*//' | sort -s -k 1,2
}

# What the changes made is what there would be if all had been made at once.
compare() {
	local table
	inside ipchains-save >saved 2>/dev/null
	once fwcompat reset
	once ipchains-restore <saved >/dev/null 2>&1
	# The bit of a generation goes with the next change of a large table.
	once ipchains -A input -s 9.8.7.6 -j DENY
	once ipchains -D input -s 9.8.7.6 -j DENY
	ours inside >made
	ours once >made_at_once
	diff made_at_once made || return
	for table in mangle filter; do
		not_ours others >left
		not_ours inside >with_ours
		diff left with_ours || return
	done
}

changes_by_chance() {
	local line n=0
	awk -v seed="$1" -v changes=60 -f "$lab_home/rules/edits.awk" >changes
	while read -r line; do
		# shellcheck disable=SC2086 # words of a command
		inside $line >/dev/null 2>&1 </dev/null || :
		# shellcheck disable=SC2086
		[[ $line == ipchains* ]] || others $line >/dev/null 2>&1 || :
		n=$((n + 1))
		((n % 3)) || compare || fail "after \`$line', change $n"
	done <changes
	[ "$(wc -l <made)" -gt 10 ]
}

@test "changes by chance, one at a time: 1" {
	changes_by_chance 1
}

@test "changes by chance, one at a time: 2" {
	changes_by_chance 2
}

@test "changes by chance, one at a time: 3" {
	changes_by_chance 3
}

# Whether the command loads libip4tc.
loads_libip4tc() {
	no_leak_checker # which can't look at who is looked at
	inside strace -qq -f -e trace=openat -o opened "$@"
	grep -q ip4tc opened
}

@test "rules come and go without libip4tc; chains do not" {
	command -v strace >/dev/null || skip 'strace is not installed'
	loads_libip4tc ipchains -A input -s 1.2.3.4 -j DENY
	run ! loads_libip4tc ipchains -A input -s 1.2.3.5 -j DENY
	run ! loads_libip4tc ipchains -I input -s 1.2.3.6 -j ACCEPT
	run ! loads_libip4tc ipchains -D input 2
	run ! loads_libip4tc ipchains -P output DENY
	run ! loads_libip4tc ipchains -L input -n
	run ! loads_libip4tc ipchains -F input
	loads_libip4tc ipchains -A forward -s 10.0.0.0/8 -j MASQ
	# What others do beside is no reason.
	inside iptables-legacy -A FORWARD -s 9.9.9.9 -j DROP
	run ! loads_libip4tc ipchains -A input -s 1.2.3.5 -j DENY
	# What they did to ours is.
	inside iptables-legacy -F FORWARD
	loads_libip4tc ipchains -A input -s 1.2.3.6 -j DENY
	assert_equal "$(ours inside | grep -c '1\.2\.3\.')" 2
}

@test "of many rules the last and the first come and go" {
	local i before
	{
		echo ':input ACCEPT'
		for i in {1..1500}; do
			echo "-A input -s 10.0.$((i / 250)).$((i % 250)) -p tcp -d 0/0 80 -j DENY"
		done
	} >rules
	inside ipchains-restore <rules >/dev/null 2>&1
	inside ipchains -A input -d 127.0.0.5 -j ACCEPT
	before=$(ours inside)
	inside ping -c 3 -q -i 0.01 127.0.0.5 >/dev/null
	inside ipchains -A input -s 10.9.9.9 -j DENY
	inside ipchains -I input -s 10.9.9.9 -j DENY
	assert_equal "$(inside ipchains -L input -n -v | awk '/127\.0\.0\.5/ { print $1 }')" 3
	compare
	inside ipchains -D input -s 10.9.9.9 -j DENY
	inside ipchains -D input -s 10.9.9.9 -j DENY
	assert_equal "$(ours inside)" "$before"
	assert_equal "$(inside ipchains -L input -n -v | awk '/127\.0\.0\.5/ { print $1 }')" 3
}

@test "a change that the kernel refuses is made anew" {
	command -v strace >/dev/null || skip 'strace is not installed'
	inside ipchains -A input -s 1.2.3.4 -j DENY
	no_leak_checker
	inside strace -qq -f -o /dev/null -e trace=setsockopt \
		-e inject=setsockopt:error=EAGAIN:when=1 \
		ipchains -A input -s 1.2.3.5 -j DENY
	compare
	inside strace -qq -f -o /dev/null -e trace=getsockopt \
		-e inject=getsockopt:error=EAGAIN:when=3 \
		ipchains -A input -s 1.2.3.6 -j DENY
	compare
	assert_equal "$(ours inside | grep -c '1\.2\.3\.')" 3
}

@test "what a rule had counted that is another now is not lost" {
	inside ipchains -A input -s 1.2.3.4 -j DENY
	inside ipchains -P input DENY
	inside ping -c 3 -q -i 0.01 -w 1 127.0.0.5 >/dev/null || :
	run -0 inside ipchains -L input -n -v
	assert_line -n 0 --regexp '^Chain input \(policy DENY: [1-9][0-9]* packets'
	inside ipchains -P input ACCEPT
	run -0 inside ipchains -L input -n -v
	assert_line -n 0 --regexp '^Chain input \(policy ACCEPT: [1-9][0-9]* packets'
}
