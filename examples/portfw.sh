#!/bin/sh
#
# rc.portfw: servers inside that the world may reach, Linux 2.2. Called at the
# end of rc.firewall, or by hand:
#
#	fwcompat run sh examples/portfw.sh
#
# 192.168.1.10 is the web server, 192.168.1.11 takes mail, 192.168.1.20 plays.

EXT_IP="203.0.113.5"
INT_NET="192.168.1.0/24"

# What the servers answer has to be masqueraded like everything else.
ipchains -P forward DENY
ipchains -A forward -s $INT_NET -j MASQ

# Modules; that these are missing, or there already, is no reason to stop.
for m in portfw autofw mfw ftp irc; do
	modprobe ip_masq_$m
done

# One port, one server.
ipmasqadm portfw -f
ipmasqadm portfw -a -P tcp -L $EXT_IP 25 -R 192.168.1.11 25
ipmasqadm portfw -a -P tcp -L $EXT_IP 8080 -R 192.168.1.10 80

# One port, two servers: every third connection goes to the old machine.
ipmasqadm portfw -a -P tcp -L $EXT_IP 80 -R 192.168.1.11 80 -p 1
ipmasqadm portfw -a -P tcp -L $EXT_IP 80 -R 192.168.1.10 80 -p 2

# The same by marks, for one customer's network only.
ipmasqadm mfw -F
ipchains -A input -p tcp -y -s 198.51.100.0/24 -d $EXT_IP 443 -m 1
ipmasqadm mfw -A -m 1 -r 192.168.1.10 443

# Games: whoever inside talks to port 47624 gets the ports 2300 to 2400.
ipmasqadm autofw -F
ipmasqadm autofw -A -r tcp 2300 2400 -c tcp 47624
ipmasqadm autofw -A -r udp 2300 2400 -c tcp 47624

ipmasqadm portfw -l -n
ipmasqadm mfw -L -n
cat /proc/net/ip_masq/autofw
lsmod | awk '/^ip_masq_/ { print $1, $3 }'
