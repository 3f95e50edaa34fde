#!/bin/sh
# The fixed lists of 2.0: by interface and by address, both ways, all policies.
ipfwadm -I -p deny
ipfwadm -O -p accept
ipfwadm -F -p deny
ipfwadm -I -a accept -W lo
ipfwadm -I -a deny -S 10.0.0.0/8 -W eth2 -o
ipfwadm -I -a reject -S 192.168.0.0/16 -V 203.0.113.201
ipfwadm -I -a accept -P tcp -k -D 203.0.113.201 1024:65535
ipfwadm -I -a reject -P tcp -y -S 0/0 -D 203.0.113.201 80
ipfwadm -I -a accept -P udp -S 203.0.113.9 53
ipfwadm -I -a accept -P icmp -S 0/0 0 3 8 11
ipfwadm -I -a accept -P tcp -S 10.1.0.0/24 -D 0/0 25 -r 53
ipfwadm -I -a accept -W eth0 -S 10.1.0.0/24
ipfwadm -I -a accept -V 192.168.1.1 -S 192.168.1.0/24
ipfwadm -I -a accept -P all -W ppp0
ipfwadm -F -a reject -P tcp -S 0/0 -D 0/0 6000:6010 113
ipfwadm -F -a deny -P udp -b -S 0/0 137 138 139 -D 0/0
ipfwadm -F -a masquerade -W eth2 -S 10.1.0.0/24
ipfwadm -F -a masquerade -P tcp -W ppp0 -S 10.1.0.0/24 -D 0/0
ipfwadm -F -a accept -b -S 192.168.1.0/24 -D 198.51.100.0/24
ipfwadm -O -a accept -P tcp -S 0/0 -D 0/0 23 -t 0x01 0x10
ipfwadm -O -a reject -P udp -D 0/0 7070
ipfwadm -O -a deny -P tcp -W eth2 -D 0/0 119 -o
ipfwadm -O -a deny -W ppp0 -S 10.0.0.0/8
ipfwadm -A both -a -P tcp -b -S 10.1.0.0/24
ipfwadm -A in -a -W eth2 -P udp
