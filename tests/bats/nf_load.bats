#!/usr/bin/env bats
# The netfilter backend's rules in the kernel: all of a change or nothing, next
# to the rules of others, counted.

# shellcheck disable=SC2154 # what bats sets

load host
load ../lab/lab

# A network namespace that is this test's alone.
setup() {
	need_rule -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1000
	own_host
	need_backend
	export FWCOMPAT_BACKEND=netfilter
	export XTABLES_LOCKFILE=$BATS_TEST_TMPDIR/lock
	export MALLOC_PERTURB_=90 # fresh memory is not zero by luck
	ns=fwc-$$-$BATS_TEST_NUMBER
	ip netns add "$ns"
	inside ip link set lo up
}

teardown() {
	[ -z "${ns:-}" ] || ip netns del "$ns"
}

inside() {
	ip netns exec "$ns" "$@"
}

# What packets meet: chains that no jump leads to for the mark that mangle
# gives, letters and that mark are left out.
effective() {
	inside iptables-legacy-save | awk '
		/^#|^COMMIT|^:/ { next }
		/^\*/ { table = $0; next }
		{ rule[++n] = table " " $0 }
		/fwc-generation -j MARK/ { second = 1 }
		END {
			for (i = 1; i <= n; i++) {
				r = rule[i]
				if (r !~ / -A [A-Z]+ .*-j fwc[AB]-/)
					continue
				takes = 1
				if (match(r, /! --mark 0x1000000\/0x1000000/))
					takes = !second
				else if (match(r, /--mark 0x1000000\/0x1000000/))
					takes = second
				else if (match(r, /! --mark 0x0\/0x1000000/))
					takes = second
				else if (match(r, /--mark 0x0\/0x1000000/))
					takes = !second
				match(r, /fwc[AB]-/)
				if (takes)
					active[substr(r, 1, 7) substr(r, RSTART, 4)] = 1
				else
					rule[i] = ""
			}
			for (i = 1; i <= n; i++) {
				r = rule[i]
				if (r == "" || r ~ /fwc-generation/)
					continue
				if (match(r, / -A fwc[AB]-/) &&
				    !(substr(r, 1, 7) substr(r, RSTART + 4, 4) in active))
					continue
				if (r ~ /-A [A-Z]+ /)
					sub(/-m mark (! )?--mark 0x[01]0*\/0x1000000 /, "", r)
				gsub(/fwc[AB]-/, "fwc-", r)
				sub(/0x1000000\/0xff000000/, "0x0/0xff000000", r)
				sub(/0x7000000\/0xff000000/, "0x6000000/0xff000000", r)
				print r
			}
		}' | sort
}

# Nothing is there that belongs to a change under way.
assert_tidy() {
	run -0 inside iptables-legacy-save
	refute_output --partial '--mark 0x1000000/0x1000000'
	refute_output --partial '--mark 0x0/0x1000000'
	if [[ $output == *fwcA-* && $output == *'*nat'* ]]; then
		[ "$(sed -n '/^\*filter/,/^COMMIT/p' <<<"$output" |
			grep -o 'fwc[AB]-' | sort -u | wc -l)" -le 1 ]
	fi
}

stranger='-A FORWARD -s 9.9.9.9/32 -j DROP'

# dies_at N COMMAND...: killed before its Nth setsockopt(); fails if it has not
# so many.
dies_at() {
	local n=$1 rc=0
	shift
	no_leak_checker # which can't look at who is looked at
	inside strace -qq -f -o /dev/null -e trace=setsockopt \
		-e "inject=setsockopt:signal=KILL:when=$n" "$@" || rc=$?
	[ "$rc" != 0 ]
}

# Kills a command at each of its changes; what packets meet is then the old
# rules or the new ones, and the next command finds the old.
killed_everywhere() {
	local old new now n=0
	inside iptables-legacy -A FORWARD -s 9.9.9.9 -j DROP
	old_rules
	old=$(effective)
	inside "$@"
	new=$(effective)
	[ "$old" != "$new" ]
	while :; do
		old_rules
		assert_equal "$(effective)" "$old"
		n=$((n + 1))
		dies_at "$n" "$@" || break
		now=$(effective)
		[ "$now" = "$old" ] || [ "$now" = "$new" ] || {
			diff <(echo "$old") <(echo "$now")
			fail "half of it after a kill before change $n"
		}
		inside ipchains -L -n >listed
		assert_equal "$(effective)" "$old"
		assert_tidy
		inside "$@"
		assert_equal "$(effective)" "$new"
		assert_tidy
	done
	[ "$n" -gt "$at_least" ] || fail "only $n changes"
	run -0 inside iptables-legacy -S FORWARD
	assert_line -- "$stranger"
}

old_rules() {
	inside fwcompat reset
	inside ipchains -A input -s 1.2.3.4 -j DENY
	inside ipchains -A forward -s 10.0.0.0/8 -j DENY
}

