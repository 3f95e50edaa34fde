#!/usr/bin/env bats
# fwcompat replay: captures in, captures out, and what goes wrong.

# shellcheck disable=SC2154 # stderr and stderr_lines are what run sets

load host

setup_file() {
	"${CC:-gcc}" -o "$BATS_FILE_TMPDIR/mkpcap" \
		"$BATS_TEST_DIRNAME/../pcap/mkpcap.c"
}

# A SYN of 192.168.134.13 port 3206 to 18.170.72.29 port 80, its answer to the
# masquerade port, and the answer that the client gets.
syn=450000281d1700004006bc3cc0a8860d12aa481d0c86005054bec7d90000000050022000c4f70000
answer=45000028cbae000040063e9412aa481dc6cf4ef70050ee488a3b09de54bec7da501220007ff90000

setup() {
	own_host
	export TZ=UTC
	PATH=$BATS_FILE_TMPDIR:$PATH
	fwcompat host if eth0 192.168.134.1/24
	fwcompat host if ppp0 198.207.78.247/32 ppp
	fwcompat host route default ppp0
	ipchains -A forward -s 192.168.134.0/24 -j MASQ
}

# lan.pcap and isp.pcap: a conversation.
capture() {
	mkpcap pcap 101 <<<"1000.00 $syn" >lan.pcap
	mkpcap pcap 101 <<<"1000.25 $answer" >isp.pcap
}

show() {
	tcpdump -n -tt -r "$1" 2>/dev/null
}

@test "a conversation is masqueraded, and its answer comes back" {
	capture
	run --separate-stderr -0 fwcompat replay --in eth0=lan.pcap \
		--in ppp0=isp.pcap --out ppp0=out.pcap --out eth0=back.pcap
	assert_output 'packets in       2  (eth0 1, ppp0 1)
packets out      2  (eth0 1, ppp0 1)
to the host      0
dropped          0
ICMP errors      0
entries made     1'
	assert_equal "$stderr" ''
	run -0 show out.pcap
	assert_output '1000.000000 IP 198.207.78.247.61000 > 18.170.72.29.80: Flags [S], seq 1421789145, win 8192, length 0'
	run -0 show back.pcap
	assert_output '1000.250000 IP 18.170.72.29.80 > 192.168.134.13.3206: Flags [S.], seq 2319124958, ack 1421789146, win 8192, length 0'
	# A line of tcpdump -e would show what stands before the packet.
	run -0 tcpdump -n -e -r back.pcap
	assert_output --partial '02:00:00:00:00:01 > 02:01:c0:a8:86:0d'
}

@test "afterwards listings show the table as of the last packet" {
	mkpcap pcap 101 <<<"1000.00 $syn
1010.00 $syn" >lan.pcap
	fwcompat replay --in eth0=lan.pcap
	run -0 ipchains -M -L -n
	assert_line 'TCP  02:00.00 192.168.134.13       18.170.72.29         3206 (61000) -> 80'
	run -0 fwcompat status
	assert_line --regexp '^clock .*virtual$'
	capture
	fwcompat replay --in ppp0=isp.pcap
	run -0 ipchains -M -L -n
	assert_line 'TCP  15:00.00 192.168.134.13       18.170.72.29         3206 (61000) -> 80'
}

@test "every format and link header is read" {
	local format link head
	while read -r format link head; do
		mkpcap "$format" "$link" <<<"1000.00 $head$syn" >lan.pcap
		fwcompat reset
		fwcompat host if eth0 192.168.134.1/24
		fwcompat host if ppp0 198.207.78.247/32 ppp
		fwcompat host route default ppp0
		run -0 fwcompat replay --in eth0=lan.pcap --out ppp0=out.pcap
		assert_line 'packets out      1  (ppp0 1)'
		run -0 show out.pcap
		assert_output --partial '1000.000000 IP 192.168.134.13.3206 > '
	done <<-END
		pcap 101
		nano 101
		swapped 101
		ng 101
		pcap 1 0200000000010200000000020800
		ng 1 0200000000010200000000028100000588a800060800
		swapped 113 00000001000602000000000200000800
		nano 276 0800000000000002000100060200000000020000
		pcap 9 ff030021
	END
}

@test "captures are merged by time" {
	local other=${syn/281d17/281d18}
	other=${other/bc3c/bc3b}
	mkpcap pcap 101 <<<"1000.00 $syn
1000.50 $syn" >lan.pcap
	mkpcap ng 101 <<<"1000.30 $other" >lan2.pcap
	fwcompat host if eth1 192.168.135.1/24
	run -0 fwcompat replay --in eth1=lan2.pcap --in eth0=lan.pcap --out ppp0=out.pcap
	run -0 tcpdump -n -v -tt -r out.pcap
	assert_line --index 1 --regexp '^1000.000000 .* id 7447,'
	assert_line --index 3 --regexp '^1000.300000 .* id 7448,'
	assert_line --index 5 --regexp '^1000.500000 .* id 7447,'
}

