#!/bin/sh
# Chains of many kinds: both interfaces of clients and servers, all targets.
ipchains -P input DENY
ipchains -P forward DENY
ipchains -N in-lan
ipchains -N in-net
ipchains -A in-lan -s ! 10.1.0.0/24 -j DENY -l
ipchains -A in-lan -p tcp -d 0/0 80 -m 5 -j ACCEPT
ipchains -A in-lan -p tcp -d 10.1.0.1 8080 -j REJECT
ipchains -A in-lan -p tcp -d 0/0 25 -j REDIRECT 53
ipchains -A in-lan -p udp -d 0/0 53 -t 0x01 0x10
ipchains -A in-lan -j ACCEPT
ipchains -A in-net -s 10.0.0.0/8 -j DENY -l
ipchains -A in-net -s 192.168.0.0/16 -j REJECT
ipchains -A in-net -p tcp -y -d 0/0 1024:65535 -j DENY
ipchains -A in-net -p tcp -y -d 0/0 22 -j ACCEPT
ipchains -A in-net -p tcp -y -j REJECT
ipchains -A in-net -p icmp --icmp-type echo-request -j DENY
ipchains -A in-net -j ACCEPT
ipchains -A input -i lo -j ACCEPT
ipchains -A input -i eth0 -j in-lan
ipchains -A input -i eth1 -s 192.168.1.0/24 -j ACCEPT
ipchains -A input -i eth2 -j in-net
ipchains -A input -i ppp0 -j in-net
ipchains -A input -l
ipchains -A forward -p tcp -d 0/0 6000:6010 -j REJECT
ipchains -A forward -p udp -d 0/0 137:139 -j DENY
ipchains -A forward -i eth2 -s 10.1.0.0/24 -j MASQ
ipchains -A forward -i ppp0 -s 10.1.0.0/24 -j MASQ
ipchains -A forward -i eth2 -s 192.168.1.0/24 -p tcp -j MASQ
ipchains -A forward -i ppp0 -s 192.168.1.0/24 -j ACCEPT
ipchains -A output -p tcp -d 0/0 23 -t 0x01 0x10
ipchains -A output -p tcp -d 0/0 20 -t 0x01 0x08
ipchains -A output -i eth2 -p udp -d 0/0 7070 -j REJECT
ipchains -A output -i eth2 -p tcp -d 0/0 119 -j DENY
ipchains -A output -p tcp -s 203.0.113.201 -d 0/0 113 -j REJECT
ipchains -A output -i ppp0 -s 10.1.0.0/24 -j DENY -l
ipchains -A output -f -i eth2 -j DENY
