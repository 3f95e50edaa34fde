# ipmasqadm, ipportfw, ipautofw: what no recording shows.

# shellcheck disable=SC2154 # bats sets stderr, stderr_lines
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
load host

@test "a module name is needed" {
	run --separate-stderr -1 ipmasqadm
	assert_equal "$output" ""
	assert_regex "$stderr" '^usage: .*ipmasqadm MODULE \[opts\]'
}

@test "an autofw option without its operands is refused, nothing added" {
	run --separate-stderr -1 ipmasqadm autofw -A -r udp 6970
	assert_output "Option -r needs TYPE LOW HIGH"
	run --separate-stderr -1 ipmasqadm autofw -A -c tcp
	assert_output "Option -c needs TYPE PORT"
	run --separate-stderr -1 ipmasqadm autofw -A -p
	assert_output "Option -p needs TYPE VISIBLE HOST:HIDDEN"
	run --separate-stderr -1 ipmasqadm autofw -A -h
	assert_output "Option -h needs HOST"
	run --separate-stderr -1 ipmasqadm autofw ""
	assert_output "Command must be either -A, -D, or -F"
}

@test "numbers saturate at 32 bits" {
	ipmasqadm mfw -A -m 99999999999 -r 10.0.0.1 99999999999 -p 99999999999
	run ipmasqadm mfw -L -n
	assert_line "2147483647 10.0.0.1                65535 2147483647 2147483647"
	run -0 ipmasqadm autofw -A -r tcp 9 4294967296 -v
	assert_output 'Adding autofwd tcp ports 9 - 65535 U'
	run -0 ipmasqadm autofw -A -r tcp 9 -4294967296 -v
	assert_output 'Adding autofwd tcp ports 9 - 65535 U'
	run -0 ipmasqadm autofw -A -r tcp 9 4294901770 -h 1.2.3.-4294967297 -v
	assert_output 'Adding autofwd tcp ports 9 - 10 to fixed host 1.2.3.0 U'
}

@test "a listing of rows as wide as they get" {
	ipmasqadm portfw -a -P tcp -L 255.255.255.255 60999 -R 255.255.255.255 65535 -p 2147483647
	run ipmasqadm portfw -ln
	assert_line "TCP  255.255.255.255      255.255.255.255         60999    65535 2147483647 2147483647"
}

@test "2.2's tool on a 2.0 host, 2.0's tools on a 2.2 host" {
	ipportfw -A -t192.0.2.1/80 -R 10.0.0.2/80
	run --separate-stderr -255 ipmasqadm portfw -f
	assert_equal "$stderr" "portfw: setsockopt failed: Protocol not available"
	run --separate-stderr -255 ipmasqadm user -g -P tcp -S 10.0.0.1 1
	assert_equal "$stderr" "user: setsockopt failed: Protocol not available"

	export FWCOMPAT_STATE="$BATS_TEST_TMPDIR/other"
	ipmasqadm portfw -f
	run --separate-stderr -255 ipportfw -C
	assert_equal "$stderr" "ipfwadm: setsockopt failed: Protocol not available"
	run --separate-stderr -255 ipautofw -F
	assert_equal "$stderr" "autofw: setsockopt failed: Protocol not available"
}

@test "a 2.0 host refuses to delete what is not there" {
	ipportfw -C
	run --separate-stderr -255 ipportfw -D -t192.0.2.1/80
	assert_equal "$stderr" "ipfwadm: setsockopt failed: No such process"
	run --separate-stderr -255 ipautofw -D -r tcp 1 2
	assert_equal "$stderr" "autofw: setsockopt failed: Invalid argument"
}

@test "ipportfw: a local side has one remote side" {
	ipportfw -A -t192.0.2.1/80 -R 10.0.0.2/80
	ipportfw -A -u192.0.2.1/80 -R 10.0.0.3/80
	ipportfw -A -t192.0.2.1/80 -R 10.0.0.4/8080
	run ipportfw -L
	assert_line --index 1 --regexp '^TCP 192\.0\.2\.1/80 > 10\.0\.0\.4/8080 *$'
	assert_line --index 2 --regexp '^UDP 192\.0\.2\.1/80 > 10\.0\.0\.3/80 *$'
	assert_equal "${#lines[@]}" 3
}

@test "ipportfw: 0.0.0.0 is a local side of its own" {
	ipportfw -A -t192.0.2.1/80 -R 10.0.0.2/80
	ipportfw -A -t0.0.0.0/80 -R 10.0.0.3/80
	run -0 ipportfw -L
	assert_line --partial "TCP 192.0.2.1/80 > 10.0.0.2/80"
	ipportfw -D -t0.0.0.0/80
	run -0 ipportfw -L
	assert_line --partial "TCP 192.0.2.1/80 > 10.0.0.2/80"
	refute_line --partial "0.0.0.0"
}

@test "who only lists settles no era" {
	run ipmasqadm portfw -ln
	assert_success
	ipportfw -C
	run ipportfw -L
	assert_success
}

@test "a state of somebody else is complained of, status 1" {
	export FWCOMPAT_STATE="$BATS_TEST_TMPDIR/none/state"
	echo >"$BATS_TEST_TMPDIR/none"
	run --separate-stderr -1 ipmasqadm portfw -f
	assert_regex "$stderr" '^portfw: '
	run --separate-stderr -1 ipmasqadm autofw -F
	refute [ -z "$stderr" ]
	run --separate-stderr -1 ipportfw -L
	assert_regex "$stderr" '^ipfwadm: '
}

