#!/usr/bin/env bats
# Which backend a tool talks to, and that one that needs libraries is loaded
# only where it is chosen.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host

@test "the engine is there by name, and needs no library of netfilter" {
	FWCOMPAT_BACKEND=engine run -0 ipchains -L -n
	assert_line 'Chain input (policy ACCEPT):'
	run -0 ldd "$(command -v ipchains)"
	refute_output --partial netfilter
	refute_output --partial ip4tc
	refute_output --partial mnl
}

@test "a backend that is none is refused by name" {
	FWCOMPAT_BACKEND=pf run --separate-stderr -1 ipchains -L
	assert_equal "$stderr" \
		"ipchains: the backend pf: there is none of that name"
	assert_output ''
}

@test "a tool that lies alone says that the backend is not there" {
	cp "$(command -v ipchains)" "$BATS_TEST_TMPDIR/ipchains"
	FWCOMPAT_BACKEND=netfilter run --separate-stderr -1 \
		"$BATS_TEST_TMPDIR/ipchains" -L
	assert_equal "$stderr" "ipchains: the backend netfilter: this build \
of fwcompat is without it"
}
