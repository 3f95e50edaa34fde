#!/usr/bin/env bats
# Old rules for today's netfilter: fwcompat check says what cannot be, fwcompat
# translate writes the rest for iptables-restore and nft, which take it.

# shellcheck disable=SC2154 # stderr is bats's

load host

setup() {
	own_host
	no_leak_checker # scripts are run dry
}

# A network namespace of the command's own, which is gone with it.
apart() {
	unshare -n -- "$@"
}

need_namespaces() {
	apart true 2>/dev/null || skip 'no network namespaces here'
}

script() {
	cat >script
	chmod +x script
}

@test "check names file and line of what is refused, and fails" {
	script <<-'EOF'
		#!/bin/sh
		ipchains -F
		for p in 80 25; do
			ipchains -A input -p tcp -d 0/0 $p
		done
		ipchains -I input 1 -p tcp -d 0/0 113 -m +3
		ipchains -D input 2
		ipchains -A output -m 0x1000000
		echo done
	EOF
	run --separate-stderr -1 fwcompat check ./script
	assert_output - <<-EOF
		./script:6: ipchains -I input 1 -p tcp -d 0/0 113 -m +3
		    refused: rule 1 of input: marks can be set, not added to the packet's
		./script:8: ipchains -A output -m 0x1000000
		    refused: rule 1 of output: the mark has bits that the backend needs itself
	EOF
	assert_equal "$stderr" ''
	[ ! -e "$FWCOMPAT_STATE" ]
}

@test "check finds nothing to say of a plain script" {
	script <<-'EOF'
		ipchains -P input DENY
		ipchains -A input -p tcp -d 0/0 80 -j ACCEPT
	EOF
	run --separate-stderr -0 fwcompat check ./script
	assert_output ''
}

@test "what is done otherwise is no refusal" {
	script <<-'EOF'
		ipfwadm -F -p deny
		ipfwadm -F -a m -S 192.168.1.0/24
	EOF
	run --separate-stderr -0 fwcompat check script
	assert_line --index 1 --regexp '^    differs: rule 1 of forward: the first packet'
}

@test "check takes a text of ipchains-save" {
	printf '%s\n' ':input ACCEPT' ':forward ACCEPT' ':output ACCEPT' \
		':mine -' '-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -j mine' \
		'-A mine -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -m +1' >saved
	run --separate-stderr -1 fwcompat check saved
	assert_line --index 0 --regexp '^saved:6: -A mine'
	assert_line --index 1 --regexp '^    refused: rule 1 of mine'
}

@test "check looks at the rules there are" {
	ipchains -A input -m +1
	run --separate-stderr -1 fwcompat check
	assert_output --regexp '^refused: rule 1 of input'
}

@test "check and translate leave nothing behind" {
	script <<<'ipchains -A input'
	export TMPDIR=$PWD/tmp
	mkdir tmp
	fwcompat check ./script
	fwcompat translate ./script >/dev/null
	run -0 ls tmp
	assert_output ''
}

@test "a script that is not there is told of" {
	run --separate-stderr -1 fwcompat check nothing
	assert_equal "$stderr" 'fwcompat check: nothing: No such file or directory'
	run --separate-stderr -2 fwcompat translate --to pf script
	assert_output ''
}

@test "the manual has all that check --list has" {
	local man=$BATS_TEST_DIRNAME/../../man/fwcompat-netfilter.7

	awk '/^\.Ss Refused/ { kind = "refused" }
		/^\.Ss Done/ { kind = "differs" }
		/^\.Ss Always/ { kind = "always" }
		/^\./ { if (name) print name " " kind ":" text
			name = ""; text = "" }
		/^\.It Cm / && kind { name = $3 }
		!/^\./ { text = text " " $0 }' "$man" >manual
	fwcompat check --list | tr -s ' ' >list
	run -0 diff manual list
	assert_output ''
}

