#!/usr/bin/env bats
# README and CONTRIBUTING name what is there.

# shellcheck disable=SC2154 # what bats sets

load host

setup() {
	own_host
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
}

@test "every room of the sources has its line" {
	local room
	for room in "$root"/*/; do
		room=$(basename "$room")
		[ "$room" != build ] || continue
		grep -q "\b$room/" "$root/CONTRIBUTING" || fail "no $room/"
	done
}

@test "files that are named are there" {
	grep -oE '\b(core|engine|libcompat|proc-emu|ipchains|compare|gateway|launcher|fwcompat|tests|examples|man)/[a-z0-9_./-]*\.[a-z0-9]+\b' \
		"$root/README" "$root/CONTRIBUTING" -h | sort -u >named
	[ -s named ]
	while read -r file; do
		[ -e "$root/$file" ] || fail "no $file"
	done <named
}

@test "subcommands that are named are there" {
	local sub
	for sub in $(sed -n 's/^    fwcompat \([a-z, ]*\)  .*/\1/p' "$root/README" |
		sed 's/ [A-Z].*//' | tr -d ,); do
		case $sub in
		compare | doctor | live | play | replay | run | send) ;;
		*) fail "not known here: $sub" ;;
		esac
		run -0 fwcompat "$sub" --help
	done
}
