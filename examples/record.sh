#!/bin/sh
# Records lan.pcap and isp.pcap, which the demo replays: real programs in three
# network namespaces (a workstation, a router that masquerades, the world), made
# and removed here. Needs root, iproute2, nftables, ethtool, tcpdump, dnsmasq-base,
# busybox, ncat and curl. Run once; the demo needs only what came out.
#
#   192.168.1.3 ---- eth0 router ppp0 ---- 209.1.106.178   a web server, port 8888
#   workstation      203.0.113.5           198.51.100.53   the provider's DNS
#                                          198.51.100.23   a login service
#
# Each file holds what arrived at one interface of the router. The router maps
# the workstation's connections, in their order, to the ports that Linux 2.2
# would have taken: 61000, 61001, 61002.
# shellcheck disable=SC2086 # names of ours, without blanks
set -eu
cd "$(dirname "$0")"
ws=fwdemo-ws rt=fwdemo-rt world=fwdemo-world
dir=$(mktemp -d)
pids=

finish() {
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	wait
	for ns in $ws $rt $world; do
		ip netns del "$ns" 2>/dev/null || :
	done
	rm -rf "$dir" /etc/netns/$ws
	rmdir /etc/netns 2>/dev/null || :
}
trap finish EXIT
trap 'exit 1' INT TERM

in_ns() {
	ip netns exec "$@"
}

background() {
	ip netns exec "$@" &
	pids="$pids $!"
}

for ns in $ws $rt $world; do
	ip netns add $ns
	in_ns $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n $ns link set lo up
done
ip link add eth0 netns $ws type veth peer name eth0 netns $rt
ip link add ppp0 netns $rt type veth peer name ppp0 netns $world
for end in $ws:eth0 $rt:eth0 $rt:ppp0 $world:ppp0; do
	# Packets as they are on a wire: none larger, all with their checksum.
	in_ns ${end%:*} ethtool -K ${end#*:} tx off tso off gso off gro off \
		>/dev/null
	ip -n ${end%:*} link set ${end#*:} up
done
ip -n $ws address add 192.168.1.3/24 dev eth0
ip -n $ws route add default via 192.168.1.1
ip -n $rt address add 192.168.1.1/24 dev eth0
ip -n $rt address add 203.0.113.5 peer 203.0.113.1 dev ppp0
ip -n $rt route add default via 203.0.113.1
ip -n $world address add 203.0.113.1 peer 203.0.113.5 dev ppp0
for host in 209.1.106.178 198.51.100.53 198.51.100.23 198.51.100.77; do
	ip -n $world address add $host dev lo
done

in_ns $rt sysctl -qw net.ipv4.ip_forward=1
in_ns $rt nft -f - <<'NFT'
table ip demo {
	chain out {
		type nat hook postrouting priority srcnat;
		oifname ppp0 udp dport 53 snat to 203.0.113.5:61000
		oifname ppp0 tcp dport 8888 snat to 203.0.113.5:61001
		oifname ppp0 tcp dport 23 snat to 203.0.113.5:61002
	}
}
NFT

# The world's services, and who is to be asked for names.
mkdir -p "$dir/www" /etc/netns/$ws
echo 'nameserver 198.51.100.53' >/etc/netns/$ws/resolv.conf
cat >"$dir/www/index.html" <<'HTML'
<HTML><HEAD><TITLE>It works</TITLE></HEAD>
<BODY><H1>Seen through one address</H1></BODY></HTML>
HTML
cat >"$dir/login" <<'LOGIN'
printf 'Linux 2.2.26 (shell.example.net)\r\n\r\nlogin: '
read -r user
printf 'Password: '
read -r word
printf 'Last login: Mon Nov 15 20:14:02 from mail.example.net\r\n$ '
cat >/dev/null
LOGIN
background $world dnsmasq -k -C /dev/null --no-resolv --no-hosts -u root \
	--bind-interfaces --listen-address=198.51.100.53 --pid-file= \
	--address=/www.example.com/209.1.106.178 \
	--address=/shell.example.net/198.51.100.23
background $world busybox httpd -f -p 209.1.106.178:8888 -h "$dir/www"
background $world ncat -l 198.51.100.23 23 --exec "/bin/sh $dir/login"
sleep 1

background $rt tcpdump -q -i eth0 -Q in -U -w "$dir/lan.pcap" ip
background $rt tcpdump -q -i ppp0 -Q in -U -w "$dir/isp.pcap" ip
sleep 1

# The scene: a page by its name; a stranger who knocks; a login that stays open.
in_ns $ws curl -4 -sS http://www.example.com:8888/
sleep 1
in_ns $world ncat -s 198.51.100.77 -w 1 203.0.113.5 139 || :
mkfifo "$dir/keys"
exec 3<>"$dir/keys"
ip netns exec $ws ncat 198.51.100.23 23 <&3 &
pids="$pids $!"
for key in guest secret; do
	sleep 1
	echo $key >&3
done
sleep 1

install -m 644 "$dir/lan.pcap" "$dir/isp.pcap" .
tcpdump -r lan.pcap 2>/dev/null | wc -l
tcpdump -r isp.pcap 2>/dev/null | wc -l