rules() {
	cat <<-'EOF'
		ipchains -P forward DENY
		ipchains -N mine
		ipchains -A input -i lo -j ACCEPT
		ipchains -A input -i eth0 -p tcp -s 10.0.0.0/8 1024: -d 0/0 80 -j mine -l
		ipchains -A mine -p tcp ! -y -j RETURN
		ipchains -A mine -m 5 -t 0x01 0x10
		ipchains -A mine -j REJECT
		ipchains -A input -p icmp --icmp-type echo-request -j DENY
		ipchains -A input -p tcp -d 0/0 80 -j REDIRECT 3128
		ipchains -A input -f -i ppp+ -j DENY
		ipchains -A forward -i eth0 -s 192.168.1.0/24 -j MASQ
		ipchains -A output -s ! 10.2.0.1 -p tcp -d 0/0 23 -t 0x01 0x10
		ipchains -A output -d 10.9.0.0/255.0.255.0 -p udp -s 0/0 1024: -j REJECT -l
		modprobe ip_masq_ftp
		modprobe ip_masq_irc
		ipmasqadm portfw -a -P tcp -L 10.2.0.1 80 -R 192.168.1.2 8080
		ipmasqadm mfw -A -m 5 -r 192.168.1.3 80
	EOF
}

lists() {
	cat <<-'EOF'
		ipfwadm -I -p deny
		ipfwadm -I -a accept -P tcp -S 10.0.0.0/8 1024:65535 -D 10.2.0.1 80 443 25 -b
		ipfwadm -I -a accept -V 10.2.0.1 -P icmp -S 0/0 0 3 8 11
		ipfwadm -I -a accept -P all -y -W eth0
		ipfwadm -I -a reject -P tcp -k -o
		ipfwadm -I -a accept -r 3128 -P tcp -D 0/0 80
		ipfwadm -F -p deny
		ipfwadm -F -a masquerade -S 192.168.1.0/24
		ipfwadm -O -a accept -P tcp -D 0/0 23 -t 0x01 0x10
		ipfwadm -O -a reject -D 10.9.0.1
		ipfwadm -A in -a -P tcp -S 0/0 80 81 -D 0/0 80 81 -b
		ipfwadm -A out -a -P all -o -W eth0
	EOF
}

# What the host $1 (rules or lists) becomes, loaded by $2.
loads() {
	need_namespaces
	"$1" | script
	# shellcheck disable=SC2016 # for the shell inside
	apart sh -euc '
		ip link set lo up
		ip link add eth0 type veth peer name eth1
		ip addr add 10.2.0.1/24 dev eth0
		fwcompat translate --to "$1" ./script >translated 2>told || {
			cat told
			exit 1
		}
		case $1 in
		iptables)
			iptables-legacy-restore --noflush translated
			iptables-legacy-save | sed "s/ \[.*//"
			;;
		nft) nft -f translated && nft list ruleset ;;
		esac' - "$2"
}

@test "iptables-restore takes chains, all that is written" {
	type iptables-legacy-restore >/dev/null || skip 'no iptables-legacy-restore'
	run -0 loads rules iptables
	grep -c '^-A' translated >written
	[ "$(grep -c '^-A' <<<"$output")" -eq "$(cat written)" ]
	run -0 grep -c '^# ipchains -A mine' translated
	refute_output 0
}

@test "iptables-restore takes lists, all that is written" {
	type iptables-legacy-restore >/dev/null || skip 'no iptables-legacy-restore'
	run -0 loads lists iptables
	[ "$(grep -c '^-A' <<<"$output")" -eq "$(grep -c '^-A' translated)" ]
}

@test "nft takes chains" {
	type nft >/dev/null || skip 'no nft'
	run -0 loads rules nft
	assert_line --regexp 'masquerade to :61000-65095'
}

@test "nft takes lists" {
	type nft >/dev/null || skip 'no nft'
	run -0 loads lists nft
	assert_line --regexp 'redirect to :3128'
}

@test "what has no equivalent stands at the head" {
	script <<<'ipchains -A input -m +1'
	run -0 --separate-stderr fwcompat translate ./script
	assert_line --index 0 '# ./script:1: ipchains -A input -m +1'
	assert_line --index 1 "# MISSING: rule 1 of input: marks can be set, not added to the packet's"
}

# Each of a few rule sets made up by chance, to the command "$@".
random_sets() {
	local random to=$1 seed
	random=$(dirname "$(command -v fwcompat)")/../tests/lab/nf_random
	[ -x "$random" ] || skip 'nf_random is not built'
	shift
	for seed in $(seq 1 20); do
		"$random" "$seed" "$to" >made
		run -0 apart "$@" made
	done
}

@test "iptables-restore takes whatever was compiled" {
	need_namespaces
	type iptables-legacy-restore >/dev/null || skip 'no iptables-legacy-restore'
	random_sets iptables iptables-legacy-restore --noflush
}

@test "nft takes whatever was compiled" {
	need_namespaces
	type nft >/dev/null || skip 'no nft'
	random_sets nft nft -c -f
}
