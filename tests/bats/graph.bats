# fwcompat graph: the chains as a picture.

# shellcheck disable=SC2154 # bats sets stderr, stderr_lines
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
load host

@test "chains, policies, rules and an arrow for each jump" {
	ipchains -P input DENY
	ipchains -N web
	ipchains -A input -i eth0 -j web
	ipchains -A web -p tcp -d 192.0.2.1 80 -j REDIRECT 8080
	ipchains -A web -j web
	run --separate-stderr -0 fwcompat graph
	assert_equal "$stderr" ""
	assert_line --index 0 "digraph chains {"
	assert_line --partial "<B>input</B><BR/>policy DENY: 0 packets, 0 bytes"
	assert_line --partial "<B>web</B></TD>"
	assert_line --partial "1 -s 0.0.0.0/0.0.0.0 -d 192.0.2.1/255.255.255.255 80:80 -p 6 -j REDIRECT 8080<BR"
	assert_line "	c0:r1 -> c3:top;"
	assert_line "	c3:r2 -> c3:top;"
	assert_equal "$(grep -c -e '->' <<<"$output")" 2
}

@test "counters are those of the rules" {
	ipchains -A input -s 192.0.2.1
	mkdir -p "$BATS_TEST_TMPDIR/proc/net"
	ipchains-save >/dev/null 2>&1
	echo 'input ACCEPT 1 0 7 0 700' >"$BATS_TEST_TMPDIR/proc/net/ip_fwnames"
	echo 'input 0/0->0/0 - 10 0 0 1 0 0 9 0-65535 0-65535 AFF X00 0 0 0 -' \
		>"$BATS_TEST_TMPDIR/proc/net/ip_fwchains"
	FWCOMPAT_PROC="$BATS_TEST_TMPDIR/proc" run -0 fwcompat graph
	assert_line --partial "policy ACCEPT: 7 packets, 700 bytes"
	assert_line --partial ">4294967296 packets, 9 bytes<"
}

@test "odd names do no harm" {
	ipchains -N '"<&>'
	ipchains -A input -i '<B>"&' -j '"<&>'
	run -0 fwcompat graph
	assert_line --partial '<B>&quot;&lt;&amp;&gt;</B>'
	assert_line --partial '-i &lt;B&gt;&quot;&amp; '
	assert_line "	c0:r1 -> c3:top;"
}

@test "dot draws it" {
	command -v dot >/dev/null || skip "dot (graphviz) is not installed"
	ipchains -N '"<&>'
	ipchains -A input -j '"<&>'
	run --separate-stderr -0 fwcompat graph --svg
	assert_equal "$stderr" ""
	assert_output --partial "<svg"
	assert_output --partial "&quot;&lt;&amp;&gt;"
}

@test "no dot, no chains, no such option" {
	run --separate-stderr -1 env PATH="$(dirname "$(command -v fwcompat)")" \
		fwcompat graph --svg
	assert_equal "$stderr" "fwcompat graph: --svg needs the program dot (Debian package graphviz)"
	run --separate-stderr -2 fwcompat graph --png
	assert_equal "${stderr_lines[0]}" "fwcompat graph: takes --svg and nothing else"
	ipfwadm -I -p deny
	run --separate-stderr -1 fwcompat graph
	assert_equal "$stderr" "fwcompat graph: only a host of Linux 2.2 has chains"
}
