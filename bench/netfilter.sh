#!/bin/sh
# The netfilter backend beside iptables-legacy, in a network namespace of its
# own: one rule at no rules and behind 5,000, a restore of 5,000.
# netfilter.sh BUILD-DIRECTORY
set -eu
LC_ALL=C
export LC_ALL
built=$(cd "$1" && pwd)
runs=${BENCH_RUNS:-100}

lacks=
[ "$(id -u)" = 0 ] || lacks='root'
command -v iptables-legacy >/dev/null || lacks='iptables-legacy'
[ -e "$built/libexec/fwcompat/netfilter.so" ] || lacks='the netfilter backend'
if [ -n "$lacks" ]; then
	printf '\nno figures of the netfilter backend: %s is missing\n' "$lacks"
	exit 0
fi
if [ -z "${BENCH_INSIDE:-}" ]; then
	BENCH_INSIDE=yes exec unshare --net sh "$0" "$built"
fi

# In memory, as /run is.
dir=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$dir"' EXIT
PATH=$built/bin:$PATH
FWCOMPAT_STATE=$dir/state
FWCOMPAT_BACKEND=netfilter
XTABLES_LOCKFILE=$dir/lock
export PATH FWCOMPAT_STATE FWCOMPAT_BACKEND XTABLES_LOCKFILE
xt=$(command -v iptables-legacy)

# Microseconds from fork to end, the middle of the runs.
spawn() {
	"$built/bench/spawn" "$runs" "$@"
}

# line WHAT OURS THEIRS
line() {
	awk -v what="$1" -v ours="$2" -v theirs="$3" 'BEGIN {
		printf "  %-34s %9.1f %9.1f %6.2f%s\n", what, ours, theirs,
			ours / theirs, (ours > theirs ? "  OVER" : "")
	}'
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

ours() {
	spawn "$built/bin/ipchains" -A input -s 10.0.0.0/8 -p tcp -d 0/0 80 -j DENY
}

theirs() {
	spawn "$xt" -A INPUT -s 10.0.0.0/8 -p tcp --dport 80 -j DROP
}

# Milliseconds that a command takes, the middle of 9 runs, each from empty.
restore() {
	for _ in 1 2 3 4 5 6 7 8 9; do
		$1
		start=$(date +%s%N)
		$2 <"$3" >/dev/null 2>&1
		echo $((($(date +%s%N) - start) / 1000))
	done | sort -n | sed -n 5p
}

printf '\nthe running kernel: microseconds    ours   iptables  ratio (aim 1.0)\n'
ipchains -F
line 'one rule, of few' "$(ours)" "$(theirs)"
iptables-legacy -F
ipchains -F
line '5,000 rules restored' \
	"$(restore 'ipchains -F' ipchains-restore "$dir/ours")" \
	"$(restore 'iptables-legacy -F' iptables-legacy-restore "$dir/theirs")"
line 'one rule behind 5,000' "$(ours)" "$(theirs)"
