#!/bin/sh
# The netfilter backend beside iptables-legacy, each in a network namespace of
# its own and in turns: one rule at no rules and behind 5,000, one of 5,000
# deleted, a restore and a listing of 5,000. netfilter.sh BUILD-DIRECTORY
set -eu
LC_ALL=C
export LC_ALL
built=$(cd "$1" && pwd)
runs=${BENCH_RUNS:-100}
long_runs=$(((runs + 4) / 5))

lacks=
[ "$(id -u)" = 0 ] || lacks='root'
command -v iptables-legacy >/dev/null || lacks='iptables-legacy'
command -v ip >/dev/null || lacks='ip, of iproute2,'
[ -e "$built/libexec/fwcompat/netfilter.so" ] || lacks='the netfilter backend'
if [ -n "$lacks" ]; then
	printf '\nno figures of the netfilter backend: %s is missing\n' "$lacks"
	exit 0
fi

# In memory, as /run is.
dir=$(mktemp -d -p /dev/shm)
ours=fwc-bench-$$-ours theirs=fwc-bench-$$-theirs
trap 'ip netns del $ours; ip netns del $theirs; rm -rf "$dir"' EXIT
ip netns add "$ours"
ip netns add "$theirs"
PATH=$built/bin:$PATH
FWCOMPAT_STATE=$dir/state
FWCOMPAT_BACKEND=netfilter
XTABLES_LOCKFILE=$dir/lock
export PATH FWCOMPAT_STATE FWCOMPAT_BACKEND XTABLES_LOCKFILE
xt=$(command -v iptables-legacy)

# Two lines of what spawn says, ours first, as one of the table.
line() {
	awk -v what="$1" '
	{ middle[NR] = $1; half[NR] = sprintf("%.0f-%.0f", $2, $3) }
	END {
		printf "  %-24s %9.0f [%13s] %9.0f [%13s] %6.2f%s\n", what,
			middle[1], half[1], middle[2], half[2],
			middle[1] / middle[2],
			(middle[1] > middle[2] ? "  OVER" : "")
	}'
}

# turns WHAT RUNS OURS: the arguments of ipchains; those of iptables-legacy
# follow on stdin.
turns() {
	read -r against
	# shellcheck disable=SC2086 # words of commands
	"$built/bench/spawn" "$2" "@/run/netns/$ours" "$built/bin/ipchains" $3 \
		-- "@/run/netns/$theirs" "$xt" $against | line "$1"
}

# Rules with a port (what -A adds, too), as both restores read them.
rules() {
	i=0
	while [ $i -lt 5000 ]; do
		echo "-A $1 -s 10.0.$((i / 250)).$((i % 250)) -p tcp $2"
		i=$((i + 1))
	done
}
{
	echo ':input ACCEPT'
	rules input '-d 0/0 80 -j DENY'
} >"$dir/ours"
{
	echo '*filter'
	rules INPUT '--dport 80 -j DROP'
	echo COMMIT
} >"$dir/theirs"

# The time of one run of what reads a file of rules, from empty.
restore() {
	ip netns exec "$1" "$2" -F
	"$built/bench/spawn" 1 "@/run/netns/$1" "$3" <"$4" 2>/dev/null
}

# The middle one of the numbers, and the middle half.
middle() {
	sort -n | awk '{ took[NR] = $1 }
		END { print took[int(NR / 2) + 1], took[int(NR / 4) + 1],
			took[int(NR * 3 / 4) + 1] }'
}

restores() {
	for _ in $(seq "$long_runs"); do
		restore "$ours" ipchains "$built/bin/ipchains-restore" \
			"$dir/ours" >>"$dir/took.ours"
		restore "$theirs" iptables-legacy "${xt}-restore" \
			"$dir/theirs" >>"$dir/took.theirs"
	done
	{
		middle <"$dir/took.ours"
		middle <"$dir/took.theirs"
	} | line '5,000 rules restored'
}

one='-s 10.0.0.0/8 -p tcp'
printf '\nthe running kernel: microseconds, the middle one of %s runs [the middle half]\n' "$runs"
printf '  %-24s %25s %25s  ratio (aim 1.0)\n' '' ours iptables-legacy
ip netns exec "$ours" ipchains -F
turns 'one rule, of few' "$runs" "-A input $one -d 0/0 80 -j DENY" <<-END
	-A INPUT $one --dport 80 -j DROP
END
restores
# What a change of several tables leaves for the next one to do.
ip netns exec "$ours" ipchains -A input -s 10.0.0.0/8 -j DENY
turns 'one rule behind 5,000' "$long_runs" "-A input $one -d 0/0 80 -j DENY" <<-END
	-A INPUT $one --dport 80 -j DROP
END
turns 'the 100th of them deleted' "$long_runs" '-D input 100' <<-END
	-D INPUT 100
END
turns '5,000 rules listed' "$long_runs" '-L input -n' <<-END
	-L INPUT -n
END
