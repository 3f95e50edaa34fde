#!/bin/sh
# How long a listing of the running kernel's masquerade table takes, from fork
# to end, beside conntrack -L: masq.sh BUILD-DIRECTORY. As root, in a network
# namespace of its own, into which conntrack puts the entries.
set -eu
LC_ALL=C
export LC_ALL
built=$(cd "$1" && pwd)
runs=${BENCH_RUNS:-21}
what='listing the netfilter backend'\''s masquerade table'

lacks() {
	if ! [ -e "$built/libexec/fwcompat/netfilter.so" ]; then
		echo 'this build is without the netfilter backend'
	elif ! command -v conntrack >/dev/null; then
		echo 'conntrack is not installed'
	elif ! unshare --net true 2>/dev/null; then
		echo 'network namespaces are made by root'
	fi
}

if [ "${2:-}" != inside ]; then
	why=$(lacks)
	if [ -n "$why" ]; then
		printf '\n%s: skipped, %s\n' "$what" "$why"
		exit 0
	fi
	exec unshare --net sh "$0" "$built" inside
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
FWCOMPAT_STATE=$dir/state FWCOMPAT_BACKEND=netfilter
export FWCOMPAT_STATE FWCOMPAT_BACKEND

# Entries FROM to TO of the table: UDP, masqueraded, with the backend's mark.
fill() {
	awk -v from="$1" -v to="$2" 'BEGIN {
		for (i = from; i < to; i++)
			printf "-A -p udp -s 10.1.%d.%d -d 203.0.113.9 " \
				"--sport 5000 --dport %d -n 203.0.113.201:%d " \
				"-t 6000 -u SEEN_REPLY,ASSURED -m %d\n",
				i / 250 % 250, i % 250 + 1, 1024 + i,
				61000 + i % 4096, 2 * 2 ^ 24
	}' >"$dir/entries"
	conntrack -R "$dir/entries" >/dev/null 2>&1
}

# One run of each, a line; in turn, so that what else the machine does goes to
# all of them.
turn() {
	for command in "$conntrack -L" "$built/bin/ipchains -M -L -n" \
		"$built/bin/ipfwadm -M -l -n" \
		"$built/bin/fwcompat proc net/ip_masquerade"; do
		# shellcheck disable=SC2086 # words of a command
		"$built/bench/spawn" 1 $command 2>/dev/null
	done | tr '\n' ' '
	echo
}

# The middle one of each column, in milliseconds.
middle() {
	awk '{ for (i = 1; i <= NF; i++) took[i, NR] = $i }
	END {
		for (i = 1; i <= NF; i++) {
			for (k = 2; k <= NR; k++)
				for (j = k; j > 1 && took[i, j] + 0 < took[i, j - 1] + 0; j--) {
					t = took[i, j]
					took[i, j] = took[i, j - 1]
					took[i, j - 1] = t
				}
			printf " %12.1f", took[i, int((NR + 1) / 2)] / 1000
		}
		base = took[1, int((NR + 1) / 2)]
		most = took[2, int((NR + 1) / 2)]
		printf "   %.2f (aim 1.0)%s\n", most / base,
			(most > base ? "  OVER" : "")
	}'
}

conntrack=$(command -v conntrack)
printf '\n%s: milliseconds, the middle one of %d runs\n' "$what" "$runs"
printf '%10s %12s %12s %12s %12s   %s\n' entries 'conntrack -L' 'ipchains -M' \
	'ipfwadm -M' 'the file' 'ipchains against conntrack'
had=0
for n in 0 1000 10000 60000; do
	fill $had $n
	had=$n
	listed=$("$built/bin/ipchains" -M -L -n | wc -l)
	[ $n = 0 ] || [ "$listed" = $((n + 2)) ] || {
		echo "masq.sh: $listed lines of $n entries" >&2
		exit 1
	}
	printf '%10d' $n
	for _ in $(seq "$runs"); do turn; done | middle
done
