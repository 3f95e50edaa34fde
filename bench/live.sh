#!/bin/sh
# How fast fwcompat live carries packets, and the running kernel by rules of the
# netfilter backend, beside its own MASQUERADE and its plain forwarding:
# live.sh BUILD-DIRECTORY. As root; makes three network namespaces and removes
# them again.
#
# Each router takes: one flow; 10,000 flows, each packet the first of its own,
# then all of them; the same with 40,000. Generator and sink cost the same for
# all. Routers of all kinds stand at once and take short turns, so that a machine
# that is slower for a second is so for all of them: what is compared are
# neighbours in time. ROUNDS times they are made anew.
#
# PLACES: "shared": generator, router and sink on one core, so nothing is ever
# lost and all cost shows. "apart": the generator has a core of its own, the
# router (the kernel's part, as a thread, and fwcompat) the other.
#
# "masquerade" is the least that masquerades: rules that drop, one that
# masquerades all. "hand" is what somebody who knows iptables writes to mean what
# the old rules do: policy DENY, answers skip the rules, what the last rule takes
# is masqueraded by ports from 61000 to 65095. "netfilter", the backend, is
# compared with it, in the shared place, per second of processor time, as long as
# 4,096 ports are plenty: MASQUERADE without a range has sixteen times as many.
set -eu
build=${1:-build}
here=$(cd "$(dirname "$0")" && pwd)
PATH=$(cd "$build/bin" && pwd):$PATH
generator=$(cd "$build/bench" && pwd)/live_gen
# in memory, as /run is on a router
dir=$(mktemp -d -p /dev/shm)
inner=in$$ outer=out$$
lives=
export FWCOMPAT_STATE PATH

ROUNDS=${ROUNDS:-9}
PLACES=${PLACES:-shared apart}
KINDS=${KINDS:-plain masquerade hand netfilter exact fast}
RULES=${RULES:-10 500}
FLOWS=${FLOWS:-10000 40000}
TURNS=${TURNS:-4} # of each router at each number of flows
MS=${MS:-100}     # for a turn

# The names of the router of kind $1.
use() {
	kind=$1
	client=fwc-$$-$kind-c router=fwc-$$-$kind-r server=fwc-$$-$kind-s
	FWCOMPAT_STATE=$dir/state-$kind
}

remove() {
	for p in $lives; do
		kill "$p" 2>/dev/null || :
		wait "$p" 2>/dev/null || :
	done
	lives=
	for k in $KINDS; do
		use "$k"
		for n in $client $router $server; do
			ip netns del "$n" 2>/dev/null || :
		done
	done
	rm -f "$dir"/state-*
}

trap 'remove; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

in_router() {
	ip netns exec "$router" "$@"
}

# The namespaces, and a sink that drops what arrives.
make_net() {
	for n in $client $router $server; do
		ip netns add "$n"
		ip -n "$n" link set lo up
	done
	ip link add "$inner" netns "$client" type veth \
		peer name "$inner" netns "$router"
	ip link add "$outer" netns "$server" type veth \
		peer name "$outer" netns "$router"
	ip -n "$client" addr add 10.1.0.2/16 dev "$inner"
	ip -n "$router" addr add 10.1.0.1/16 dev "$inner"
	ip -n "$router" addr add 10.2.0.1/16 dev "$outer"
	ip -n "$server" addr add 10.2.0.2/16 dev "$outer"
	ip -n "$client" link set "$inner" up
	ip -n "$server" link set "$outer" up
	ip -n "$router" link set "$inner" up
	ip -n "$router" link set "$outer" up
	ip -n "$router" route add 10.3.0.0/16 via 10.2.0.2
	in_router sysctl -qw net.ipv4.ip_forward=1
	in_router ping -qc 1 10.2.0.2 >/dev/null
	ip netns exec "$server" nft "add table netdev sink;
		add chain netdev sink packets {
			type filter hook ingress device $outer priority 0; };
		add rule netdev sink packets ip protocol udp drop"
	in_router cat "/sys/class/net/$inner/address" >"$dir/mac-$kind"
}

# The router's part in the kernel gets a core of its own.
set_apart() {
	in_router ethtool -K "$inner" gro on >/dev/null
	in_router sh -c "echo 1 >/sys/class/net/$inner/threaded"
	for p in $(pgrep "^napi/$inner-"); do
		taskset -pc 1 "$p" >/dev/null
	done
}

# The first $2 - 1 rules of chain $1, each for one host, with target $3.
dropping() {
	i=1
	while [ "$i" -lt "$2" ]; do
		echo "-A $1 -s 172.16.$((i / 200)).$((i % 200))/32 -j $3"
		i=$((i + 1))
	done
}

