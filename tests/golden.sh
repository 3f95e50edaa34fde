#!/bin/sh
# Plays recordings and compares: golden.sh FILE.t... prints a TAP line a file.
set -u
here=$(dirname "$0")
diff=$(mktemp)
trap 'rm -f "$diff"' EXIT

n=0
echo "1..$#"
for file in "$@"; do
	n=$((n + 1))
	name=${file#"$here/golden/"}
	timeout 120 fwcompat play --check "$file" >"$diff" 2>&1
	status=$?
	if [ $status = 0 ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name: status $status"
		head -n 40 "$diff" | sed 's/^/# /'
	fi
done
