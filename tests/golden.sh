#!/bin/sh
# Plays recordings and compares: golden.sh FILE.t... prints a TAP line a file.
# Files on golden-pending.txt are expected to fail; one that passes is a
# failure, so that the list only shrinks.
set -u
here=$(dirname "$0")
diff=$(mktemp)
trap 'rm -f "$diff"' EXIT

# Whether the recording $1 (below tests/golden) is on the list.
pending() {
	awk -v name="$1" '
		!/^#/ && NF && index(name, $1) == 1 { found = 1 }
		END { exit !found }' "$here/golden-pending.txt"
}

# shellcheck source=tests/view.sh
. "$here/view.sh"
lacks=$(view_lacks)

n=0
echo "1..$#"
for file in "$@"; do
	n=$((n + 1))
	name=${file#"$here/golden/"}
	timeout 120 fwcompat play --check "$file" >"$diff" 2>&1
	status=$?
	if pending "$name"; then
		if [ $status = 0 ]; then
			echo "not ok $n - $name: passes, but stands on" \
				"golden-pending.txt"
		else
			echo "ok $n - $name # skip not yet expected to pass"
		fi
	elif [ $status = 0 ]; then
		echo "ok $n - $name"
	elif [ -n "$lacks" ]; then
		echo "ok $n - $name # skip $lacks"
	else
		echo "not ok $n - $name: status $status"
		head -n 40 "$diff" | sed 's/^/# /'
	fi
done
