#!/bin/sh
# Process 1 of a laboratory: makes its network and holds it. It has a mount, a
# process and a network namespace of its own, so that whatever the laboratory
# has ends with it: guard.sh READY-FIFO LINE-PROGRAM
set -eu

mount -t tmpfs -o mode=755 lab /run
ip link set lo up
for ns in c1 c2 r s1 s2; do
	ip netns add $ns
done

# The router's eth0 to eth2 are cables to the clients and the first server.
ip -batch - <<EOF
link add eth0 netns r type veth peer name eth0 netns c1
link add eth1 netns r type veth peer name eth0 netns c2
link add eth2 netns r type veth peer name eth0 netns s1
EOF
"$2" /run/netns/r ppp0 /run/netns/s2 ppp0 >/run/line 2>&1 &
until [ -s /run/line ]; do sleep 0.01; done
read -r up </run/line
[ "$up" = up ] || { cat /run/line >&2; exit 1; }

# configure NAMESPACE: commands of ip. What it inherits of the machine's switches
# is settled, and no ICMP error is too many.
configure() {
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec "$1" sh -c 'cd /proc/sys/net
		echo 0 >ipv4/ip_forward
		echo 0 >ipv4/icmp_ratemask
		for conf in all default eth0 eth1 eth2 ppp0; do
			[ -d "ipv4/conf/$conf" ] || continue
			echo 0 >"ipv4/conf/$conf/rp_filter"
			echo 1 >"ipv6/conf/$conf/disable_ipv6"
		done'
	ip -n "$1" -batch -
}
configure c1 <<EOF
link set lo up
link set eth0 up
address add 10.1.0.2/24 dev eth0
route add default via 10.1.0.1
EOF
configure c2 <<EOF
link set lo up
link set eth0 up
address add 192.168.1.77/24 dev eth0
route add default via 192.168.1.1
EOF
configure r <<EOF
link set lo up
link set eth0 up
link set eth1 up
link set eth2 up
link set ppp0 up
address add 10.1.0.1/24 dev eth0
address add 192.168.1.1/24 dev eth1
address add 203.0.113.201/24 dev eth2
address add 198.51.100.201 peer 198.51.100.9 dev ppp0
EOF
configure s1 <<EOF
link set lo up
link set eth0 up
address add 203.0.113.9/24 dev eth0
route add 198.51.100.0/24 via 203.0.113.201
EOF
configure s2 <<EOF
link set lo up
link set ppp0 up
address add 198.51.100.9 peer 198.51.100.201 dev ppp0
route add 203.0.113.0/24 via 198.51.100.201
EOF
echo up >"$1"

# As process 1 it is the parent of all who lose theirs.
while :; do
	sleep 1000
done
