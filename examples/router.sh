#!/bin/sh
# A whole router, to be watched: examples/rc.firewall of 1999 runs unchanged, and
# `fwcompat live' carries what two workstations and a web server say through it.
#
#	192.168.1.2, .3 --- eth0 192.168.1.1 [router] 203.0.113.5 ppp0 --- 198.51.100.9
#
# As root, with what `fwcompat live' is to have (--fast). On a terminal it shows
# `fwcompat top' until q is pressed, else what there is after some seconds. All
# of it lies in namespaces that end with this script; nothing else is touched.
# ROUTER_BIN=DIR: where the programs are.
set -eu
cd "$(dirname "$0")/.."
here=$PWD

lacks() {
	echo "$0: $1" >&2
	exit 1
}

# part NAMESPACE COMMAND...
part() {
	ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# Three parts of the world, and the cables between them.
wire() {
	mount -t tmpfs router /run
	for ns in lan router isp; do
		ip netns add $ns
		ip -n $ns link set lo up
	done
	ip link add eth0 netns lan type veth peer name eth0 netns router
	ip link add ppp0 netns isp type veth peer name ppp0 netns router
	ip -n lan address add 192.168.1.2/24 dev eth0
	ip -n lan address add 192.168.1.3/24 dev eth0
	ip -n router address add 192.168.1.1/24 dev eth0
	ip -n router address add 203.0.113.5/24 dev ppp0
	ip -n isp address add 203.0.113.1/24 dev ppp0
	ip -n isp address add 198.51.100.9/32 dev lo
	for end in 'lan eth0' 'router eth0' 'router ppp0' 'isp ppp0'; do
		ip -n "${end% *}" link set "${end#* }" up
	done
	ip -n lan route add default via 192.168.1.1
	ip -n router route add default via 203.0.113.1
}

# A web server outside, and inside two who use it; a stranger who tries the
# router's own doors.
populate() {
	mkdir -p "$out/www"
	head -c 200K /dev/urandom >"$out/www/page"
	printf 'server.port = 80\nserver.document-root = "%s"\n' "$out/www" \
		>"$out/lighttpd.conf"
	part isp lighttpd -D -f "$out/lighttpd.conf" 2>/dev/null &
	for from in 192.168.1.2 192.168.1.3; do
		while :; do
			part lan curl -s -m 5 --limit-rate 200K -o /dev/null \
				--interface $from http://198.51.100.9/page || :
			sleep 0.3
		done &
	done
	part lan ping -q -i 0.2 198.51.100.9 >/dev/null &
	while :; do
		part isp curl -s -m 1 http://203.0.113.5:23/ || :
		sleep 1
	done &
}

live_is_up() {
	part router grep -q '^ *6177 ' /proc/net/netfilter/nfnetlink_queue
}

show() {
	printf '\n# %s\n' "$*"
	"$@"
}

watch() {
	if [ -t 1 ] && [ -t 0 ]; then
		fwcompat top
		return
	fi
	sleep "${ROUTER_SECONDS:-3}"
	show fwcompat status
	show fwcompat top
	show ipchains -L forward -n -v
	show cat "$out/log"
}

inside() {
	wire
	# shellcheck disable=SC2086 # options are words
	ip netns exec router fwcompat live --log "$out/log" $live_options \
		>"$out/live" &
	live=$!
	until live_is_up; do
		kill -0 $live 2>/dev/null || exit 1
		sleep 0.1
	done
	sh examples/rc.firewall
	populate
	watch
	kill $live
	wait $live
	show cat "$out/live"
}

if [ "${1-}" = --inside ]; then
	out=$2 live_options=$3
	inside
	exit
fi
for program in unshare ip curl ping lighttpd; do
	command -v $program >/dev/null || lacks "$program is not installed"
done
[ "$(id -u)" = 0 ] || lacks "only root makes network namespaces"
PATH=${ROUTER_BIN:-$here/build/bin}:$PATH:/usr/sbin:/sbin
command -v fwcompat >/dev/null || lacks "no fwcompat; make builds it"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
FWCOMPAT_STATE=$out/state
export PATH FWCOMPAT_STATE
unset FWCOMPAT_BACKEND FWCOMPAT_PROC
unshare --net --mount --pid --mount-proc --fork --kill-child \
	sh "$here/examples/router.sh" --inside "$out" "$*"
