#!/usr/bin/env bats
# The units of systemd, and the script that makes rules at boot.

# shellcheck disable=SC2154 # what bats sets

load host
load view

setup() {
	own_host
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export FWCOMPAT_CONF=$PWD/conf FWCOMPAT_BIN
	FWCOMPAT_BIN=$(dirname "$(command -v fwcompat)")
}

restore() {
	sh "$root/systemd/restore" "$@"
}

@test "systemd finds nothing wrong" {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze'
	local unit bin
	bin=$(dirname "$(command -v fwcompat)")
	for unit in "$root"/systemd/*.service; do
		sed "s:@SBINDIR@:$bin:; s:@LIBEXECDIR@/fwcompat:$root/systemd:" \
			"$unit" >"${unit##*/}"
	done
	run -0 env MANPATH="$root/man" systemd-analyze verify --man=no ./*.service
	assert_output ''
}

@test "what ipchains-save wrote is restored" {
	ipchains -A input -s 10.0.0.0/8 -j DENY
	{ echo '# rules'; ipchains-save 2>/dev/null; } >rules
	ipchains -F input
	echo "script = $PWD/rules" >conf
	run -0 restore start
	run -0 ipchains -L input -n
	assert_line --regexp '^DENY .*10\.0\.0\.0/8'
}

@test "a script gets the word, where old programs find what they knew" {
	need_view
	cat >rc <<-'END'
		[ "$1" = start ] || exit 3
		[ -f /proc/net/ip_fwchains ] || exit 4
		ipchains -N mine
	END
	printf '# comment\nbackend = engine\n  script =  %s  \n' "$PWD/rc" >conf
	run -0 restore start
	run -0 ipchains -L mine
	run -3 restore stop
	chmod +x rc
	sed -i '1i#!/bin/sh' rc
	run -1 restore start
}

@test "without a script, or settings, nothing happens" {
	echo '#script = /nowhere' >conf
	run -0 restore start
	assert_output ''
	rm conf
	run -0 restore start
	assert_output ''
	[ ! -e state ]
}

@test "a script that is not there is an error" {
	echo 'script = /nowhere' >conf
	run ! restore start
	assert_output --partial /nowhere
}
