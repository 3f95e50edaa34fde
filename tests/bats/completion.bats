#!/usr/bin/env bats
# Completion by bash: what is offered where, as the shell asks for it.

# shellcheck disable=SC2154 # what bats sets

load host

setup() {
	own_host
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	fwcompat reset --era 2.2
	fwcompat host if eth0 192.168.1.1/24
	ipchains -N mine
}

# What is offered for the last word of the line of these words, a line each;
# bash has `=' as a word of its own.
offered() {
	bash -c '
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		by=$(complete -p "$1") || exit 9
		by=${by#*-F }
		"${by%% *}" "$1" "${@: -1}" "${@: -2:1}"
		printf "%s\n" "${COMPREPLY[@]}"
	' "$root/completion/fwcompat.bash" "$@"
}

# The last word's offers are these, in any order: offers WORDS LINE...
offers() {
	local want=$1
	shift
	run -0 offered "$@"
	assert_equal "$(sort -u <<<"$output" | xargs)" \
		"$(xargs -n 1 <<<"$want" | sort | xargs)"
}

@test "each program has its own" {
	local tool
	for tool in $(make -s -C "$root" program-list); do
		run -0 offered "$tool" ''
		[ "$tool" = ipchains-restore ] || [ -n "$output" ] ||
			fail "nothing for $tool"
	done
}

@test "every subcommand, and the options of each" {
	local sub option
	for sub in $(fwcompat --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'); do
		offers "$sub" fwcompat "$sub"
		run -0 offered fwcompat "$sub" -
		assert_line -- --help
		for option in $(fwcompat "$sub" --help | grep -oE -e ' --[a-z-]+'); do
			assert_line -- "$option"
		done
	done
	offers 'replay reset' fwcompat re
}

@test "words after options" {
	offers '1.3 2.0 2.2' fwcompat reset --era ''
	offers '2.0 2.2' fwcompat run --era = 2
	offers 'closed open' fwcompat live --on-death ''
	offers expiry fwcompat top -s e
	offers 'lo= eth0=' fwcompat replay --in ''
}

@test "files, of the right kind" {
	mkdir dir
	touch one.t two.pcap
	offers 'one.t dir' fwcompat play ''
	offers 'two.pcap' fwcompat replay --in eth0 = t
	offers 'one.t state two.pcap dir' fwcompat replay --in eth0 =
	offers 'two.pcap' fwcompat compare t
	offers dir fwcompat mount ''
	offers one.t ipchains-restore o
	run -0 offered fwcompat run o
	assert_line one.t
}

@test "old files, interfaces and words of packets" {
	offers ip_masquerade fwcompat proc ip_masqu
	offers 'lo eth0' fwcompat send ''
	offers tcp fwcompat send eth0 t
	offers syn fwcompat send eth0 tcp 10.0.0.1 10.0.0.2 sy
	offers 'if route show unroute' fwcompat host ''
}

@test "chains and targets of ipchains" {
	offers 'input forward output mine' ipchains -A ''
	offers 'mine' ipchains --flush m
	offers 'MASQ' ipchains -A input -j M
	offers 'mine' ipchains -A input -j m
	offers 'eth0' ipchains -A input -i '!' e
	offers 'echo-reply echo-request' ipchains -A input -p icmp --icmp-type echo
	offers 'ACCEPT' ipchains -P input A
	offers '--policy --proto' ipchains --p
	offers 'mine' ipchains-save m
}

@test "ipfwadm, ipfw and ipmasqadm" {
	offers '-A -F -I -O -M -h' ipfwadm ''
	offers 'out' ipfwadm-wrapper -A o
	offers 'deny' ipfwadm -F -a d
	offers 'eth0' ipfwadm -I -a deny -W e
	offers 'list' ipfw l
	offers 'masquerade' ipfw add m
	offers 'portfw' ipmasqadm p
	offers '-L' ipmasqadm portfw -L
	offers 'tcp udp' ipmasqadm portfw -a -P ''
}