@test "what is no packet for the host is passed over, and counted" {
	{
		echo '1000.00 ffffffffffff0200000000020806000108000604'
		echo "1000.01 0200000000010200000000020800$syn"
		echo '1000.02 02000000000102000000000286dd60'
		echo '1000.03 0200000000010200000000020800450000281d170000 54'
	} | mkpcap pcap 1 >lan.pcap
	run -0 fwcompat replay --in eth0=lan.pcap
	assert_line 'packets in       1  (eth0 1)'
	assert_line 'packets out      1  (ppp0 1)'
	assert_line 'not IPv4         2'
	assert_line 'recorded in part 1'
	mkpcap pcap 113 <<<"1000.00 00040001000602000000000200000800$syn" >lan.pcap
	run -0 fwcompat replay --in eth0=lan.pcap
	assert_line 'packets in       0'
	assert_line 'not received     1'
}

@test "packets that end at the host are counted by how" {
	ipchains -A input -s 192.168.134.66 -j DENY
	ipchains -A input -s 192.168.134.67 -j REJECT
	fwcompat host unroute default ppp0
	local to_us=450000281d1700004006d059c0a8860dc0a886010c86005054bec7d90000000050022000c4f70000
	local denied=450000281d1700004006bc07c0a8864212aa481d0c86005054bec7d90000000050022000c4f70000
	local rejected=450000281d1700004006bc06c0a8864312aa481d0c86005054bec7d90000000050022000c4f70000
	printf '1000.0%d %s\n' 1 $to_us 2 $denied 3 $rejected 4 "$syn" |
		mkpcap pcap 101 >lan.pcap
	run -0 fwcompat replay --in eth0=lan.pcap --out eth0=back.pcap
	assert_line 'packets in       4  (eth0 4)'
	assert_line 'to the host      1'
	assert_line 'dropped          1'
	assert_line 'ICMP errors      2'
	run -0 show back.pcap
	assert_line --index 0 --regexp 'ICMP 18.170.72.29 .* unreachable'
	assert_line --index 1 --regexp 'ICMP net 18.170.72.29 unreachable'
}

@test "a capture that was cut off: what is whole is played, then it is told" {
	mkpcap pcap 101 <<<"1000.00 $syn
1001.00 $syn
1002.00 $syn" >whole.pcap
	head -c -5 whole.pcap >lan.pcap
	mkpcap pcap 101 <<<"1003.00 $answer" >isp.pcap
	run --separate-stderr -1 fwcompat replay --in eth0=lan.pcap \
		--in ppp0=isp.pcap --out ppp0=out.pcap
	assert_line 'packets in       3  (eth0 2, ppp0 1)'
	assert_output --partial 'entries made     1'
	assert_equal "$stderr" 'fwcompat replay: lan.pcap: damaged behind frame 2: truncated dump file; tried to read 40 captured bytes, only got 35'
	[ "$(show out.pcap | wc -l)" = 2 ]
	mkpcap ng 101 <<<"1000.00 $syn
1001.00 $syn" | head -c -5 >lan.pcap
	run --separate-stderr -1 fwcompat replay --in eth0=lan.pcap
	assert_line 'packets in       1  (eth0 1)'
	assert_equal "${stderr_lines[0]%%: trunc*}" 'fwcompat replay: lan.pcap: damaged behind frame 1'
}

@test "captures that are none" {
	capture
	echo 'this is no capture, though it is long enough' >no.pcap
	mkpcap pcap 105 <<<"1000.00 $syn" >air.pcap
	: >empty.pcap
	run --separate-stderr -1 fwcompat replay --in eth0=no.pcap --out ppp0=isp.pcap
	assert_output ''
	assert_equal "$stderr" 'fwcompat replay: no.pcap: unknown file format'
	run --separate-stderr -1 fwcompat replay --in eth0=air.pcap
	assert_equal "$stderr" 'fwcompat replay: air.pcap: of a link type that cannot be read'
	run --separate-stderr -1 fwcompat replay --in eth0=empty.pcap
	assert_equal "$stderr" 'fwcompat replay: empty.pcap: truncated dump file; tried to read 4 file header bytes, only got 0'
	run --separate-stderr -1 fwcompat replay --in eth0=missing.pcap
	assert_equal "$stderr" 'fwcompat replay: missing.pcap: No such file or directory'
	# What was to be written is as it was.
	[ "$(show isp.pcap | wc -l)" = 1 ]
}

