#!/bin/sh
# Linux 1.3's lists: blocking and forwarding, by devices' addresses, masquerading.
ipfw policy blocking accept
ipfw policy forwarding deny
ipfw add masquerade all from 10.1.0.0/24 to 0/0
ipfw add blocking deny tcp iface 203.0.113.201 from 0/0 to 0/0 80 22
ipfw add blocking reject udp from 0/0 to 0/0 137:139
ipfw add blocking accept tcp from 10.1.0.0/24 to 10.1.0.1 22
ipfw add blocking deny all iface 198.51.100.201 from 10.0.0.0/8 to 0/0
ipfw add forwarding accept tcp from 192.168.1.0/24 to 0/0 80 110 25
ipfw add forwarding reject tcp from 192.168.1.0/24 to 0/0 6000:6010
ipfw add forwarding accept udp from 0/0 53 to 192.168.1.0/24
ipfw add forwarding deny icmp from 192.168.1.77 to 198.51.100.9
ipfw add forwarding accept icmp from 0/0 to 0/0
ipfw add accounting all from 10.1.0.0/24 to 0/0