@test "killed in one table: old or new" {
	command -v strace >/dev/null || skip 'strace is not installed'
	at_least=1 killed_everywhere ipchains -A input -s 5.6.7.8 -j DENY
}

@test "killed in several tables: old or new" {
	command -v strace >/dev/null || skip 'strace is not installed'
	at_least=9 killed_everywhere ipchains -A forward -s 192.168.1.0/24 -j MASQ
}

@test "killed while all is taken out: old or nothing" {
	command -v strace >/dev/null || skip 'strace is not installed'
	old_rules() {
		inside fwcompat reset
		inside ipchains -A input -s 1.2.3.4 -p tcp -j REJECT
		inside ipchains -A forward -s 10.0.0.0/8 -j MASQ
	}
	at_least=9 killed_everywhere fwcompat reset
}

@test "killed at any moment: no rule that was acknowledged is lost" {
	local i kept
	old_rules
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		inside timeout -s KILL "0.00$i" \
			ipchains -A forward -s "192.168.$i.0/24" -j MASQ && kept+=("$i")
		inside ipchains -L forward -n >listed
		for k in "${kept[@]}"; do
			grep -q " 192.168.$k.0/24" listed || fail "rule $k is gone"
			effective | grep -q "192.168.$k.0/24" || fail "no $k in the kernel"
		done
		assert_equal "$(grep -c MASQ listed)" \
			"$(effective | grep -c 'filter.*192.168')"
	done
}

@test "two tools at once lose nothing, nor does iptables beside them" {
	many() {
		local i
		for i in 1 2 3 4 5 6 7 8 9 10; do
			inside "$@" "10.$i.0.0/16" -j DENY || echo failed
		done
	}
	many ipchains -A input -p tcp -s >one &
	many ipchains -A forward -p udp -s >two &
	for i in 1 2 3 4 5 6 7 8 9 10; do
		inside iptables-legacy -w -A FORWARD -s "9.9.9.$i" -j DROP
		inside iptables-legacy -w -t mangle -A PREROUTING -s "9.9.9.$i" -j DROP
	done
	wait
	assert_equal "$(cat one two)" ''
	inside ipchains -L -n >listed
	assert_equal "$(grep -c '10\.[0-9]*\.0\.0/16' listed)" 20
	effective >all
	assert_equal "$(grep -c '10\.[0-9]*\.0\.0/16' all)" 20
	assert_equal "$(grep -c '9\.9\.9\.[0-9]*/32 -j DROP' all)" 20
}

@test "rules of others stay as they are, where they are, and so do their counters" {
	inside iptables-legacy -A FORWARD -s 9.9.9.1 -j DROP
	inside iptables-legacy -t mangle -A PREROUTING -d 127.0.0.9
	inside iptables-legacy -N fwcustom
	inside iptables-legacy -A INPUT -j fwcustom
	inside iptables-legacy -P OUTPUT ACCEPT
	inside ping -c 2 -q -i 0.01 127.0.0.9 >/dev/null
	inside ipchains -A forward -s 10.0.0.0/8 -j MASQ
	inside iptables-legacy -A FORWARD -s 9.9.9.2 -j DROP
	inside ipchains -A forward -s 11.0.0.0/8 -j DENY
	inside ipchains -P input REJECT
	inside ipchains -P input ACCEPT
	inside ipchains -F
	inside ipchains -A forward -s 12.0.0.0/8 -j DENY
	run -0 inside iptables-legacy -S FORWARD
	assert_line -n 1 --regexp '^-A FORWARD -j fwc[AB]-f-forward$'
	assert_line -n 2 -- '-A FORWARD -s 9.9.9.1/32 -j DROP'
	assert_line -n 3 -- '-A FORWARD -s 9.9.9.2/32 -j DROP'
	inside fwcompat reset
	run -0 inside iptables-legacy-save -c
	refute_output --partial fwc-
	refute_output --partial fwcA
	refute_output --partial fwcB
	assert_line '[2:168] -A PREROUTING -d 127.0.0.9/32'
	assert_line '[4:336] -A INPUT -j fwcustom'
	assert_line '[0:0] -A FORWARD -s 9.9.9.1/32 -j DROP'
}

pings() {
	inside ping -c "$1" -q -i 0.01 "$2" >/dev/null || :
}

# counted CHAIN NUMBER: packets of a rule.
counted() {
	inside ipchains -L "$1" -n -v | awk -v n="$2" 'NR == n + 2 { print $1 }'
}

