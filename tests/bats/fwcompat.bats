#!/usr/bin/env bats
# The fwcompat command itself: help, status, reset, host, and the eras of tools.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host

@test "help names every subcommand and goes to standard output" {
	run --separate-stderr -0 fwcompat --help
	assert_line --index 0 'usage: fwcompat COMMAND [ARGUMENT ...]'
	assert_line --partial '  status '
	assert_equal "$stderr" ''
}

@test "every subcommand has its own help" {
	local sub subs
	subs=$(fwcompat --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p')
	[ "$(echo "$subs" | wc -l)" -ge 3 ]
	for sub in $subs; do
		run --separate-stderr -0 fwcompat "$sub" --help
		assert_line --index 0 --regexp "^usage: fwcompat $sub"
		assert_equal "$stderr" ''
	done
	[ ! -e state ]
}

@test "without or with an unknown subcommand the help is an error" {
	run --separate-stderr -2 fwcompat
	assert_output ''
	run --separate-stderr -2 fwcompat frobnicate
	assert_output ''
	assert_equal "${stderr_lines[0]}" "fwcompat: there is no command \`frobnicate'"
}

@test "a wrong option: whose it is, and where help is" {
	local sub
	for sub in compare live logd replay run translate; do
		run --separate-stderr -2 fwcompat $sub --nosuch
		assert_equal "$stderr" "fwcompat $sub: unrecognized option '--nosuch'
try: fwcompat $sub --help"
	done
	run -0 fwcompat status -h
	assert_line --index 0 --partial 'usage: fwcompat status'
}

@test "the version is told" {
	run -0 fwcompat --version
	assert_output --regexp '^fwcompat [0-9]+\.[0-9]+\.[0-9]+$'
}

@test "output that cannot be written is an error" {
	[ -c /dev/full ] || skip 'no /dev/full'
	run -1 bash -c 'fwcompat status >/dev/full'
}

@test "status of a fresh state" {
	run -0 fwcompat status
	assert_line --index 0 'backend    engine'
	assert_line --index 1 "state      $FWCOMPAT_STATE"
	assert_line --index 2 'kernel     Linux 2.2, until the first tool that changes something'
	assert_line --index 3 --regexp '^clock      [0-9]+\.[0-9][0-9] s since boot, real$'
	assert_line --index 4 'rules      0 in 3 built-in and 0 user chains'
	refute_line --regexp '^ipfwadm '
}

@test "status says which tool may work, and why another may not" {
	ipchains -N mine
	ipchains -A mine -j ACCEPT
	run -0 fwcompat status
	assert_line 'kernel     Linux 2.2'
	assert_line 'rules      1 in 3 built-in and 1 user chains'
	assert_line 'ipchains   works'
	assert_line 'ipfwadm    works through chains, as ipfwadm-wrapper did'
	assert_line --regexp "^ipfw +the firewall's state is that of Linux 2.2, .*\`fwcompat reset --era 1.3'"
}

@test "listing settles nothing, changing does" {
	run -0 ipfwadm -F -l
	run -0 ipchains -L
	run -0 fwcompat status
	assert_line --partial 'until the first tool'
	ipfwadm -F -a accept
	run -0 fwcompat status
	assert_line 'kernel     Linux 2.0'
	assert_line 'rules      1'
}

@test "a tool of another era is refused, and told the way out" {
	ipfwadm -F -a accept
	run --separate-stderr -1 ipchains -A input
	assert_output ''
	assert_equal "${#stderr_lines[@]}" 1
	assert_regex "$stderr" "^ipchains: .*\`fwcompat reset --era 2.2'"
	run -0 fwcompat reset --era 2.2
	assert_output ''
	run -0 ipchains -A input
}

@test "listings of masquerading work in all eras" {
	local era
	for era in 2.2 2.0; do
		fwcompat reset --era "$era"
		run -0 ipchains -M -L
		run -0 ipfwadm -M -l
	done
}

@test "reset forgets all, and may choose the era" {
	ipchains -A input
	fwcompat reset --era=1.3
	run -0 fwcompat status
	assert_line 'kernel     Linux 1.3'
	assert_line 'rules      0'
	fwcompat reset
	run -0 fwcompat status
	assert_line --partial 'until the first tool'
}

@test "reset takes no other words" {
	ipchains -A input
	for words in '--era' '--era 2.4' '2.0' '--era 2.0 x'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr -2 fwcompat reset $words
		assert_output ''
	done
	run -0 fwcompat status
	assert_line 'rules      1 in 3 built-in and 0 user chains'
}

@test "the host's interfaces and routes are set and shown" {
	fwcompat host if eth0 192.168.1.1/24
	fwcompat host if ppp0 192.0.2.1/32 ppp
	fwcompat host route default ppp0
	fwcompat host route 10.0.0.0/8 eth0 192.168.1.254
	run -0 fwcompat host
	assert_line 'if eth0 192.168.1.1/24'
	assert_line 'if ppp0 192.0.2.1/32 ppp'
	assert_line 'route 0.0.0.0/0 ppp0'
	assert_line 'route 10.0.0.0/8 eth0 192.168.1.254'
	# What is shown can be given back.
	fwcompat host show >before
	fwcompat reset
	grep -v '^if lo' before | while read -r line; do
		# shellcheck disable=SC2086 # words
		fwcompat host $line
	done
	run -0 fwcompat host show
	assert_output "$(cat before)"
	fwcompat host unroute 10.0.0.0/8 eth0
	run -0 fwcompat host
	refute_line --partial '10.0.0.0/8'
}

@test "nonsense about the host changes nothing" {
	fwcompat host >before
	for words in 'if' 'if eth0' 'if eth0 1.2.3/24' 'if eth0 1.2.3.4/33' \
		'if eth0 1.2.3.4/24 pppp' 'if abcdefghijklmnopq 1.2.3.4/24' \
		'route default' 'route 1.2.3.4 eth0 x' 'unroute x eth0' \
		'show it' 'frobnicate'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr -2 fwcompat host $words
		assert_output ''
	done
	run ! fwcompat host route default nosuch0
	run -0 fwcompat host
	assert_output "$(cat before)"
}

@test "another backend is refused in one sentence" {
	run --separate-stderr -1 env FWCOMPAT_BACKEND=pf ipchains -A input
	assert_equal "$stderr" 'ipchains: the backend pf: there is none of that name'
}

@test "the manual's examples work, and it names every subcommand" {
	# The leak checker starts a process, which is refused after a dry run.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	local root="$BATS_TEST_DIRNAME/../.." man
	man=$root/man/fwcompat.8
	cp "$root"/examples/lan.pcap "$root"/examples/isp.pcap .
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh D/{/^\.Bd -literal/,/^\.Ed/{/^\./d;p}}' "$man" |
		sed -e 's/\\e$/\\/' \
			-e "s,/etc/rc.d/rc.firewall,$root/examples/rc.firewall," \
			>script
	[ "$(wc -l <script)" -ge 12 ]
	run -0 sh -eu script
	assert_line --regexp '^rules      1 in 3 built-in'
	assert_line --regexp '^packets in '
	assert_line --regexp '203\.0\.113\.5\.6100[0-9] > '
	for sub in $(fwcompat --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'); do
		grep -qE "^\.(It )?Cm $sub" "$man" || fail "no word of $sub"
	done
}
