#!/bin/sh
# How long a script of 300 commands takes under `fwcompat run', beside its time
# outside. launcher.sh BUILD-DIRECTORY
set -eu
LC_ALL=C
export LC_ALL
built=$1
runs=${BENCH_RUNS:-15}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
FWCOMPAT_STATE=$dir/state
export FWCOMPAT_STATE
PATH=$(cd "$built/bin" && pwd):$PATH

{
	echo 'ipchains -F input'
	i=0
	while [ $i -lt 149 ]; do
		echo "ipchains -A input -s 10.0.0.$i -p tcp -j DENY"
		echo '/bin/true'
		i=$((i + 1))
	done
	echo 'ipchains -L input -n >/dev/null'
} >"$dir/script"

# By turns, so that whatever else the machine does slows both.
i=0
while [ $i -lt "$runs" ]; do
	"$built/bench/spawn" 1 /bin/sh "$dir/script" >>"$dir/outside"
	"$built/bench/spawn" 1 "$built/bin/fwcompat" run /bin/sh "$dir/script" \
		>>"$dir/inside"
	i=$((i + 1))
done
middle() {
	sort -n "$1" | sed -n "$((runs / 2 + 1))p"
}
outside=$(middle "$dir/outside")
inside=$(middle "$dir/inside")

printf '\nmilliseconds for a script of 300 commands, the middle one of %d runs\n' \
	"$runs"
awk -v out="$outside" -v in_="$inside" 'BEGIN {
	printf "%10.1f outside\n%10.1f under fwcompat run\n", out / 1000, in_ / 1000
	ratio = in_ / out
	printf "  %-42s %5.2f (aim 1.3)%s\n", "under fwcompat run against outside",
		ratio, (ratio > 1.3 ? "  OVER" : "")
}'
