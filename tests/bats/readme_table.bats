#!/usr/bin/env bats
# README's table of what there is, by era and by backend: each cell from what the
# programs do.

# shellcheck disable=SC2154 # what bats sets

load host
load view
load ../lab/lab

setup() {
	own_host
	need_view
	no_leak_checker
	eras=(1.3 2.0 2.2)
	readme=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/README
}

# The rows: LABEL|1.3|2.0|2.2|engine|netfilter.
rows() {
	sed -n '/^What there is, by era/,/^    who may/p' "$readme" |
		sed '1,3d; $d; s/^    //; s/ipfw ipfwadm ipchains/ipfw  ipfwadm  ipchains/; s/   */|/g'
}

# What works of LABEL in ERA, in a network namespace of its own where root tries.
works() {
	local alone=()
	[ "$(id -u)" != 0 ] || alone=(unshare -n)
	"${alone[@]}" bash "$BATS_TEST_DIRNAME/readme_table.bash" "$@"
}

# The era's cell; other words than these mean that all of it works.
cell() {
	case $1 in
	ipfw | ipfwadm | ipchains | chains | 'fwcompat logd') echo yes ;;
	*) echo "$1" ;;
	esac
}

# Compares label and era $1 with what works: $2.
same() {
	assert_equal "$1: $(works "$label" "$era")" "$1: $2"
}

@test "the eras, and the engine" {
	local label era cells one two three engine
	[ "$(rows | wc -l)" -ge 13 ]
	while IFS='|' read -r label one two three engine _; do
		cells=("$one" "$two" "$three")
		for i in 0 1 2; do
			era=${eras[i]}
			same "$label $era" "$(cell "${cells[i]}")"
		done
		# Each was in some era, so that the engine has it.
		assert_equal "$label: $engine" "$label: yes"
	done < <(rows)
}

# What is in both cells.
both() {
	case $1,$2 in
	-,* | *,-) echo - ;;
	yes,*) echo "$2" ;;
	*) echo "$1" ;;
	esac
}

@test "netfilter, in the eras that had it" {
	need_rule -t raw -A PREROUTING -p tcp -j CT --helper ftp
	need_rule -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1000
	need_backend
	export FWCOMPAT_BACKEND=netfilter XTABLES_LOCKFILE=$PWD/lock
	local label era cells one two three netfilter
	while IFS='|' read -r label one two three _ netfilter; do
		cells=("$one" "$two" "$three")
		for i in 0 1 2; do
			era=${eras[i]}
			[ "${cells[i]}" != - ] || continue
			same "$label $era" \
				"$(both "$(cell "${cells[i]}")" "$(cell "$netfilter")")"
		done
	done < <(rows)
}

@test "each era's tool by its name" {
	run rows
	assert_line --index 0 --regexp '^tool\|ipfw\|ipfwadm\|ipchains\|'
	local era
	for era in 1.3:ipfw 2.0:ipfwadm 2.2:ipchains; do
		fwcompat reset --era "${era%:*}"
		run -0 fwcompat status
		assert_line --regexp "^${era#*:} +works$"
	done
}
