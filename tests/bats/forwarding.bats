#!/usr/bin/env bats
# The examples of forwarding and of a helper, as the manual pages' readers run
# them.

load host
load view

setup() {
	need_view
	own_host
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "examples/portfw.sh" {
	run -0 fwcompat run sh examples/portfw.sh
	assert_line --index 0 --regexp '^prot localaddr '
	assert_line --index 1 "TCP  203.0.113.5          192.168.1.10               80       80     2     2"
	assert_line "TCP  203.0.113.5          192.168.1.11               25       25    10    10"
	assert_line "1        192.168.1.10              443    10    10"
	assert_line "   1   11 08FC-0960/0000 0000 00000000 00000000 0006 BA08      0    6"
	assert_line "ip_masq_portfw 4"
	# Once more is no harm.
	run -0 fwcompat run sh examples/portfw.sh
	assert_line "ip_masq_portfw 4"
}

@test "examples/ftp.t" {
	run -0 fwcompat play --check examples/ftp.t
	assert_output ""
}
