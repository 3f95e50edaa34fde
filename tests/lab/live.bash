# The engine in the place of a laboratory's router: `fwcompat live', and what a
# test of it does.
# shellcheck disable=SC2154 # lab_*: see lab.bash

# Starts it, with $live_options; log lines go to $lab_dir/log/kernel. Skips the
# test where this build is without it.
lab_live() {
	# shellcheck disable=SC2086 # options are words
	lab_start r live fwcompat live --log "$lab_dir/log/kernel" ${live_options:-}
	lab_until 30 lab_live_settled || return
	[ ! -s "$lab_dir/log/live" ] || {
		grep 'was built without' "$lab_dir/log/live" || return 1
		skip "$(<"$lab_dir/log/live")"
	}
}

# Whether it is there, or said why it is not.
lab_live_settled() {
	[ -s "$lab_dir/log/live" ] || lab_live_is_up
}

# Whether its queue and its rules are there.
lab_live_is_up() {
	at r grep -q '^ *6177 ' /proc/net/netfilter/nfnetlink_queue &&
		at r iptables-legacy -t raw -S | grep -q 'OUTPUT -j FWCOMPAT'
}

# Rules that masquerade both clients to both servers, with counters everywhere.
lab_live_rules() {
	local out net module
	ipchains -P forward DENY
	for out in eth2 ppp0; do
		for net in 10.1.0.0/24 192.168.1.0/24; do
			ipchains -A forward -i $out -s $net -j MASQ
		done
	done
	ipchains -A input -i eth0 -p icmp -l
	for out in eth0 eth1 eth2 ppp0; do
		ipchains -A input -i $out
		ipchains -A output -i $out
	done
	ipchains -A output -p tcp -d 0/0 21 -y -l
	for module in ip_masq_ftp ip_masq_irc; do
		fwcompat run insmod $module
	done
}

# All that can be listed, but for moments: rules with counters, entries. When
# that was stays in $lab_dir/listed.
lab_live_listing() {
	echo "$EPOCHREALTIME" >"$lab_dir/listed"
	ipchains -L -v -x -n
	fwcompat proc net/ip_masquerade | sed '2,$s/ *[0-9]* *$//' | sort
}

# Captures what arrives at the router; lab_live_replay plays it to the engine.
lab_live_capture() {
	local interface
	for interface in eth0 eth1 eth2 ppp0; do
		lab_capture r $interface $interface -Q in
	done
}

# Seconds from the last packet of the captures to the listing: entries end in
# that time, too.
lab_live_after() {
	local interface
	for interface in eth0 eth1 eth2 ppp0; do
		tcpdump -r "$lab_dir/$interface.pcap" -n -q -tt 2>/dev/null |
			tail -n 1
	done | awk -v listed="$(<"$lab_dir/listed")" '
		$1 > last { last = $1 } END { printf "%.2f\n", listed - last }'
}

# What the engine makes of the captures: listing to stdout, log lines to $1.
lab_live_replay() {
	local FWCOMPAT_STATE=$lab_dir/replayed in=() interface after
	export FWCOMPAT_STATE
	after=$(lab_live_after)
	lab_host
	lab_live_rules
	for interface in eth0 eth1 eth2 ppp0; do
		in+=(--in "$interface=$lab_dir/$interface.pcap")
	done
	fwcompat replay "${in[@]}" --log "$1" >/dev/null
	fwcompat clock "+$after" >/dev/null
	lab_live_listing
}

# Rule 2 of the forward chain becomes DENY and MASQ in turn, $1 times. Prints when
# a DENY stood, and when the next change began: microseconds since 1970.
lab_live_changes() {
	local i target=DENY stood
	for ((i = 0; i < $1; i++)); do
		[ $target = DENY ] || echo "$stood ${EPOCHREALTIME/./}"
		ipchains -R forward 2 -p udp -d 203.0.113.9 7001 -j $target
		stood=${EPOCHREALTIME/./}
		[ $target = DENY ] && target=MASQ || target=DENY
	done
}

# Whether packets (stdin: port, sent, arrived) passed while a DENY stood, from
# before they were sent until after they arrived. $1: lab_live_changes' lines.
lab_live_leaks() {
	awk -v changes="$1" '
		BEGIN { while ((getline line <changes) > 0) {
			split(line, f, " "); from[n] = f[1]; to[n++] = f[2] } }
		{ passed[$1]++ }
		$1 == 7002 { print "denied by all rules, passed:", $0; leaks++ }
		$1 == 7001 {
			while (at < n && to[at] < $2) at++
			if (at < n && from[at] <= $2 && $3 <= to[at]) {
				print "denied, passed:", $0; leaks++ }
		}
		END { print passed[7001] + 0, "passed of those that may now and then"
			exit leaks > 0 || passed[7001] < 100 }'
}
