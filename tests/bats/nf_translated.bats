#!/usr/bin/env bats
# What fwcompat translate writes, loaded by iptables-restore or nft, does to
# packets what the engine does, and what the netfilter backend does.

# shellcheck disable=SC2154 # what tests/lab/*.bash set

load host
load ../lab/lab
load ../lab/matrix

setup() {
	own_host
	need_lab iptables-legacy iptables-legacy-restore
	lab_up "$BATS_TEST_TMPDIR/lab"
	lab_mute
	lab_sysctl r ipv4/ip_forward 1
	lab_host
	sh "$lab_home/matrix.sh" >probes
	sh "$lab_home/rules/chains.sh"
	lab_probe_engine <probes >engine
}

teardown() {
	lab_down
}

# The engine's rules, in the words of $1, loaded by "$@" behind it.
translated() {
	local to=$1
	shift
	at r fwcompat translate --to "$to" "$lab_home/rules/chains.sh" >translated
	at r "$@" translated
	lab_probe_router <probes >router
}

@test "iptables: probes meet the fate that they meet in the engine" {
	translated iptables iptables-legacy-restore --noflush
	lab_matrix_compare router engine "$lab_home/known/netfilter"
}

@test "nft: probes meet the fate that they meet in the engine" {
	type nft >/dev/null || skip 'no nft'
	translated nft nft -f
	lab_matrix_compare router engine "$lab_home/known/netfilter"
}

@test "the backend has the rules that iptables is told" {
	[ -e "$(dirname "$(command -v fwcompat)")/../libexec/fwcompat/netfilter.so" ] ||
		skip 'this build is without the netfilter backend'
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
