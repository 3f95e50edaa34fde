#!/usr/bin/env bats
# make install: what lies where, and that it works from there.

load host
load view
load ../lab/lab

setup() {
	own_host
	cd "$BATS_TEST_DIRNAME/../.." || return
	# As check.sh built it, or as `make' did.
	make -s ${B:+B="$B" CI=1} SAN="${SAN:-}" install \
		DESTDIR="$BATS_TEST_TMPDIR" PREFIX=/opt/old
	at=$BATS_TEST_TMPDIR/opt/old
}

@test "the tools have their old names, and each has its page" {
	local tool
	for tool in fwcompat ipchains ipchains-restore ipchains-save ipfwadm \
		ipfwadm-wrapper ipfw ipmasqadm ipportfw ipautofw; do
		[ -x "$at/sbin/$tool" ] || fail "no $tool"
		[ -f "$at/share/man/man8/$tool.8" ] || fail "no page of $tool"
	done
}

@test "names that a live system needs are met only under fwcompat run" {
	need_view
	run ! ls "$at/sbin/insmod" "$at/sbin/route"
	run -0 env PATH=/usr/bin:/bin "$at/sbin/fwcompat" run sh -c \
		'ipchains -N mine; command -v insmod; ipchains -L mine'
	assert_line "$at/libexec/fwcompat/insmod"
	assert_line 'Chain mine (0 references):'
}

@test "scripts reach the netfilter backend of tools in a usual place" {
	need_view
	need_rule -t mangle -A PREROUTING -j DROP
	[ -e "$at/libexec/fwcompat/netfilter.so" ] ||
		skip 'this build is without the netfilter backend'
	unset FWCOMPAT_STATE
	run -0 unshare -mn env PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin sh -eu -c '
		mount -t tmpfs run /run
		mount --bind "$0" /usr/local
		fwcompat run --backend netfilter sh -c "ipchains -N mine"
		FWCOMPAT_BACKEND=netfilter ipchains -L mine' "$at"
	assert_line 'Chain mine (0 references):'
}

@test "bash finds the completion of each program" {
	local loader=/usr/share/bash-completion/bash_completion tools
	mapfile -t tools < <(make -s program-list)
	[ -e "$loader" ] || skip 'no bash-completion'
	run -0 env BASH_COMPLETION_USER_DIR="$at/share/bash-completion" bash -c '
		. "$0"
		for tool; do
			_completion_loader "$tool"
			complete -p "$tool" | grep " -F _[a-z]" || exit
		done' "$loader" "${tools[@]}"
	assert_line 'complete -F _ipchains ipchains'
}

@test "the library of bats works from there" {
	need_view
	no_leak_checker
	export FWCOMPAT_BATS=$at/share/fwcompat/bats
	PATH=$at/sbin:$PATH run -0 bats examples/firewall.bats
}

@test "units of systemd start what was installed" {
	run -0 cat "$at/lib/systemd/system/fwcompat-logd.service"
	assert_line 'ExecStart=/opt/old/sbin/fwcompat logd'
	refute_output --partial @
}
