#!/usr/bin/env bats
# What fwcompat translate writes, loaded by iptables-restore or nft, does to
# packets what the engine does, and what the netfilter backend does.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

load host
load ../lab/lab
load ../lab/matrix

setup() {
	own_host
	need_lab iptables-legacy iptables-legacy-restore conntrack
	lab_up "$BATS_TEST_TMPDIR/lab"
	lab_mute
	lab_sysctl r ipv4/ip_forward 1
	lab_host
	sh "$lab_home/matrix.sh" >probes
}

teardown() {
	lab_down
}

# translated RULES TO COMMAND...: rules of a script as the engine has them, and in
# the words of TO, loaded by COMMAND.
translated() {
	local rules=$lab_home/rules/$1 to=$2
	shift 2
	sh "$rules"
	lab_probe_engine <probes >engine
	at r fwcompat translate --to "$to" "$rules" >written
	at r "$@" written
}

# The router's fates beside the engine's. A machine that is busy may
# hand a packet over late, so that it is counted for the next probe: what differs
# has to do so again.
same_fates() {
	local try
	for try in 1 2; do
		at r conntrack -F 2>/dev/null
		lab_probe_router <probes >router
		lab_matrix_compare router engine "$lab_home/known/netfilter" >differ.$try && return
	done
	join <(sort differ.1) <(sort differ.2) | tee again
	[ ! -s again ]
}

@test "iptables: probes meet chains' fate in the engine" {
	translated chains.sh iptables iptables-legacy-restore --noflush
	same_fates
}

@test "nft: probes meet chains' fate in the engine" {
	type nft >/dev/null || skip 'no nft'
	translated chains.sh nft nft -f
	same_fates
}

@test "iptables: probes meet lists' fate in the engine" {
	translated fixed.sh iptables iptables-legacy-restore --noflush
	same_fates
}

@test "nft: probes meet lists' fate in the engine" {
	type nft >/dev/null || skip 'no nft'
	translated fixed.sh nft nft -f
	same_fates
}

@test "iptables: probes meet the fate of Linux 1.3's lists" {
	translated old.sh iptables iptables-legacy-restore --noflush
	same_fates
}

@test "nft: probes meet the fate of Linux 1.3's lists" {
	type nft >/dev/null || skip 'no nft'
	translated old.sh nft nft -f
	same_fates
}

@test "the backend has the rules that iptables is told" {
	need_backend
	at r env FWCOMPAT_BACKEND=netfilter FWCOMPAT_STATE="$PWD/kernel" \
		sh "$lab_home/rules/chains.sh"
	# Chains of ours, whatever generation they are of.
	at r iptables-legacy-save | sed -n 's/fwc[AB]-/fwc-/g; /^-A fwc-/p' | sort >backend
	at r fwcompat translate "$lab_home/rules/chains.sh" >translated
	# As iptables-save writes them.
	at r iptables-legacy -t raw -F
	# shellcheck disable=SC2016 # for the shell inside
	at r sh -c 'for t in raw mangle nat filter; do
		iptables-legacy -t $t -F; iptables-legacy -t $t -X; done'
	at r iptables-legacy-restore --noflush translated
	at r iptables-legacy-save | sed -n '/^-A fwc-/p' | sort >told
	# The mark of the generation is the backend's alone.
	diff <(grep -v 'MARK --set-xmark 0x[0-9a-f]*/0xff000000' told) \
		<(grep -v 'MARK --set-xmark 0x[0-9a-f]*/0xff000000' backend)
}