@test "interfaces that are not there" {
	capture
	run --separate-stderr -1 fwcompat replay --in eth5=lan.pcap
	assert_equal "$stderr" 'fwcompat replay: the host has no interface eth5; make it: fwcompat host if eth5 ADDRESS/LENGTH'
	run --separate-stderr -1 fwcompat replay --in eth0=lan.pcap --out ppp0=isp.pcap --out eth9=x.pcap
	assert_output ''
	[ "$(show isp.pcap | wc -l)" = 1 ]
	[ ! -e x.pcap ]
}

@test "command lines that make no sense" {
	capture
	run --separate-stderr -2 fwcompat replay
	assert_equal "${stderr_lines[0]}" 'fwcompat replay: nothing is to arrive: where is --in INTERFACE=FILE?'
	run --separate-stderr -2 fwcompat replay --in lan.pcap
	assert_equal "${stderr_lines[0]}" 'fwcompat replay: not an INTERFACE=FILE: lan.pcap'
	run --separate-stderr -2 fwcompat replay --in eth0=lan.pcap --in eth0=isp.pcap
	assert_equal "${stderr_lines[0]}" 'fwcompat replay: that interface was named before: eth0=isp.pcap'
	run --separate-stderr -2 fwcompat replay --in eth0=lan.pcap lan.pcap
	assert_equal "${stderr_lines[0]}" 'fwcompat replay: what is this: lan.pcap'
	run --separate-stderr -2 fwcompat replay --in eth0=lan.pcap --out ppp0=./lan.pcap
	assert_equal "${stderr_lines[0]}" 'fwcompat replay: read and written at once: ./lan.pcap'
	run --separate-stderr -2 fwcompat replay --in eth0=lan.pcap --out ppp0=x --out eth0=x
	assert_equal "${stderr_lines[0]}" 'fwcompat replay: written twice: x'
	run --separate-stderr -2 fwcompat replay --in eth0=lan.pcap --fast
	[ "$(show lan.pcap | wc -l)" = 1 ]
}

@test "standard input and output are captures too" {
	capture
	fwcompat replay --in eth0=- --out ppp0=- <lan.pcap >out.pcap 2>summary
	run -0 show out.pcap
	assert_output --partial 'IP 198.207.78.247.61000 > 18.170.72.29.80'
	run -0 cat summary
	assert_line 'packets out      1  (ppp0 1)'
}

@test "what the kernel logs goes to standard error, or a file" {
	capture
	ipchains -I input -i eth0 -l -j ACCEPT
	local line='Packet log: input ACCEPT eth0 PROTO=6 192.168.134.13:3206 18.170.72.29:80 L=40 S=0x00 I=7447 F=0x0000 T=64 SYN (#1)'
	run --separate-stderr -0 fwcompat replay --in eth0=lan.pcap
	assert_equal "$stderr" "$line"
	run --separate-stderr -0 fwcompat replay --in eth0=lan.pcap --log log
	assert_equal "$stderr" ''
	run -0 cat log
	assert_output "$line"
}

@test "a full disk is told, and what passed has passed" {
	[ -c /dev/full ] || skip 'no /dev/full'
	capture
	run --separate-stderr -1 fwcompat replay --in eth0=lan.pcap --out ppp0=/dev/full
	assert_equal "$stderr" 'fwcompat replay: what leaves on ppp0: No space left on device'
	run -0 ipchains -M -L -n
	assert_line --partial '(61000)'
}

@test "packets of many sizes, and liars, do no harm" {
	local n
	for n in 1 2 4 10 19 20 21 39 40; do
		echo "1000.00 ${syn:0:$((2 * n))}"
		echo "1000.00 4f${syn:2:$((2 * n))}"
		echo "1000.00 4500ffff${syn:8:$((2 * n))}"
	done | mkpcap pcap 101 >lan.pcap
	run -0 fwcompat replay --in eth0=lan.pcap --out ppp0=out.pcap
	assert_line 'packets in       27  (eth0 27)'
	assert_line 'packets out      1  (ppp0 1)'
}

@test "tools work while it replays" {
	local i
	for ((i = 0; i < 20000; i++)); do
		echo "1000.00 $syn"
	done | mkpcap pcap 101 >lan.pcap
	fwcompat replay --in eth0=lan.pcap >/dev/null 3>&- &
	run -0 ipchains -A output -j ACCEPT
	run -0 ipchains -L output
	wait $!
}
