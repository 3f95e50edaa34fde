#!/bin/sh
# Checks that read the sources instead of running them: lint.sh NAME, in TAP.
set -u
cd "$(dirname "$0")/.." || exit 1
rooms='core engine proc-emu libcompat netfilter gateway launcher ipchains ipfwadm ipfw
	ipmasqadm fwcompat compare bats bench tests examples'
n=0

# The test $1: runs the rest quietly; says what it said where it fails.
check() {
	name=$1
	shift
	n=$((n + 1))
	if said=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "$said" | head -n 60 | sed 's/^/# /'
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # skip $2"
}

files() {
	for room in $rooms; do
		[ ! -d "$room" ] || find "$room" -name "$1"
	done | sort
}

lint_layers() {
	sh tests/layers.sh
}

lint_cppcheck() {
	# shellcheck disable=SC2046 # file names of ours, without blanks
	check 'cppcheck' cppcheck -q -I. -D_GNU_SOURCE --std=c11 \
		--enable=warning,performance,portability --inline-suppr \
		--error-exitcode=1 --suppress=missingIncludeSystem \
		$(files '*.c' | grep -v '^tests/\|\.bpf\.c$')
}

lint_clang() {
	if ! command -v clang >/dev/null; then
		skip 'warnings of clang' 'clang is not installed'
		return
	fi
	check 'warnings of clang' make -s CC=clang B=build/clang CI=1 syntax
}

lint_format() {
	if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
		skip 'clang-format' 'clang-format 14 is not installed'
		return
	fi
	# shellcheck disable=SC2046 # file names of ours, without blanks
	check 'clang-format' clang-format --dry-run -Werror $(files '*.[ch]')
}

# Pages refer to each other, and to some of the system's, as if all of them were
# installed.
lint_mandoc() {
	pages=${results:?}/man
	for page in conntrack.8 iptables.8 nft.8 sched.7; do
		mkdir -p "$pages/man${page##*.}"
		printf '.Dd January 1, 2000\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd x\n' \
			"${page%.*}" "${page##*.}" "${page%.*}" \
			>"$pages/man${page##*.}/$page"
	done
	for page in man/*.[1-8]; do
		[ ! -f "$page" ] ||
			install -D "$page" "$pages/man${page##*.}/${page#man/}"
	done
	makewhatis "$pages"
	for page in man/*.[1-8]; do
		[ ! -f "$page" ] || check "mandoc $page" \
			env MANPATH="$pages" mandoc -T lint -W style "$page"
	done
}

lint_shellcheck() {
	for script in $(files '*.sh') .ci/run debian/deb.sh systemd/restore \
		debian/fwcompat.postrm $(make -s script-list) \
		$(grep -l '^#!/bin/sh' examples/*[!.][!s][!h]); do
		check "shellcheck $script" shellcheck -x -s sh "$script"
	done
	check 'shellcheck completion' shellcheck -s bash completion/fwcompat.bash
	for script in $(files '*.bats') $(files '*.bash'); do
		check "shellcheck $script" shellcheck -x -s bats -e SC2016 "$script"
	done
}

all_listed() {
	make -s sources | sort >"${results:?}/listed"
	# What is compiled for another machine has a rule of its own.
	files '*.c' | grep -v '\.bpf\.c$' | diff - "$results/listed"
}

lint_sources() {
	check 'every source stands in a list of the Makefile' all_listed
}

lint_upstream() {
	if [ -z "${GOLDEN_UPSTREAM:-}" ]; then
		skip 'recordings as first taken' 'GOLDEN_UPSTREAM is not set'
	elif [ ! -d "$GOLDEN_UPSTREAM" ]; then
		skip 'recordings as first taken' "no $GOLDEN_UPSTREAM"
	else
		check 'recordings as first taken' \
			diff -r "$GOLDEN_UPSTREAM" tests/golden
	fi
}

"lint_$1"
