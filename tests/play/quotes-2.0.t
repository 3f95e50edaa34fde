# errors that pass through 2.0: how long the quoted packet is, and whether the
# sum is right on the way out, was not looked at
% era 2.0
% if eth0 192.168.1.254/24
% if ppp0 203.0.113.7/32 ppp
% route 0.0.0.0/0 ppp0
$ ipfwadm -F -a accept -P icmp
$ ipfwadm -F -p masq
@ 10
# cut short: asked about like any other packet
< eth0 450000240001000040018ee3c0a80102c633641703016b69000000006162636465666768
= ppp0 45000024000100003f018fe3c0a80102c633641703016b69000000006162636465666768
< ppp0 450000240001000040011486c6336417cb0071070b00636a000000006162636465666768
= local 450000240001000040011486c6336417cb0071070b00636a000000006162636465666768
# a later piece may begin with the bytes of an error
< eth0 450000240001000240018ee1c0a80102c63364170301ffffffffffffffffffffffffffff
= ppp0 45000024000100023f018fe1c0a80102c63364170301ffffffffffffffffffffffffffff
$ ipfwadm -F -l -e -n
> IP firewall forward rules, default policy: accept/masquerade
>  pkts bytes type  prot opt  tosa tosx ifname  ifaddress       source               destination          ports
>     1    36 acc   icmp ---- 0xFF 0x00 *       0.0.0.0         0.0.0.0/0            0.0.0.0/0            *
# a wrong sum: made anew where there is an entry, else it stays
< eth0 4500001d0001000040118edac0a80102c6336417040300350009000078
= ppp0 4500001d000100003f11157dcb007107c6336417ee4800350009330b78
< eth0 450000380001000040018ecfc0a80102c63364170303e9aa000000004500001c000100003c1192dbc6336417c0a801020035040300090000
= ppp0 45000038000100003f011572cb007107c633641703030e76000000004500001c000100003c11187ec6336417cb0071070035ee4800090000
< eth0 450000380001000040018ecfc0a80102c63364170303e962000000004500001c000100003c1192dbc6336417c0a801020035044b00090000
= ppp0 45000038000100003f018fcfc0a80102c63364170303e962000000004500001c000100003c1192dbc6336417c0a801020035044b00090000
$ ipfwadm -F -l -e -n
> IP firewall forward rules, default policy: accept/masquerade
>  pkts bytes type  prot opt  tosa tosx ifname  ifaddress       source               destination          ports
>     2    92 acc   icmp ---- 0xFF 0x00 *       0.0.0.0         0.0.0.0/0            0.0.0.0/0            *
