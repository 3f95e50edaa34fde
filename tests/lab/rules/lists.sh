#!/bin/sh
# Lists of Linux 2.0 of many kinds: ports in lists, both directions, all
# targets.
ipfwadm -I -p accept
ipfwadm -F -p deny
ipfwadm -O -p accept
ipfwadm -I -a deny -S 10.0.0.0/8 -W eth2 -o
ipfwadm -I -a reject -P tcp -D 10.1.0.1 8080 1080 -V 10.1.0.1
ipfwadm -I -a reject -S 192.168.0.0/16 -W ppp0
ipfwadm -I -a deny -P tcp -y -S 0/0 -D 0/0 1024:65535 -W eth2
ipfwadm -I -a reject -P udp -S 10.1.0.0/24 -D 0/0 161 162 2049
ipfwadm -I -a deny -P icmp -S 203.0.113.0/24 13 15 17
ipfwadm -I -a accept -r 53 -P tcp -S 192.168.1.0/24 -D 0/0 25
ipfwadm -F -a reject -P tcp -D 0/0 6000:6010 113
ipfwadm -F -a deny -P udp -S 192.168.1.0/24 -D 0/0 53 123 -b
ipfwadm -F -a accept -P tcp -S 198.51.100.9 -D 192.168.1.0/24 -b
ipfwadm -F -a accept -P icmp -S 192.168.1.0/24 -D 198.51.100.0/24 -b
ipfwadm -F -a masquerade -S 10.1.0.0/24 -W eth2
ipfwadm -F -a masquerade -S 10.1.0.0/24 -W ppp0
ipfwadm -F -a masquerade -P udp -S 192.168.1.0/24 -W eth2
ipfwadm -O -a accept -P tcp -D 0/0 20 23 -t 0x01 0x10
ipfwadm -O -a reject -P udp -D 0/0 7070 -W eth2
ipfwadm -O -a deny -P tcp -k -D 0/0 119 -W eth2
ipfwadm -O -a deny -S 10.1.0.0/24 -W ppp0 -o
ipfwadm -A in -a -S 10.1.0.0/24
ipfwadm -A out -a -P tcp -S 0/0 -D 0/0 80 443 -b
