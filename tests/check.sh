#!/bin/sh
# Builds and runs every test; the last line is "N passed, N failed, N skipped".
# SAN=1: with the address and undefined behaviour sanitizers. All that runs
# prints TAP; what is counted here are its lines.
set -eu
cd "$(dirname "$0")/.."
sh tests/setup.sh build run package test

SAN=${SAN:-}
jobs=$(nproc)
B=build/check
[ -z "$SAN" ] || B=build/san
LC_ALL=C
TZ=UTC
PATH=$PWD/$B/bin:$PATH:/usr/sbin:/sbin
UBSAN_OPTIONS=print_stacktrace=1
export B SAN LC_ALL TZ PATH UBSAN_OPTIONS
unset FWCOMPAT_STATE FWCOMPAT_BACKEND FWCOMPAT_PROC MAKEFLAGS MFLAGS

results=$B/results
rm -rf "$results"
mkdir -p "$results"
export results

echo "building in $B"
make -s -j"$jobs" CI=1 SAN="$SAN" B="$B" all units

# A task a line, the long ones first; each leaves its TAP in a file.
{
	printf 'lint %s\n' cppcheck clang
	find tests/bats -name '*.bats' | sort | sed 's/^/bats /'
	find tests/golden -name '*.t' | sort | xargs -n 12 echo golden
	make -s B="$B" SAN="$SAN" unit-list | sed 's/^/unit /'
	printf 'lint %s\n' layers format mandoc shellcheck sources upstream
} >"$results/tasks"
echo "running $(wc -l <"$results/tasks") groups of tests, $jobs at a time"
nl -w 4 -n rz "$results/tasks" |
	xargs -L 1 -P "$jobs" sh tests/task.sh || :

# What failed, with what it said; what was skipped, with why; the counts.
cat "$results"/*.tap | awk '
	/^not ok/ { failed++; talk = 1; sub(/^not ok [0-9]*( - )?/, "")
		print "FAILED " $0; next }
	/^ok/ && /# *(skip|SKIP)/ { skipped++; talk = 0
		why = $0; sub(/.*# *(skip|SKIP) */, "", why)
		sub(/^ok [0-9]*( - )?/, ""); sub(/ *# *(skip|SKIP).*/, "")
		print "skipped " $0 ": " (why == "" ? "no reason given" : why)
		next }
	/^ok/ { passed++; talk = 0; next }
	/^#/ && talk { print "  " $0 }
	END { printf "%d passed, %d failed, %d skipped\n",
		passed, failed, skipped
		exit failed > 0 || passed == 0 }'
