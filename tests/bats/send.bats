# fwcompat send and clock: packets in words, and time.

# shellcheck disable=SC2154 # bats sets stderr
load host

setup() {
	own_host
	fwcompat host if eth0 192.168.1.1/24
	fwcompat host if ppp0 203.0.113.5/32 ppp
	fwcompat host route default ppp0
}

@test "what becomes of a packet is told in order" {
	ipchains -A forward -j MASQ -l
	run --separate-stderr -0 fwcompat send eth0 \
		tcp 192.168.1.3:1025 198.51.100.80:80 syn tos 0x10
	assert_equal "$stderr" ""
	assert_output "sent ppp0 tcp 203.0.113.5:61000 198.51.100.80:80 syn ttl 63 tos 0x10
logged Packet log: forward MASQ ppp0 PROTO=6 192.168.1.3:1025 198.51.100.80:80 L=40 S=0x10 I=1 F=0x0000 T=63 SYN (#1)
counted input policy
counted output policy
counted forward 1"
}

@test "the host itself sends" {
	run -0 fwcompat send - udp 203.0.113.5:1024 198.51.100.53:53 data name
	assert_line "sent ppp0 udp 203.0.113.5:1024 198.51.100.53:53"
	assert_line "counted output policy"
}

@test "a packet that could not be sent leaves no trace" {
	ipchains -A input -j ACCEPT
	run -1 fwcompat send eth9 udp 192.168.1.3:1 198.51.100.53:53
	run -0 ipchains -L input -n -v
	assert_line --regexp '^ +0 +0 ACCEPT'
}

@test "words that make no packet" {
	while IFS='|' read -r words says; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr -2 fwcompat send $words
		assert_regex "$stderr" "^fwcompat send: $says"
	done <<-EOT
		|where does the packet come from
		eth0|a packet has a protocol
		eth0 tpc 1.2.3.4:1 5.6.7.8:1|tpc: no protocol
		eth0 256 1.2.3.4 5.6.7.8|256: no protocol
		eth0 tcp 1.2.3:1 5.6.7.8:1|1.2.3:1: no ADDRESS
		eth0 tcp 1.2.3.4:65536 5.6.7.8:1|1.2.3.4:65536: no ADDRESS
		eth0 tcp 1.2.3.4 5.6.7.8:1|tcp: its ends have ports
		eth0 icmp 1.2.3.4:8 5.6.7.8|icmp: its ends have no ports
		eth0 47 1.2.3.4 5.6.7.8 ttl|ttl: no word
		eth0 47 1.2.3.4 5.6.7.8 ttl 256|ttl: no word
		eth0 47 1.2.3.4 5.6.7.8 frag 3|frag: no multiple of 8
		eth0 47 1.2.3.4 5.6.7.8 length 65515|length: longer
	EOT
}

@test "the clock is shown, moved, and runs again after a reset" {
	ipchains -A forward -j MASQ
	fwcompat send eth0 udp 192.168.1.3:1025 198.51.100.53:53
	run -0 fwcompat clock
	before=${output%.*}
	run -0 fwcompat clock +299.5
	assert [ "${output%.*}" -ge $((before + 299)) ]
	now=$output
	run -0 fwcompat clock
	assert_output "$now"
	run -0 ipchains -M -L -n
	assert_line --partial "192.168.1.3"
	run -0 fwcompat clock +1
	run -0 ipchains -M -L -n
	refute_line --partial "192.168.1.3"
	for wrong in 5 -5 + +x +1e300; do
		run -2 fwcompat clock "$wrong"
	done
	run -0 fwcompat clock
}
