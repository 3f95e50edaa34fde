#!/usr/bin/env bats
# fwcompat top, and status for programs.

# shellcheck disable=SC2154 # stderr is what run sets

load host

setup() {
	own_host
	ipmasqadm user -a -P tcp -M 192.0.2.1 5000 -S 10.0.0.2 1000 -D 198.51.100.8 80
	ipmasqadm user -a -P udp -M 192.0.2.1 5001 -S 10.0.0.1 53 -t 6000
}

@test "top prints once where output is no terminal" {
	run --separate-stderr fwcompat top
	assert_success
	assert_line --index 0 "2 entries by expiry, free ports: udp 40960, tcp 40960, icmp 40960"
	assert_line --index 2 --regexp '^tcp  10\.0\.0\.2:1000 +198\.51\.100\.8:80 +5000 LISTEN +[12]:[0-5][0-9] +0 +0B$'
	assert_line --index 3 --regexp '^udp  10\.0\.0\.1:53 +anybody +5001 NONE +[0-9]+:[0-5][0-9] +0 +0B$'
	assert_equal "$stderr" ""
}

@test "top sorts by host" {
	run fwcompat top --once --sort host
	assert_line --index 2 --regexp '^udp '
	assert_line --index 3 --regexp '^tcp '
}

@test "top refuses what it does not know" {
	run --separate-stderr -2 fwcompat top --sort size
	assert_regex "$stderr" '^fwcompat top: --sort wants expiry, traffic or host'
	run --separate-stderr -2 fwcompat top --delay 0
	run --separate-stderr -2 fwcompat top now
	run fwcompat top --help
	assert_success
	assert_line --index 0 --regexp '^usage: fwcompat top '
}

@test "top on a terminal ends with q" {
	command -v script >/dev/null || skip "no script(1)"
	run script -qec 'stty rows 24 cols 100; TERM=xterm fwcompat top -s traffic' /dev/null <<<q
	assert_success
	assert_output --partial "2 entries by traffic"
}

@test "top on a terminal that can do nothing says so" {
	command -v script >/dev/null || skip "no script(1)"
	run script -qec 'TERM=nosuch fwcompat top' /dev/null </dev/null
	assert_failure 1
	assert_output --partial "can only do --once"
}

@test "status --json is one line of JSON" {
	run --separate-stderr fwcompat status --json
	assert_success
	assert_equal "${#lines[@]}" 1
	assert_regex "$output" '^\{"backend": "engine", "state": "/.*", "kernel": "2\.2", "settled": true, "seconds": [0-9]+\.[0-9][0-9], "virtual_clock": false, "user_chains": 0, "rules": 0, "entries": 2, "forwards": 0\}$'
	run --separate-stderr -2 fwcompat status --yaml
}

@test "status --json quotes a strange path" {
	mkdir "$BATS_TEST_TMPDIR/a\"b\\c"
	export FWCOMPAT_STATE="$BATS_TEST_TMPDIR/a\"b\\c/state"
	ipmasqadm portfw -a -P tcp -L 192.0.2.1 80 -R 10.0.0.1 80
	run fwcompat status --json
	assert_output --partial 'a\"b\\c/state", '
	assert_output --partial '"forwards": 1}'
}
