# A laboratory for the parts that meet a real network: a router between two
# clients and two servers, each in a network namespace of its own.
#
#	c1 10.1.0.2      --- eth0 10.1.0.1     \
#	                                        r  eth2 203.0.113.201  --- s1 203.0.113.9
#	c2 192.168.1.77  --- eth1 192.168.1.1  /   ppp0 198.51.100.201 --- s2 198.51.100.9
#
# The servers reach each other, and have no route to the clients: only what is
# masqueraded is answered. ppp0 is point-to-point and has no link header. The
# router's addresses have more digits than c1's, so that a helper that writes
# one for the other changes the length of what was said.
#
# All of it, and whatever `at' and `lab_start' start, lives in namespaces that
# end with the shell that called lab_up, however that ends. /run is the
# laboratory's own: so is /run/xtables.lock.

lab_home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Prints why there can be no laboratory, nothing where there can.
lab_lacks() {
	local program
	if [ "$(id -u)" != 0 ]; then
		echo "network namespaces are made by root"
	elif ! [ -c /dev/net/tun ]; then
		echo "no /dev/net/tun for the router's ppp0"
	elif ! unshare --net --mount --pid --fork true 2>/dev/null; then
		echo "this kernel, or container, lets nobody make namespaces"
	else
		for program in ip nsenter setpriv "$@"; do
			command -v "$program" >/dev/null ||
				echo "$program is not installed"
		done | head -n 1
	fi
}

# Skips the test where there can be no laboratory; programs that it needs too.
need_lab() {
	local lacks
	lacks=$(lab_lacks "$@")
	[ -z "$lacks" ] || skip "$lacks"
}

# Whether the kernel takes such a rule of iptables-legacy.
takes_rule() {
	XTABLES_LOCKFILE=$BATS_FILE_TMPDIR/lock unshare --net \
		iptables-legacy "$@" 2>/dev/null
}

# need_rule WORD...: skips where it does not.
need_rule() {
	takes_rule "$@" || skip "this kernel takes no rule \"$*\""
}

# Makes a laboratory whose files lie in the directory $1. To be called by the
# shell that uses it, not by a child of that.
lab_up() {
	lab_dir=$1
	mkdir -p "$lab_dir/log" "$lab_dir/pid"
	lab_bin=$(dirname "$(command -v fwcompat)")/../tests/lab
	setpriv --pdeathsig KILL unshare --net --mount --pid --mount-proc --fork \
		--kill-child sh "$lab_home/guard.sh" "$lab_dir/up" \
		"$lab_bin/line" </dev/null >"$lab_dir/log/guard" 2>&1 3>&- &
	lab_guard=$!
	export lab_dir lab_bin lab_guard
	lab_until 20 lab_is_up
	if ! [ -e "$lab_dir/up" ]; then
		cat "$lab_dir/log/guard" >&2
		return 1
	fi
	lab_pid=$(<"/proc/$lab_guard/task/$lab_guard/children")
	export lab_pid=${lab_pid% }
}

# Whether it is there, or will never be.
lab_is_up() {
	[ -e "$lab_dir/up" ] || ! kill -0 "$lab_guard" 2>/dev/null
}

# Removes it with all that runs there. Harmless where there is none.
lab_down() {
	[ -n "${lab_guard:-}" ] || return 0
	kill -KILL "${lab_pid:-$lab_guard}" 2>/dev/null || :
	wait "$lab_guard" 2>/dev/null || :
	unset lab_guard lab_pid
}

# at c1|c2|r|s1|s2 COMMAND...: runs it there.
at() {
	local ns=$1
	shift
	nsenter --target "${lab_pid:?there is no laboratory}" --mount --pid --wdns="$PWD" \
		--net="/proc/$lab_pid/root/run/netns/$ns" -- "$@"
}

# lab_start NAMESPACE NAME COMMAND...: runs it there in the background. What it
# prints goes to $lab_dir/log/NAME.
lab_start() {
	local ns=$1 name=$2
	shift 2
	# shellcheck disable=SC2016 # for the shell inside
	at "$ns" sh -c 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec "$@"' \
		"$lab_dir/pid/$name" "$@" \
		</dev/null >"$lab_dir/log/$name" 2>&1 3>&- &
	lab_until 10 test -s "$lab_dir/pid/$name"
}

# lab_kill NAME [SIGNAL]: sends it the signal, TERM without, and sees it end.
lab_kill() {
	local pid
	pid=$(<"$lab_dir/pid/$1")
	at r kill -"${2:-TERM}" "$pid"
	lab_until 10 lab_ended "$pid"
	rm "$lab_dir/pid/$1"
}

# Whether the process $1 of the laboratory has ended.
lab_ended() {
	! at r kill -0 "$1" 2>/dev/null
}

# lab_until SECONDS COMMAND...: repeats it until it succeeds, so long at most.
lab_until() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
			echo "still not so: $*" >&2
			return 1
		fi
		sleep 0.02
	done
}

# lab_sysctl NAMESPACE NAME VALUE...: below net, as in lab_sysctl r \
# netfilter/nf_conntrack_udp_timeout 2.
lab_sysctl() {
	local ns=$1
	shift
	# shellcheck disable=SC2016 # for the shell inside
	at "$ns" sh -c 'while [ $# -gt 1 ]; do
		echo "$2" >"/proc/sys/net/$1" || exit; shift 2; done' sh "$@"
}
