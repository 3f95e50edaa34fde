#!/usr/bin/env bats
# fwcompat proc: the old files without a view.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host

@test "a file by its path, by part of it, by its name" {
	local name
	for name in /proc/net/ip_fwnames net/ip_fwnames ip_fwnames; do
		run --separate-stderr -0 fwcompat proc "$name"
		assert_output 'input ACCEPT 1 0 0 0 0
forward ACCEPT 1 0 0 0 0
output ACCEPT 1 0 0 0 0'
		assert_equal "$stderr" ''
	done
	run -0 fwcompat proc ip_masq/app
	assert_output 'prot port    n_attach name             '
}

@test "without a name the files that are there" {
	run -0 fwcompat proc
	assert_line /proc/net/ip_fwchains
	refute_line /proc/net/ip_masq/portfw
	ipmasqadm portfw -l >/dev/null
	run -0 fwcompat proc
	assert_line /proc/net/ip_masq/portfw
	fwcompat reset --era 2.0
	run -0 fwcompat proc
	assert_line /proc/net/ip_forward
	refute_line /proc/net/ip_fwchains
}

@test "a file that is not there, or cannot be read or written" {
	run --separate-stderr -1 fwcompat proc ip_input
	assert_equal "$stderr" 'fwcompat proc: ip_input: No such file or directory'
	run --separate-stderr -1 fwcompat proc /proc/
	assert_equal "$stderr" 'fwcompat proc: /proc/: No such file or directory'
	run --separate-stderr -1 fwcompat proc ip_fwnames x
	assert_equal "$stderr" 'fwcompat proc: ip_fwnames: Permission denied'
	run --separate-stderr -1 fwcompat proc ip_forward x
	assert_equal "$stderr" 'fwcompat proc: ip_forward: Invalid argument'
}

@test "a switch is written, and stays" {
	run -0 fwcompat proc ip_forward 0
	assert_output ''
	run -0 fwcompat proc ip_forward
	assert_output 0
}

@test "command lines that make no sense" {
	run --separate-stderr -2 fwcompat proc a b c
	run --separate-stderr -2 fwcompat proc --form x
	run --separate-stderr -2 fwcompat proc --from
	run --separate-stderr -2 fwcompat proc --from .
	assert_equal "${stderr_lines[0]}" 'fwcompat proc: --from wants a directory and a command'
	run --separate-stderr -2 fwcompat proc --from . --
}

@test "tools read saved files, with and without their directory" {
	mkdir -p saved/net flat
	ipchains -N mine
	fwcompat proc ip_fwnames >saved/net/ip_fwnames
	fwcompat proc ip_fwchains >saved/net/ip_fwchains
	cp saved/net/* flat
	fwcompat reset
	run -1 ipchains -L mine
	for dir in saved flat; do
		run -0 fwcompat proc --from "$dir" -- ipchains -L mine
		assert_output --partial 'Chain mine (0 references):'
	done
	run -0 fwcompat proc --from saved ipchains -L mine
	run -1 ipchains -L mine
}

@test "--from tells what it cannot do" {
	run --separate-stderr -1 fwcompat proc --from nowhere -- true
	assert_equal "$stderr" 'fwcompat proc: nowhere: not a directory'
	run -127 fwcompat proc --from . -- no-such-command
	run -3 fwcompat proc --from . -- sh -c 'exit 3'
}