@test "rules count, and go on counting through changes" {
	inside ipchains -A input -d 127.0.0.5 -j ACCEPT
	inside ipchains -A input -d 127.0.0.6 -j ACCEPT
	pings 3 127.0.0.5
	pings 2 127.0.0.6
	assert_equal "$(counted input 1)" 3
	inside ipchains -I input 1 -d 127.0.0.7 -j ACCEPT
	assert_equal "$(counted input 1)" 0
	assert_equal "$(counted input 2)" 3
	inside ipchains -A forward -s 10.0.0.0/8 -j MASQ
	inside ipchains -P output DENY
	inside ipchains -P output ACCEPT
	pings 1 127.0.0.5
	assert_equal "$(counted input 2)" 4
	assert_equal "$(counted input 3)" 2
	inside ipchains -D input 2
	assert_equal "$(counted input 2)" 2
	inside ipchains -Z input
	assert_equal "$(counted input 2)" 0
	pings 1 127.0.0.6
	assert_equal "$(counted input 2)" 1
	run -0 inside ipchains -L -n -v -Z
	assert_line --regexp '^ +1 .*127\.0\.0\.6'
	assert_equal "$(counted input 2)" 0
}

@test "of two rules that are alike each has its own counters" {
	inside ipchains -A input -d 127.0.0.5 -j ACCEPT
	inside ipchains -A input -d 127.0.0.5 -j ACCEPT
	pings 3 127.0.0.5
	inside ipchains -D input 1
	assert_equal "$(counted input 1)" 0
}

@test "ipfwadm's rules count" {
	inside ipfwadm -I -a accept -D 127.0.0.5
	inside ipfwadm -A in -a -D 127.0.0.0/8
	pings 3 127.0.0.5
	run -0 inside ipfwadm -I -l -n -e
	assert_line --regexp '^ +3 +252 acc'
	run -0 inside ipfwadm -A -l -n -e
	assert_line --regexp '^ +6 +504 '
}

@test "what the kernel cannot be told is refused, and nothing changes" {
	local before
	old_rules
	before=$(effective)
	run --separate-stderr -1 inside ipchains -A input -p tcp -d 0/0 80 -m +1
	assert_output ''
	[[ $stderr == 'ipchains: '* ]]
	assert_equal "$(effective)" "$before"
	run -0 inside ipchains -L input -n
	refute_output --partial 80
}

@test "rules that somebody flushed are put back by the next change" {
	local before
	old_rules
	before=$(effective)
	inside iptables-legacy -t mangle -F
	inside iptables-legacy -F
	inside ipchains -A input -s 7.7.7.7 -j DENY
	inside ipchains -D input -s 7.7.7.7 -j DENY
	assert_equal "$(effective)" "$before"
}

@test "without the book of what was put there all is found again" {
	local before
	old_rules
	inside ipchains -A forward -j MASQ
	before=$(effective)
	rm "$FWCOMPAT_STATE.kernel"
	inside ipchains -A input -s 7.7.7.7 -j DENY
	inside ipchains -D input 2
	assert_equal "$(effective)" "$before"
	rm "$FWCOMPAT_STATE.kernel"
	inside fwcompat reset
	assert_equal "$(effective)" ''
}

@test "status tells of the tables, and what is done otherwise" {
	inside ipchains -A input -s 1.2.3.4 -j REJECT
	inside ipchains -A forward -s 10.0.0.0/8 -j MASQ
	run -0 inside fwcompat status
	assert_line 'backend    netfilter'
	assert_line --partial 'marks      0xFF000000; NFLOG groups 22 and 23'
	assert_line --regexp '^table      mangle: [0-9]+ chains and [0-9]+ rules of ours, of [0-9]+ in all$'
	assert_line --partial 'differs    rule 1 of input: '
	inside iptables-legacy -t mangle -A PREROUTING -s 9.9.9.9
	run -0 inside fwcompat status
	assert_line --partial 'somebody changed it since'
	run -0 inside fwcompat status --json
	assert_output --partial '"details": [["marks"'
}

@test "marks are those that are set" {
	export FWCOMPAT_MARKS=0x00FF0000
	inside ipchains -A forward -s 10.0.0.0/8 -j MASQ
	run -0 inside iptables-legacy-save
	refute_output --partial '0xfe000000'
	assert_output --partial '/0xfe0000 -j MASQUERADE'
	export FWCOMPAT_MARKS=0x3
	run --separate-stderr -1 inside ipchains -A forward -j DENY
	assert_equal "$stderr" 'ipchains: FWCOMPAT_MARKS=0x3: this should be a number with 4 or more bits set'
}

@test "interfaces and routes are ip's to change" {
	run -1 --separate-stderr inside fwcompat host if eth0 10.0.0.1/8
	[[ $stderr == *"ip(8) changes them"* ]]
}

@test "another network namespace has a state of its own" {
	unset FWCOMPAT_STATE
	local mine other
	inside ipchains -A input -s 1.2.3.4 -j DENY
	mine=$(inside fwcompat status | awk '$1 == "state" { print $2 }')
	run -0 unshare -n fwcompat status
	other=$(awk '$1 == "state" { print $2 }' <<<"$output")
	inside fwcompat reset
	rm -f "$mine" "$mine.kernel" "$other" "$other.kernel"
	[[ $mine == /run/fwcompat/netfilter-* && $other == /run/fwcompat/netfilter-* ]]
	[ "$mine" != "$other" ]
	assert_line --partial 'rules      0 in'
}
