# The examples of the manual pages on ipchains and its kin, as they stand there.

# shellcheck disable=SC2154 # bats sets stderr, stderr_lines
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
load host

setup() {
	own_host
	man=$(cd "$BATS_TEST_DIRNAME/../../man" && pwd)
}

# The displays in a page's EXAMPLES, as a script.
examples() {
	awk '/^\.Sh/ { here = /EXAMPLES/ }
		/^\.Ed/ { show = 0 }
		here && show
		here && /^\.Bd/ { show = 1 }' "$man/$1"
}

# Runs a page's examples; each line must do.
run_examples() {
	examples "$1" >script.sh
	[ -s script.sh ]
	run --separate-stderr -0 sh -e script.sh
}

@test "ipchains(8)" {
	run_examples ipchains.8
	assert_equal "$stderr" ""
	assert_line denied
	assert_line "Chain forward (policy DENY: 0 packets, 0 bytes):"
	assert_line --regexp '^4  +0 +0 DENY +all +----l- .* n/a$'
	assert_line "IP masquerading entries"
}

@test "ipchains-save(8), ipchains-restore(8)" {
	run_examples ipchains.8
	run_examples ipchains-save.8
	assert_output ""
	fwcompat reset
	run_examples ipchains-restore.8
	assert_equal "$stderr" ""
	ipchains-save 2>/dev/null | diff ipchains.rules -
}

@test "ipfwadm-wrapper(8)" {
	run_examples ipfwadm-wrapper.8
	assert_equal "$stderr" ""
	assert_line --regexp '^MASQ +all +------ +192\.168\.1\.0/24 '
	assert_line "Chain acctboth (2 references):"
}

@test "what the pages say of the form of a saved text" {
	run --separate-stderr -0 ipchains-restore - <<-END
		:input DENY
		:outside -
		-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 22:22 -p 6 -j ACCEPT -y
	END
	run --separate-stderr -0 ipchains-save
	assert_line ":input DENY"
	assert_line ":outside -"
	assert_line -- "-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 22:22 -p 6 -j ACCEPT -y"
}

@test "every option of the help is in the manual" {
	run -0 ipchains -h
	grep -oE -- '-[a-zA-Z]\b' <<<"$output" | sort -u >options
	[ -s options ]
	while read -r option; do
		grep -qE "Fl .*\\b${option#-}\\b" "$man/ipchains.8" ||
			fail "$option is not in ipchains(8)"
	done <options
}
