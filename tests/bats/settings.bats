#!/usr/bin/env bats
# /etc/fwcompat.conf: what it says holds, the environment wins, and what cannot
# be understood is told with its place.

# shellcheck disable=SC2154 # what bats sets

load host

setup() {
	own_host
	export FWCOMPAT_CONF=$BATS_TEST_TMPDIR/conf
}

# conf LINE...: the file has these lines.
conf() {
	printf '%s\n' "$@" >"$FWCOMPAT_CONF"
}

@test "without the file nothing is said" {
	run -0 fwcompat status
	assert_line --index 0 'backend    engine'
}

@test "the state file is the one it names, and the environment wins" {
	conf "state = $BATS_TEST_TMPDIR/named # of the file"
	FWCOMPAT_STATE='' ipchains -A input -j DENY
	[ -f named ]
	[ ! -e state ]
	FWCOMPAT_STATE='' run -0 fwcompat status
	assert_line "state      $BATS_TEST_TMPDIR/named"
	run -0 fwcompat status
	assert_line "state      $BATS_TEST_TMPDIR/state"
}

@test "a host is of the era it names until a tool says otherwise" {
	conf '' '  # a comment' 'era=2.0'
	run -0 ipfwadm -I -l
	run --separate-stderr -1 ipchains -L
	assert_regex "$stderr" 'Linux 2.0'
	FWCOMPAT_ERA=2.2 run -0 ipchains -L
	ipfwadm -I -a deny
	FWCOMPAT_ERA=2.2 run -0 fwcompat status
	assert_line --partial 'Linux 2.0'
}

@test "what cannot be understood is told with its place" {
	local bad
	while read -r bad; do
		conf '# one' "$bad"
		run --separate-stderr -1 ipchains -L
		[[ $stderr == "ipchains: $FWCOMPAT_CONF:2: "* ]] ||
			fail "$bad: $stderr"
		run --separate-stderr ipfwadm -I -l
		[[ $status != 0 && $stderr == *"$FWCOMPAT_CONF:2: "* ]]
		run --separate-stderr -1 fwcompat status
		[[ $stderr == *"$FWCOMPAT_CONF:2: "* ]]
	done <<-EOF
		backend
		backend =
		= engine
		speed = 3
		era = 2.4
		marks = 0x7
		marks = -1
		log-group = 0
		log-group = 65536
		copy-group = x
	EOF
}

@test "a variable that cannot be understood is told by name" {
	FWCOMPAT_ERA=2.4 run --separate-stderr -1 ipchains -L
	assert_equal "$stderr" \
		'ipchains: FWCOMPAT_ERA=2.4: this should be 1.3, 2.0 or 2.2'
}

@test "a backend that is none is told" {
	conf 'backend = pf'
	run --separate-stderr -1 ipchains -L
	assert_equal "$stderr" \
		'ipchains: the backend pf: there is none of that name'
}

@test "recordings do not care" {
	conf 'era = 2.0' 'backend = pf'
	printf '%s\n' '% era 2.2' '$ ipchains -P input DENY' >deny.t
	run -0 fwcompat play deny.t
}
