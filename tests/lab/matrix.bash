# The matrix: the same probes (probe.h) through the laboratory's router and
# through the engine, for rules of the same script.
# shellcheck disable=SC2154 # lab_*: see lab.bash

# Makes the clients and servers say nothing of their own, and the router know
# their hardware addresses, so that only probes pass.
lab_mute() {
	local end
	for end in c1 c2 s1 s2; do
		at $end iptables-legacy -t raw -I PREROUTING -j DROP
		at $end iptables-legacy -t raw -I OUTPUT -j DROP
	done
	lab_neighbour c1 eth0 10.1.0.2
	lab_neighbour c1 eth0 10.1.0.77
	lab_neighbour c2 eth1 192.168.1.77
	lab_neighbour s1 eth2 203.0.113.9
}

# lab_neighbour END ROUTER-INTERFACE ADDRESS
lab_neighbour() {
	at r ip neighbour replace "$3" dev "$2" nud permanent \
		lladdr "$(at "$1" cat /sys/class/net/eth0/address)"
}

lab_unmute() {
	local end
	for end in c1 c2 s1 s2; do
		at $end iptables-legacy -t raw -D PREROUTING -j DROP
		at $end iptables-legacy -t raw -D OUTPUT -j DROP
	done
}

# The laboratory's router as a host of the engine, in $FWCOMPAT_STATE.
lab_host() {
	fwcompat host if eth0 10.1.0.1/24
	fwcompat host if eth1 192.168.1.1/24
	fwcompat host if eth2 203.0.113.201/24
	fwcompat host if ppp0 198.51.100.201/32 ppp 198.51.100.9
}

# Probes from stdin, fates to stdout.
lab_probe_router() {
	at r "$lab_bin/probe_wire"
}

# lab_probe_engine [limited]: with it ICMP errors have the old kernel's limits.
lab_probe_engine() {
	"$lab_bin/probe_engine" "$@"
}

# lab_matrix_compare ROUTER ENGINE KNOWN: the probes whose fates differ, router's
# first. KNOWN has a line for each known difference, a regular expression for
# both fates with "<>" between them, and comments. Succeeds where each is known.
lab_matrix_compare() {
	paste -d '\n' "$1" "$2" | awk -v known="$3" '
		BEGIN {
			while ((getline line <known) > 0)
				if (line !~ /^#|^$/)
					knows[line] = 1
		}
		NR % 2 { router = $0; next }
		router == $0 { next }
		{
			fate = $0
			sub(/.* -> /, "", fate)
			for (line in knows)
				if ((router " <> " fate) ~ line)
					next
			print router " <> " fate
			unknown++
		}
		END { exit unknown > 0 }'
}
