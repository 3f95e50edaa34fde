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

# The units as they are installed, into this directory.
units() {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze'
	local unit bin
	bin=$(dirname "$(command -v fwcompat)")
	for unit in "$root"/systemd/*.service; do
		sed "s:@SBINDIR@:$bin:; s:@LIBEXECDIR@/fwcompat:$root/systemd:" \
			"$unit" >"${unit##*/}"
	done
}

@test "systemd finds nothing wrong" {
	units
	run -0 env MANPATH="$root/man" systemd-analyze verify --man=no ./*.service
	assert_output ''
}

@test "they stand before a network that is there early" {
	units
	# As cloud-init has it: a network before all that is ordinary.
	cat >net.service <<-'END'
		[Unit]
		DefaultDependencies=no
		Wants=network-pre.target
		After=network-pre.target
		Before=sysinit.target
		[Service]
		ExecStart=/bin/true
	END
	printf '[Unit]\nWants=%s\n[Service]\nExecStart=/bin/true\n' \
		'net.service fwcompat-live.service fwcompat-logd.service fwcompat-restore.service' \
		>all.service
	run -0 systemd-analyze verify --man=no ./all.service ./net.service \
		./fwcompat-*.service
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

@test "rules are made again in place of those there, and a wrong line is told" {
	printf '%s\n' ':mine -' '-A input -j mine' >rules
	echo "script = $PWD/rules" >conf
	run -0 restore start
	run -0 restore start
	run -0 ipchains -L input -n
	assert_equal "$(grep -c '^mine ' <<<"$output")" 1
	echo '-A input -j nosuch' >>rules
	run -1 restore start
	assert_output "$PWD/rules:3: No target by that name"
}

@test "what fails in a script says where" {
	need_view
	printf '%s\n' '#!/bin/sh' 'ipchains -P forward DENY' \
		'ipchains -A inptu -j DENY' >rc
	echo "script = $PWD/rc" >conf
	run -1 restore start
	assert_line --index 0 'ipchains: No target by that name'
	assert_line --index 1 "  at $PWD/rc:3: ipchains -A inptu -j DENY"
}

@test "a script that is not there is an error" {
	echo 'script = /nowhere' >conf
	run ! restore start
	assert_output "$PWD/conf:1: script: cannot read /nowhere"
}
