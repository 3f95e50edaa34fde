#!/usr/bin/env bats
# fwcompat doctor: what it says of the machine, against what the machine does.

# shellcheck disable=SC2154 # what bats sets
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

load host
load view

# A part's row begins with this word: row WORD NAME
row() {
	grep -qE "^$1 +$2 +for " <<<"$output" || fail "not \"$1  $2\": $output"
}

@test "a whole machine, told in text and as JSON" {
	need_view
	run -0 fwcompat doctor
	assert_line --index 0 --regexp '^machine    Linux .*, fwcompat [0-9.]+$'
	assert_line --index 1 'backend    engine'
	assert_line --index 2 "state      $FWCOMPAT_STATE: not there yet, the first tool makes it"
	assert_line --index 3 'scripts    under fwcompat run find the old tools, files, switches and modules'
	row yes namespaces
	row yes /dev/fuse
	run -0 fwcompat doctor --json
	assert_output --partial '"scripts": true'
	assert_output --regexp '^\{("[a-z0-9]+": ("[a-z0-9.]+"|true|false)(, )?)+\}$'
}

@test "nothing is changed" {
	run fwcompat doctor
	[ ! -e state ]
	[ ! -e /proc/modules ] || cut -d ' ' -f 1 /proc/modules | sort >modules
	run fwcompat doctor
	[ ! -e /proc/modules ] || cut -d ' ' -f 1 /proc/modules | sort | diff modules -
	ipchains -A input -j DENY
	fwcompat status | grep -v ^clock >before
	run fwcompat doctor
	fwcompat status | grep -v ^clock | diff before -
}

@test "the state in use" {
	ipchains -A input -j DENY
	run fwcompat doctor
	assert_line "state      $FWCOMPAT_STATE: Linux 2.2, 1 rules"
	echo 'no state file' >state
	run -1 fwcompat doctor
	assert_line --regexp '^backend    engine: cannot be used: .'
}

@test "the backend in use" {
	export FWCOMPAT_BACKEND=other
	run -1 fwcompat doctor
	assert_line 'backend    other: cannot be used: there is no such backend'
	FWCOMPAT_BACKEND=netfilter
	run fwcompat doctor
	assert_line --regexp '^backend    netfilter'
	if [ "$(id -u)" != 0 ]; then
		assert_equal "$status" 1
		assert_line --partial 'it is for root only'
	fi
}

@test "settings that make no sense" {
	echo 'backends = engine' >conf
	FWCOMPAT_CONF=$PWD/conf run -1 fwcompat doctor
	assert_line "backend    engine: cannot be used: $PWD/conf:1: there is no such setting"
	echo 'backend = other' >conf
	FWCOMPAT_CONF=$PWD/conf run -1 fwcompat doctor
	assert_line 'backend    other: cannot be used: there is no such backend'
}

@test "programs of 32 bits run where it says so" {
	printf 'int main(void) { return 0; }\n' >old.c
	gcc -m32 -static -o old old.c 2>/dev/null || skip 'no compiler for 32 bits'
	run fwcompat doctor
	if ./old; then row yes '32-bit programs'; else row no '32-bit programs'; fi
}

@test "a machine without /dev/fuse, and what to do" {
	unshare -m true 2>/dev/null || skip 'no mount namespace is to be had here'
	run -1 unshare -m sh -c 'mount -t tmpfs none /dev && fwcompat doctor'
	row no /dev/fuse
	assert_line --regexp '^     to have it: (read and write access to /dev/fuse|modprobe fuse)$'
	assert_line 'scripts    do not find all they knew, see below'
}

@test "a machine where namespaces are not to be had" {
	unshare -U -r true 2>/dev/null || skip 'no user namespace is to be had here'
	run -1 unshare -U -r sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces 2>/dev/null
		echo 0 >/proc/sys/user/max_mnt_namespaces && fwcompat doctor'
	row no namespaces
	assert_line --partial 'sysctl'
}

@test "a machine that has none of netfilter" {
	need_view
	unshare -m true 2>/dev/null || skip 'no mount namespace is to be had here'
	# Files of netfilter are not seen where there is no /proc/sys/net.
	run unshare -m sh -c 'mount -t tmpfs none /proc/sys/net && fwcompat doctor'
	row no 'connection tracking'
	assert_line --regexp 'to have it: .*(NF_CONNTRACK|modprobe)'
}

@test "it takes no other words" {
	run --separate-stderr -2 fwcompat doctor now
	assert_output ''
}
