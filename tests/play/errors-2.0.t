# an error of 2.0's about its own masqueraded packet comes in over lo: what the
# input list redirects there has arrived too
% era 2.0
% if eth0 192.168.1.254/24
% if ppp0 203.0.113.7/32 ppp
% route 0.0.0.0/0 ppp0
$ ipfwadm -F -p masq
$ ipfwadm -O -a reject -S 203.0.113.7 -W ppp0
@ 10
< eth0 450000280001000040068edac0a80102c6336417040400170000000100000000500222389d990000
= icmp 3 1 203.0.113.7
$ ipfwadm -I -a accept -W lo -r 0
< eth0 450000280001000040068edac0a80102c6336417040400170000000100000000500222389d990000
= icmp 3 1 203.0.113.7
$ ipfwadm -I -i deny -W lo
< eth0 450000280001000040068edac0a80102c6336417040400170000000100000000500222389d990000
= drop
$ ipfwadm -I -l -e
> IP firewall input rules, default policy: accept
>  pkts bytes type  prot opt  tosa tosx ifname  ifaddress       source               destination          ports
>     1    56 deny  all  ---- 0xFF 0x00 lo      any             anywhere             anywhere             n/a
>     1    56 acc/r all  ---- 0xFF 0x00 lo      any             anywhere             anywhere             n/a
