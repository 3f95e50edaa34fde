#!/usr/bin/env bats
# The pages on concepts and forms: their examples as they stand there, and that
# what they list is all there is.

# shellcheck disable=SC2154 # what bats sets
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

load host
load view

setup() {
	own_host
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	man=$root/man
}

# The display number $2 of a page's EXAMPLES.
example() {
	awk -v want="$2" '/^\.Sh/ { here = /EXAMPLES/ }
		/^\.Ed/ { show = 0 }
		here && show
		here && /^\.Bd/ { show = ++n == want }' "$man/$1"
}

@test "ip_masquerade(5): the files say what stands there" {
	example ip_masquerade.5 1 >script.sh
	run --separate-stderr -0 sh -e script.sh
	assert_equal "$stderr" ''
	assert_output --partial "$(example ip_masquerade.5 2)"
	assert_output --partial "$(example ip_masquerade.5 3)"
	assert_line --regexp '^  forward .* ppp0 0 0 0 0 +1 +0 +40 .* MASQ$'
}

@test "ip_masquerade(5): every file of every kernel has its line" {
	local era file
	for era in 1.3 2.0 2.2; do
		fwcompat reset --era "$era"
		for file in $(fwcompat proc | grep ^/proc/net/); do
			grep -qw "${file##*/}" "$man/ip_masquerade.5" ||
				fail "no $file"
		done
	done
}

@test "ip_masquerade(5): every word of the titles is explained" {
	local word file
	fwcompat reset --era 2.2
	for file in ip_masquerade ip_masq/tcp ip_masq/app; do
		for word in $(fwcompat proc "$file" | sed -n '1s/(.*//p'); do
			grep -qE "^\.It .*\b$word\b" "$man/ip_masquerade.5" ||
				fail "no $word of $file"
		done
	done
}

@test "fwcompat-recording(5): the recording plays so" {
	need_view
	example fwcompat-recording.5 1 >dns.t
	run -0 fwcompat play --check dns.t
	assert_output ''
}

@test "fwcompat(7): the same by three tools" {
	example fwcompat.7 1 >script.sh
	[ -s script.sh ]
	run -0 --separate-stderr sh -e script.sh
	assert_equal "$stderr" ''
	run -0 ipchains -L forward -n
	assert_line --regexp '^MASQ .*192\.168\.1\.0/24'
}

@test "fwcompat-bats(7): the tests hold" {
	need_view
	example fwcompat-bats.7 1 |
		sed "s:/usr/share/fwcompat:$root:
			s:/etc/rc.d/rc.firewall:$root/examples/rc.firewall.strong:" >my.bats
	run -0 bats my.bats
	assert_line 'ok 2 telnet from outside is nobody'\''s business'
}

@test "fwcompat-bats(7): every function that is for tests has its item" {
	local name
	sed -n 's/^\(\(fw\|assert\|refute\)_[a-z_]*\)() {/\1/p' \
		"$root/bats/fwcompat.bash" >functions
	[ -s functions ]
	while read -r name; do
		case $name in
		fw_fail | fw_find | fw_is_saved | fw_masq_rows) continue ;;
		esac
		grep -q "Ic $name\b" "$man/fwcompat-bats.7" || fail "no $name"
	done <functions
}

@test "fwcompat(8): every subcommand has its item, and every option of its help" {
	local sub option
	for sub in $(fwcompat --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'); do
		sed 's/\\-/-/g' "$man/fwcompat.8" | awk -v sub_="$sub" '
			/^\.It Cm/ { here = $3 == sub_ }
			/^\.It Xo/ { xo = 1; next }
			xo && /^\.Cm/ { here = $2 == sub_; xo = 0 }
			/^\.Sh (COMMANDS|EXAMPLES|OLD)/ { here = 0 }
			here' >item
		[ -s item ] || fail "fwcompat(8) has no $sub"
		for option in $(fwcompat "$sub" --help |
			sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
			grep -qE -e "Fl -$option\b" item ||
				fail "fwcompat(8) has no --$option of $sub"
		done
	done
}
