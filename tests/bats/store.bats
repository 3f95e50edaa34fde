#!/usr/bin/env bats
# The state file as whoever types commands meets it: many at once, killed ones,
# full disks, damaged files.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host

# The sources of the rules of a chain, in order.
sources() {
	ipchains -L "$1" -n | awk 'NR > 2 { print $4 }'
}

@test "what one process adds the next one lists" {
	ipchains -A input -s 192.0.2.1 -j DENY
	run -0 sources input
	assert_output 192.0.2.1
}

@test "twenty at once lose nothing" {
	local pids=() i
	for i in $(seq 20); do
		for j in 1 2 3 4 5; do
			ipchains -A input -s "10.0.$i.$j" -j DENY
		done &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	run -0 sources input
	assert_equal "${#lines[@]}" 100
	assert_equal "$(sources input | sort -u | wc -l)" 100
	# Each process's own come in its order.
	for i in $(seq 20); do
		assert_equal "$(sources input | grep -F "10.0.$i." | tr '\n' ' ')" \
			"10.0.$i.1 10.0.$i.2 10.0.$i.3 10.0.$i.4 10.0.$i.5 "
	done
}

@test "three hundred killed in the middle: all that was acknowledged is there" {
	local i pid n told=() listed missing
	for i in $(seq 300); do
		ipchains -A input -s "10.1.$((i / 250)).$((i % 250))" -j DENY &
		pid=$!
		for ((n = RANDOM % 300; n > 0; n--)); do :; done
		kill -9 "$pid" 2>/dev/null || :
		# bash says who was killed
		if wait "$pid" 2>/dev/null; then
			told+=("10.1.$((i / 250)).$((i % 250))")
		fi
	done
	run -0 ipchains -L input -n
	listed=$(sources input)
	missing=$(comm -23 <(printf '%s\n' "${told[@]}" | sort) \
		<(echo "$listed" | sort))
	assert_equal "$missing" ''
	assert_equal "$(echo "$listed" | sort | uniq -d)" ''
}

@test "a file that was cut short gives one sentence" {
	ipchains -A input
	truncate -s 100000 state
	run --separate-stderr -1 ipchains -A input
	assert_output ''
	assert_equal "$stderr" "ipchains: $FWCOMPAT_STATE: the state file is damaged; \`fwcompat reset' makes a new one"
	run -0 fwcompat reset
	assert_output ''
	run -0 sources input
	assert_output ''
}

# Overwrites @2 bytes of the state file at @1 with what comes in.
scribble() {
	dd of=state bs=1 seek="$1" count="$2" conv=notrunc status=none
}

@test "a file that was scribbled over gives one sentence, wherever it was" {
	local at from rule
	ipchains -A input -i scribbled0
	rule=$(grep -abo scribbled0 state | tail -n 1 | cut -d: -f1)
	# Parts of the header, and a rule.
	for at in 0 16 40 80 "$rule"; do
		for from in /dev/zero /dev/urandom; do
			fwcompat reset
			ipchains -A input -i scribbled0
			scribble "$at" 60 <"$from"
			run --separate-stderr -1 ipchains -A input
			assert_output ''
			assert_equal "$stderr" "ipchains: $FWCOMPAT_STATE: the state file is damaged; \`fwcompat reset' makes a new one"
		done
	done
	run -0 fwcompat reset
	run -0 fwcompat status
}

@test "a file that is something else is left alone" {
	echo 'precious' >state
	run --separate-stderr -1 ipchains -A input
	assert_equal "$stderr" "ipchains: $FWCOMPAT_STATE: not a state file"
	run --separate-stderr -1 fwcompat reset
	assert_equal "$stderr" "fwcompat reset: $FWCOMPAT_STATE: not a state file"
	assert_equal "$(cat state)" 'precious'
}

@test "a link is not followed" {
	ln -s elsewhere state
	run ! ipchains -A input
	[ ! -e elsewhere ]
}

@test "without room there is an error, and no state" {
	run --separate-stderr -1 bash -c 'ulimit -f 1000; ipchains -A input'
	assert_equal "$stderr" "ipchains: $FWCOMPAT_STATE: File too large"
	assert_equal "$(stat -c %s state)" 0
	ipchains -A input -s 192.0.2.1
	run -0 sources input
	assert_output 192.0.2.1
}

# Runs the rest with a file system of 2 MB at $PWD/small that nobody else sees.
on_small_disk() {
	local user=(--map-root-user --user)
	[ "$(id -u)" != 0 ] || user=()
	mkdir -p small
	unshare "${user[@]}" --mount true 2>/dev/null ||
		skip 'no mount namespace is to be had'
	FWCOMPAT_STATE=$PWD/small/state unshare "${user[@]}" --mount sh -eu -c \
		'mount -t tmpfs -o size=2m none small; '"$1"
}

# shellcheck disable=SC2016 # a script
@test "on a full disk rules are refused, and nothing else changes" {
	run -0 on_small_disk '
		ipchains -A input -s 192.0.2.1
		! cat /dev/zero >small/fill 2>/dev/null
		n=1
		while ipchains -A input -s 192.0.2.2 2>why; do
			n=$((n + 1))
		done
		grep "Cannot allocate memory" why
		ipchains -L input -n >before
		[ "$(sed 1,2d before | wc -l)" = "$n" ]
		! ipchains -A input -s 192.0.2.3 2>/dev/null
		ipchains -L input -n | cmp - before
		rm small/fill
		ipchains -A input -s 192.0.2.4
		ipchains -L input -n | tail -n 1 | grep -F 192.0.2.4'
}

# shellcheck disable=SC2016 # a script
@test "a disk too full for any state gives one sentence" {
	run -0 on_small_disk '
		! cat /dev/zero >small/fill 2>/dev/null
		! ipchains -A input 2>why
		grep "/small/state: No space left on device" why
		[ "$(wc -l <why)" = 1 ]
		rm small/fill
		ipchains -A input'
}
