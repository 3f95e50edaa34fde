#!/bin/sh
# One task of check.sh: NUMBER KIND ARGUMENT... Its TAP goes to a file of that
# number; a program that ends badly without a failed test is a failed test.
set -u
number=$1 kind=$2
shift 2
tap=${results:?}/$number-$kind.tap

case $kind in
unit) set -- env CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "${B:?}/${1%.c}" ;;
bats) set -- timeout 600 bats --formatter tap "$1" ;;
golden)	# thousands of short programs: looking for leaks would double the time
	export ASAN_OPTIONS=detect_leaks=0
	set -- sh tests/golden.sh "$@"
	;;
lint) set -- timeout 600 sh tests/lint.sh "$1" ;;
esac
"$@" >"$tap" 2>&1 </dev/null
status=$?

planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$tap" | tail -n 1)
came=$(grep -Ec '^(not )?ok' "$tap")
if [ "$status" != 0 ] && ! grep -q '^not ok' "$tap"; then
	sed -i 's/^/# /' "$tap"
	sed -i "1i not ok 1 - $*: ended with status $status" "$tap"
elif [ "${planned:-$came}" != "$came" ]; then
	echo "not ok - $*: $came of $planned tests ran" >>"$tap"
fi
