# fwcompat compare: two rule files, and which packets they treat differently.

# shellcheck disable=SC2154 # bats sets stderr

load host

setup() {
	own_host
	no_leak_checker
	printf '%s\n' 'ipchains -P input DENY' \
		'ipchains -A input -p tcp -d 192.0.2.1 22 -j ACCEPT' >old
	printf '%s\n' '#!/bin/sh' 'ipchains -P input DENY' 'ipchains -N ssh' \
		'ipchains -A input -p tcp -j ssh' \
		'ipchains -A ssh -p tcp -d 192.0.2.1 22:23 -j ACCEPT' >new
}

@test "what differs is told, under what each does; the status is 1" {
	run --separate-stderr -1 fwcompat compare old new
	assert_output "input: denied -> accepted
    tcp any -> 192.0.2.1 23"
	assert_equal "$stderr" ""
}

@test "the same rules in other words: silence, and status 0" {
	printf '%s\n' 'ipchains -P input DENY' \
		'ipchains -A input -p tcp -d 192.0.2.1 22 -s 128.0.0.0/1 -j ACCEPT' \
		'ipchains -A input -p tcp -d 192.0.2.1 22 -s 0.0.0.0/1 -j ACCEPT' \
		>new
	run -0 fwcompat compare old new
	assert_output ""
}

@test "what ipchains-save wrote is a rule file, and so is the host as it is" {
	sh new
	ipchains-save >saved
	run -0 fwcompat compare new saved
	assert_output ""
	run -0 fwcompat compare - saved
	assert_output ""
	run -0 fwcompat compare - -
	assert_output ""
	ipchains -A ssh -p udp -j ACCEPT
	run -0 fwcompat compare - saved
	ipchains -I input -p udp -j REJECT
	run -1 fwcompat compare saved -
	assert_output "input: denied -> rejected
    udp any -> any"
}

@test "a script of 1996 and one of 1999" {
	printf '%s\n' 'ipfwadm -I -p deny' 'ipfwadm -F -p deny' \
		'ipfwadm -F -a masquerade -S 192.168.1.0/24' \
		'ipfwadm -I -a accept -P tcp -D 192.0.2.1 22' >rc.1996
	printf '%s\n' 'ipchains -P input DENY' 'ipchains -P forward DENY' \
		'ipchains -A forward -s 192.168.1.0/24 -j MASQ' \
		'ipchains -A input -p tcp -d 192.0.2.1 22 -j ACCEPT' >rc.1999
	run -1 fwcompat compare rc.1996 rc.1999
	# 2.0 lets later fragments of what has ports pass before any rule.
	assert_line "input: accepted -> denied"
	assert_line --index 0 "input: accepted -> denied"
	assert_line --index 1 "    protocol 1,6,17 any -> any, later fragments"
	run -1 grep -v -e ': ' -e ', later fragments$' <<<"$output"
}

@test "neither file changes the host, or its files" {
	echo 'ipchains -A input -j DENY; echo gone >precious' >new
	echo kept >precious
	run fwcompat compare old new
	run -0 cat precious
	assert_output kept
	run -0 ipchains -L input -n
	refute_output --partial DENY
}

@test "log lines and TOS are a difference, unless only verdicts count" {
	sed 's/-j ACCEPT/-j ACCEPT -l/' old >new
	run -1 fwcompat compare old new
	assert_output "input: accepted -> accepted, logged
    tcp any -> 192.0.2.1 22"
	run -0 fwcompat compare --verdicts old new
	assert_output ""
}

@test "what can't be read or run is told by name; the status is 2" {
	run --separate-stderr -2 fwcompat compare old missing
	assert_equal "$stderr" \
		"fwcompat compare: missing: No such file or directory"
	echo 'ipchains -A input -j NOSUCH' >new
	run --separate-stderr -2 fwcompat compare old new
	assert_regex "$stderr" '^fwcompat compare: new: .*status 1'
	printf '%s\n' ':input ACCEPT' '-A input -s nonsense -j DENY' >new
	run --separate-stderr -2 fwcompat compare old new
	assert_regex "$stderr" '^fwcompat compare: new: '
	run -2 fwcompat compare old
	assert_output --partial "two rule files are needed"
}

@test "scripts with arguments, on the interfaces of the host" {
	local strong=$BATS_TEST_DIRNAME/../../examples/rc.firewall.strong
	fwcompat host if eth0 192.168.1.1/24
	fwcompat host if ppp0 203.0.113.5/32 ppp
	sed '/TCP_SERVICES=/s/ssh //' "$strong" >new
	run -1 fwcompat compare --verdicts --args start "$strong" new
	assert_line --index 0 --partial "input: accepted -> denied"
	assert_line --partial "tcp "
	assert_line --partial " -> 203.0.113.5 22"
	refute_output --partial "forward"
}

@test "a dry run's state can be kept" {
	run --separate-stderr -0 fwcompat run --dry-run --keep after \
		ipchains -A input -j DENY
	assert_equal "$stderr" ""
	run -0 env FWCOMPAT_STATE="$PWD/after" ipchains -L input -n
	assert_output --partial "DENY"
	run -0 ipchains -L input -n
	refute_output --partial "DENY"
	run --separate-stderr -126 fwcompat run --dry-run --keep after true
	assert_equal "$stderr" "fwcompat run: after: File exists"
	run -2 fwcompat run --keep after true
}
