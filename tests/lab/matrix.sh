#!/bin/sh
# Prints probes (probe.h) of all kinds for the laboratory's router.
# shellcheck disable=SC2086 # none of them has blanks
set -eu
c1=10.1.0.2 c2=192.168.1.77 s1=203.0.113.9 s2=198.51.100.9
r1=10.1.0.1 r2=192.168.1.1 rs1=203.0.113.201 rs2=198.51.100.201
n=0 port=1100 asked=

# Says a probe, and counts it.
say() {
	echo "$@"
	n=$((n + 1))
}

# The same, and it will be answered, and told an error, by who got it.
ask() {
	say "$@"
	asked="$asked $n"
}

# A source port that no other probe has.
next() {
	port=$((port + 1))
}

# Each client to each server, by services.
for from in c1:$c1 c2:$c2; do
	who=${from%:*} src=${from#*:}
	for dst in $s1 $s2; do
		for to in 20 21 22 23 25 53 80 110 113 119 443 1080 6000 6667 61500; do
			next
			say $who tcp $src:$port '>' $dst:$to S
		done
		for to in 53 69 123 137 161 500 2049 7070 33434 61500; do
			next
			ask $who udp $src:$port '>' $dst:$to
		done
		for flags in A SA FA R RA PA none FPU; do
			next
			say $who tcp $src:$port '>' $dst:80 $flags
		done
		next
		ask $who tcp $src:$port '>' $dst:80 S
		for icmp in 0/0 8/0 13/0 17/0 15/0; do
			next
			say $who icmp $src:$port '>' $dst $icmp
		done
		next
		ask $who icmp $src:$port '>' $dst 8/0
		for tos in 0x02 0x04 0x08 0x10 0x1e; do
			next
			say $who tcp $src:$port '>' $dst:23 S tos $tos
			next
			say $who udp $src:$port '>' $dst:53 tos $tos
		done
		for sport in 20 53 80 1023 6000 61001 65100; do
			say $who tcp $src:$sport '>' $dst:1500 S
			ask $who udp $src:$sport '>' $dst:1500
		done
		for proto in 2 47 50 89; do
			say $who $proto $src '>' $dst
		done
		for proto in tcp udp icmp; do
			next
			say $who $proto $src:$port '>' $dst:2000 ttl 1
			next
			say $who $proto $src:$port '>' $dst:2001 pieces 3
			say $who $proto $src '>' $dst frag 64
			next
			say $who $proto $src:$port '>' $dst:2002 frag 0+
		done
	done
done

# Addresses that lie, and networks that nobody knows.
for src in $c2 $s1 $s2 127.0.0.1 10.1.0.77 10.1.1.2 172.16.5.5 $r1 $rs1; do
	for proto in tcp udp icmp; do
		next
		say c1 $proto $src:$port '>' $s1:80
		next
		say s1 $proto $src:$port '>' $c1:80
	done
done
for proto in tcp udp icmp; do
	next
	say c1 $proto $c1:$port '>' 172.31.0.1:80
	say c2 $proto $c2:$port '>' 127.0.0.1:80
done

# The router itself.
for from in c1:$c1 c2:$c2 s1:$s1 s2:$s2; do
	who=${from%:*} src=${from#*:}
	for dst in $r1 $r2 $rs1 $rs2; do
		for to in 22 53 80 1024 6000 8080; do
			next
			say $who tcp $src:$port '>' $dst:$to S
		done
		for to in 53 67 137 520 4000; do
			next
			say $who udp $src:$port '>' $dst:$to
		done
		next
		say $who icmp $src:$port '>' $dst 8/0
		next
		say $who tcp $src:$port '>' $dst:80 A
	done
done

# From outside: what nobody asked for.
for from in s1:$s1:$rs1 s2:$s2:$rs2; do
	who=${from%%:*} src=${from#*:} ours=${from##*:}
	src=${src%:*}
	for dst in $c1 $c2; do
		for flags in S A SA R; do
			next
			say $who tcp $src:$port '>' $dst:80 $flags
		done
		next
		say $who tcp $src:20 '>' $dst:$port S
		say $who udp $src:53 '>' $dst:$port
		say $who icmp $src:$port '>' $dst 8/0
		say $who 47 $src '>' $dst
	done
	for to in 61000 61500 65000; do
		say $who tcp $src:80 '>' $ours:$to A
		say $who tcp $src:81 '>' $ours:$to S
		say $who udp $src:53 '>' $ours:$to
	done
done
next
say s1 tcp $s1:$port '>' $s2:80 S
next
ask s1 udp $s1:$port '>' $s2:53
next
ask c1 udp $c1:$port '>' $c2:53
next
ask c2 tcp $c2:$port '>' $c1:80 S

# What the router says itself.
for to in $rs1:$s1 $rs2:$s2 $r1:$c1 $r2:$c2 $r1:$s1; do
	src=${to%:*} dst=${to#*:}
	for port_to in 23 25 80 113 6000; do
		next
		say r tcp $src:$port '>' $dst:$port_to S
	done
	for port_to in 53 123 514; do
		next
		ask r udp $src:$port '>' $dst:$port_to
	done
	next
	say r icmp $src:$port '>' $dst 8/0
	next
	say r tcp $src:$port '>' $dst:80 R
	next
	say r udp $src:61100 '>' $dst:$port
	say r tcp $src:22 '>' $dst:$port A tos 0x10
done

# Whoever got it answers, or complains.
for about in $asked; do
	say answer "$about" SA
	say error "$about" 3/3
done
