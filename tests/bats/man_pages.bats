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

# All displays of a page's EXAMPLES, run; each line must do, and complain of
# nothing.
run_examples() {
	local n=1
	while example "$1" "$n" | grep . >script.sh; do
		sed -i "s:/var/tmp/proc:$PWD/saved:" script.sh
		run --separate-stderr -0 sh -e script.sh
		assert_equal "$stderr" ''
		n=$((n + 1))
	done
	[ "$n" -gt 1 ]
}

@test "ipfw(8)" {
	run_examples ipfw.8
	run -0 ipfw -n list forward
	assert_line --regexp 'masquerade.* 192\.168\.1\.0/24 '
	run -0 ipfw list blocking
	assert_output --partial 'telnet'
}

@test "ipfwadm(8)" {
	mkdir -p saved/net
	fwcompat proc ip_masquerade >saved/net/ip_masquerade
	run_examples ipfwadm.8
	run -0 ipfwadm -I -l -n
	assert_line --regexp '^deny +tcp .* -> 23$'
}

@test "ipmasqadm(8)" {
	run_examples ipmasqadm.8
	run -0 ipmasqadm portfw -l -n
	assert_line --regexp '^TCP +192\.0\.2\.1 +192\.168\.1\.10 +80 +80 '
	run -0 ipmasqadm mfw -L -n
	assert_line --regexp '192\.168\.1\.11 +80 +1 +1'
}

@test "ipportfw(8) and ipautofw(8)" {
	fwcompat reset --era 2.0
	run_examples ipportfw.8
	assert_line --regexp 'TCP.*192\.0\.2\.1/80 > 192\.168\.1\.10/80'
	run_examples ipautofw.8
	run -0 fwcompat proc ip_autofw
	assert_line --partial '1B3A-1C02'
}

@test "fwcompat-helpers(7)" {
	need_view
	example fwcompat-helpers.7 1 >script.sh
	[ -s script.sh ]
	run -0 fwcompat run --era 2.2 sh -e script.sh
	run -0 fwcompat proc ip_masq/app
	assert_line --regexp '^TCP +2021 '
	assert_line --regexp '^TCP +2121 '
}

@test "fwcompat.conf(5)" {
	example fwcompat.conf.5 1 >conf
	[ -s conf ]
	FWCOMPAT_CONF=$PWD/conf run fwcompat doctor
	assert_line --partial 'backend    netfilter'
	refute_line --partial conf:
}

@test "fwcompat.conf(5): the file that is installed has every name, and changes nothing" {
	local name
	sed -n 's/^\.It Cm \([a-z-]*\) No =.*/\1/p' "$man/fwcompat.conf.5" |
		grep -v group >names
	[ -s names ]
	while read -r name; do
		grep -q "^#$name = " "$root/examples/fwcompat.conf" || fail "no $name"
	done <names
	fwcompat status | grep -v ^clock >before
	FWCOMPAT_CONF=$root/examples/fwcompat.conf fwcompat status |
		grep -v ^clock | diff before -
	# As an example it is one that is understood.
	sed 's/^#\([a-z]\)/\1/' "$root/examples/fwcompat.conf" >conf
	FWCOMPAT_CONF=$PWD/conf run -0 fwcompat status
}

@test "fwcompat(8): what stands in single lines" {
	local line n=0
	no_leak_checker
	need_view
	fwcompat reset --era 2.2
	fwcompat host if ppp0 203.0.113.5/32 ppp
	{ cat "$root/examples/rc.firewall"; echo 'ipchains -P input DENY'; } >new
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh D/s/^\.Dl //p' "$man/fwcompat.8" |
		sed "s:/etc/rc.d/rc.firewall:$root/examples/rc.firewall:
			s:/tmp/rc.firewall.new:$PWD/new:; s:/tmp/trial:$PWD/trial:
			s:tests/golden/\*/\*.t:$root/tests/golden/ipchains/*[0-9]0.t:" >lines
	while read -r line; do
		run --separate-stderr sh -c "$line"
		assert_equal "$stderr" ''
		[ "$status" -le 1 ]
		n=$((n + 1))
	done <lines
	[ "$n" -ge 4 ]
}
