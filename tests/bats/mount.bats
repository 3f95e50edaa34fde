#!/usr/bin/env bats
# fwcompat mount: the old /proc files as a file system.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host
load view

setup() {
	own_host
	mkdir "$BATS_TEST_TMPDIR/old"
}

# Mounts on old/, and waits until it is there.
mounted() {
	need_view
	fwcompat mount old 3>&- &
	server=$!
	for _ in $(seq 200); do
		[ -e old/net ] && return
		read -rt 0.05 <> <(:) || true
	done
	return 1
}

@test "files are those of the state, at each moment" {
	mounted
	run -0 cat old/net/ip_fwnames
	assert_output 'input ACCEPT 1 0 0 0 0
forward ACCEPT 1 0 0 0 0
output ACCEPT 1 0 0 0 0'
	ipchains -P input DENY
	run -0 head -1 old/net/ip_fwnames
	assert_output 'input DENY 1 0 0 0 0'
	echo 1 >old/sys/net/ipv4/ip_always_defrag
	run -0 fwcompat run cat /proc/sys/net/ipv4/ip_always_defrag
	assert_output 1
	kill $server
	wait $server
	run ! grep "$PWD/old" /proc/self/mounts
}

@test "umount ends it" {
	mounted
	umount old
	wait $server
}

@test "what is no directory is refused" {
	run -1 --separate-stderr fwcompat mount nosuch
	assert_equal "$stderr" 'fwcompat mount: nosuch: No such file or directory'
	run -2 fwcompat mount
}