# $1 rules, the last of which masquerades.
kernel_rules() {
	{
		echo '*filter'
		dropping FORWARD "$1" DROP
		echo COMMIT
		echo '*nat'
		echo "-A POSTROUTING -o $outer -j MASQUERADE"
		echo COMMIT
	} | in_router iptables-legacy-restore
}

# All that the old rules mean.
hand_rules() {
	{
		echo '*filter'
		echo ':FORWARD DROP'
		echo '-A FORWARD -m conntrack --ctstate SNAT --ctdir REPLY -j ACCEPT'
		dropping FORWARD "$1" DROP
		echo '-A FORWARD -s 10.1.0.0/16 -j ACCEPT'
		echo COMMIT
		echo '*nat'
		for proto in tcp udp; do
			echo "-A POSTROUTING -s 10.1.0.0/16 -p $proto" \
				'-j MASQUERADE --to-ports 61000-65095'
		done
		echo '-A POSTROUTING -s 10.1.0.0/16 -p icmp -j MASQUERADE'
		echo COMMIT
	} | in_router iptables-legacy-restore
}

# The same, in ipchains' words, for who runs "$@".
fwcompat_rules() {
	n=$1
	shift
	{
		echo ':forward DENY'
		dropping forward "$n" DENY
		echo '-A forward -s 10.1.0.0/16 -j MASQ'
	} | "$@" ipchains-restore >/dev/null
}

# fwcompat live with the options $@, on the router's core.
start_live() {
	ip netns exec "$router" taskset -c "$core" \
		fwcompat live --log "$dir/log" "$@" >/dev/null &
	lives="$lives $!"
	i=0
	until in_router iptables-legacy -t raw -S | grep -q NFQUEUE; do
		i=$((i + 1))
		[ "$i" -lt 100 ] || { echo 'fwcompat live does not start' >&2; exit 1; }
		sleep 0.05
	done
}

# What live_gen tells of $1 flows, $2 packets (0: for $3 ms), from flow $4 on.
# Ahead of what else is at work, as fwcompat live is.
measure() {
	nice -n -20 "$generator" "$client" "$inner" "$(cat "$dir/mac-$kind")" \
		"$server" "$outer" "$1" "$2" "$3" 0 "${4:-0}"
}

# PLACE KIND RULES FLOWS WHAT RATE SENT LOST RATE-BY-PROCESSOR-TIME
say() {
	echo "$place $kind $rules $*" >>"$dir/figures"
}

# A router of $kind.
make_router() {
	make_net
	core=0
	if [ "$place" = apart ]; then
		core=1
		set_apart
	fi
	case $kind in
	masquerade) kernel_rules "$rules" ;;
	hand) hand_rules "$rules" ;;
	netfilter)
		fwcompat_rules "$rules" \
			in_router env FWCOMPAT_BACKEND=netfilter
		;;
	exact) start_live ;;
	fast) start_live --fast ;;
	esac
	case $kind in exact | fast) fwcompat_rules "$rules" env ;; esac
	measure 1 64 1000 >/dev/null
}

# $TURNS of each router, with $1 flows.
take_turns() {
	turn=0
	while [ "$turn" -lt "$TURNS" ]; do
		turn=$((turn + 1))
		for k in $KINDS; do
			use "$k"
			say "$1" packets "$(measure "$1" 0 "$MS")"
		done
	done
}

# Flows that are new to each router: those from $1 on, up to $2. What fwcompat
# live would do about them by and by it does before the next one's turn.
take_new() {
	for k in $KINDS; do
		use "$k"
		say "$2" new "$(measure "$2" $(($2 - $1)) 20000 "$1")"
		case $k in exact | fast) ipchains -M -L -n >/dev/null ;; esac
	done
}

# The routers of all kinds, from their making to their end.
lives_of_all() {
	for k in $KINDS; do
		use "$k"
		make_router
	done
	take_turns 1
	known=0
	for n in $FLOWS; do
		take_new "$known" "$n"
		take_turns "$n"
		known=$n
	done
	remove
}

[ "$(id -u)" = 0 ] || { echo 'live.sh: needs root' >&2; exit 1; }
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	round=$((round + 1))
	for place in $PLACES; do
		for rules in $RULES; do
			[ ! -t 2 ] || printf '\r%s of %s: %s, %s rules  ' \
				"$round" "$ROUNDS" "$place" "$rules" >&2
			lives_of_all
		done
	done
done
[ ! -t 2 ] || echo >&2
awk -f "$here/live.awk" "$dir/figures"
