#!/bin/sh
# Reads all sources against layers.txt and bans.txt; prints TAP.
set -u
cd "$(dirname "$0")/.." || exit 1
found=$(sed -n 's/^\([a-z-]*\):.*/\1/p' tests/layers.txt | while read -r room; do
	[ ! -d "$room" ] || find "$room" -name '*.[ch]'
done | sort | xargs awk -f tests/layers.awk tests/layers.txt tests/bans.txt)

n=0
# The test $2 holds if nothing of the kind $1 was found.
report() {
	n=$((n + 1))
	if said=$(echo "$found" | grep "^$1 "); then
		echo "not ok $n - $2"
		echo "$said" | sed "s/^$1 /# /"
	else
		echo "ok $n - $2"
	fi
}

echo 1..5
report include 'every include is allowed'
report order 'includes stand in order, its own header first'
report guard 'every header has its guard'
report ban 'nothing banned is called'
report size 'functions and files keep their size'
