#!/bin/sh
# How long one `ipchains -A' takes, from fork to its end, beside a program that
# does nothing: at no rules and behind 5,000. tools.sh BUILD-DIRECTORY
set -eu
LC_ALL=C
export LC_ALL
built=$1
runs=${BENCH_RUNS:-400}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
FWCOMPAT_STATE=$dir/state
export FWCOMPAT_STATE

printf 'int main(void)\n{\n\treturn 0;\n}\n' >"$dir/nothing.c"
${CC:-cc} -O2 -o "$dir/nothing" "$dir/nothing.c"

spawn() {
	"$built/bench/spawn" "$runs" "$@"
}

# ratio WHAT GOT BASE AIM
ratio() {
	awk -v what="$1" -v got="$2" -v base="$3" -v aim="$4" 'BEGIN {
		printf "  %-42s %5.2f (aim %.1f)%s\n", what, got / base, aim,
			(got / base > aim ? "  OVER" : "")
	}'
}

append() {
	spawn "$built/bin/ipchains" -A input -s 10.0.0.0/8 -p tcp -j DENY
}

nothing=$(spawn "$dir/nothing")
"$built/bin/ipchains" -F input
empty=$(append)
{
	echo ':input ACCEPT'
	i=0
	while [ $i -lt 5000 ]; do
		echo "-A input -s 10.0.$((i / 250)).$((i % 250)) -j DENY"
		i=$((i + 1))
	done
} >"$dir/rules"
"$built/bin/ipchains-restore" <"$dir/rules" >"$dir/restored" 2>&1
full=$(append)

printf '\nmicroseconds from fork to end, the middle one of %d runs\n' "$runs"
printf '%10.1f a program that does nothing\n' "$nothing"
printf '%10.1f ipchains -A, the first rules\n' "$empty"
printf '%10.1f ipchains -A behind 5,000\n' "$full"
ratio 'ipchains -A against nothing' "$empty" "$nothing" 1.5
ratio 'behind 5,000 rules against the first' "$full" "$empty" 1.1
