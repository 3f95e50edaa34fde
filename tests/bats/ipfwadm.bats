#!/usr/bin/env bats
# ipfwadm and ipfw: what a user types, and the hosts of 2.0 and 1.3 behind them.

# shellcheck disable=SC2154 # bats sets stderr
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
load host

setup() {
	own_host
	root="$BATS_TEST_DIRNAME/../.."
}

setup_file() {
	"${CC:-gcc}" -o "$BATS_FILE_TMPDIR/mkpcap" \
		"$BATS_TEST_DIRNAME/../pcap/mkpcap.c"
}

hint="Try \`ipfwadm -h' for more information."
columns="source               destination          ports"

# Saved copies of files as arguments "PATH TEXT".
save() {
	mkdir -p "proc/$(dirname "$1")"
	printf '%s\n' "$2" >"proc/$1"
	export FWCOMPAT_PROC="$PWD/proc"
}

@test "masquerade entries of a saved file, by number and by name" {
	save net/ip_masquerade "Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta Expires (free=4095,4095,4096)
UDP C0A80102:0403 C6336435:0035 EE48 00000000      0      0   29500
TCP C0A80102:0404 7F000001:0017 EE49 0000FFFF     -9     12   89700"
	run --separate-stderr -0 ipfwadm -M -l -n
	assert_equal "$stderr" ""
	assert_output "IP masquerading entries
prot expire   $columns
udp  04:55.00 192.168.1.2          198.51.100.53        1027 (61000) -> 53
tcp  14:57.00 192.168.1.2          127.0.0.1            1028 (61001) -> 23"
	run -0 ipfwadm -M -l -e
	assert_line --index 3 "tcp  14:57.00      65535    -9    12 192.168.1.2          localhost            1028 (61001) -> telnet"
}

@test "an empty copy, and one with a ping" {
	save net/ip_masquerade ""
	: >proc/net/ip_masquerade
	run --separate-stderr -2 ipfwadm -M -l
	assert_equal "$output" ""
	assert_equal "$stderr" "ipfwadm: unexpected input from /proc/net/ip_masquerade"
	save net/ip_masquerade "header
ICMP C0A80102:0001 C6336417:0800 EE4B 00000000      0      0   12500"
	run --separate-stderr -1 ipfwadm -M -l
	assert_output "IP masquerading entries"
	assert_equal "$stderr" "ipfwadm: unexpected input data
$hint"
}

@test "saved rule files are listed whatever the host is" {
	ipchains -A input -j DENY
	save net/ip_forward "IP firewall forward rules, default 516
C0A80100/FFFFFF00->00000000/00000000 ppp0 00000000 4 0 0 7          420        0 0 0 0 0 0 0 0 0 0 AFF X00"
	run -0 ipfwadm -F -l -n -e
	assert_line --index 0 "IP firewall forward rules, default policy: accept/masquerade"
	assert_line --index 2 "    7   420 acc   all  ---- 0xFF 0x00 ppp0    0.0.0.0         192.168.1.0/24       0.0.0.0/0            n/a"
}

@test "masquerade entries are listed on every kernel" {
	for era in 1.3 2.0 2.2; do
		fwcompat reset --era "$era"
		run --separate-stderr -0 ipfwadm -M -l -n
		assert_output "IP masquerading entries"
		assert_equal "$stderr" ""
	done
}

@test "a fresh host becomes one of 2.0, and stays it" {
	run -0 ipfwadm -F -l
	assert_output "IP firewall forward rules, default policy: accept"
	# Listing alone settles nothing.
	run -0 ipchains -P forward ACCEPT
	fwcompat reset
	ipfwadm -I -p deny
	run --separate-stderr -1 ipfw -n list forward
	assert_output ""
	[[ $stderr == *"fwcompat reset --era 1.3"* ]]
	run --separate-stderr ipchains -L
	assert_not_equal "$status" 0
	run -0 ipfwadm -I -l
	assert_output "IP firewall input rules, default policy: deny"
}

@test "rules of each address of a host, and the status when one fails" {
	run --separate-stderr -255 ipfwadm -F -v -d accept -S localhost
	assert_output "acc all opt ---- tos 0xFF 0x00 via * 0.0.0.0   127.0.0.1 -> 0.0.0.0/0   n/a"
	assert_equal "$stderr" "ipfwadm: setsockopt failed: Invalid argument"
}

@test "complaints bear the name the tool was called by, refusals do not" {
	local tool
	tool=$(command -v ipfwadm)
	run --separate-stderr -2 "$tool" -F -Q
	assert_equal "$stderr" "$tool: invalid option -- Q
Try \`$tool -h' for more information."
	run --separate-stderr -255 "$tool" -F -d deny
	assert_equal "$stderr" "ipfwadm: setsockopt failed: Invalid argument"
}

@test "a word that is not parsed changes nothing" {
	run --separate-stderr -2 ipfwadm -F -a accept -P tcp -D 0/0 25 nosuch
	assert_output ""
	run -0 ipfwadm -F -l
	assert_output "IP firewall forward rules, default policy: accept"
}

@test "-l -z shows and zeroes, once" {
	cat >count.t <<-'EOF'
		% era 2.0
		% if eth0 192.168.1.254/24
		$ ipfwadm -A in -a -P udp
		< eth0 4500001d000100004011f67ec0a80102c0a801fe040400350009ff5178
		$ ipfwadm -A -l -z -n
		$ ipfwadm -A -l -n
	EOF
	run -0 fwcompat play count.t
	assert_line ">     1    29 in  udp  0.0.0.0/0            0.0.0.0/0            * -> *"
	assert_line ">     0     0 in  udp  0.0.0.0/0            0.0.0.0/0            * -> *"
}

@test "packets through hosts of 1.3 and 2.0" {
	run -0 fwcompat play --check "$root"/tests/play/*.t
	assert_output ""
}

@test "ipfw: what is printed before a mistake is found" {
	run --separate-stderr -1 ipfw add blocking deny tcp from 0/0 to 0/0 nosuch
	assert_output "add blocking deny tcp from 0/0 to 0/0 nosuch "
	assert_equal "$stderr" "ipfw: unknown tcp service \"nosuch\""
	run --separate-stderr -1 ipfw list x
	assert_output ""
	assert_equal "$stderr" "Found 'x': 'blocking', 'forwarding' or 'accounting' keyword expected."
}

@test "ipfw -d tells what it would do" {
	run -0 ipfw -d -n add m all from 192.168.1.0/24 to 0/0
	assert_line --index 1 "setsockopt(IP_FW_ADD_FWD)"
	run -0 ipfw -n list f
	refute_line --partial masquerade
}

@test "the old files are read through fwcompat run, too" {
	ipfwadm -F -a masquerade -S 192.168.1.0/24
	run -0 fwcompat run cat /proc/net/ip_forward
	assert_line --index 1 "C0A80100/FFFFFF00->00000000/00000000 - 00000000 204 0 0 0          0          0 0 0 0 0 0 0 0 0 0 AFF X00"
}

# The scene of an article of 1996: a workstation asks for a name, and then logs
# in on that host, through a 1.3.56 host that hides its network.
@test "the gateway of 1996: a DNS look-up, then telnet, from captures" {
	cat >lan.txt <<-'EOF'
		1000.00 450000380001000040117cd3c0a80103cb007135040300350024df560001010000010000000000000a656e74657270726973650000010001
		1000.50 450000280001000040067d0cc0a80103cb007117040400170000006400000000500222388b680000
		1000.60 450000280001000040067d0cc0a80103cb0071170404001700000065000001f55010223889640000
	EOF
	cat >department.txt <<-'EOF'
		1000.10 45000048000100004011025acb007135cb0071140035ea60003400c30001818000010001000000000a656e74657270726973650000010001c00c00010001000001000004cb007117
		1000.55 4500002800010000400602a3cb007117cb0071140017ea61000001f40000006550122238289c0000
		1002.60 4500002f000100004006029ccb007117cb0071140017ea61000001f50000006550182238c67a00006c6f67696e3a20
	EOF
	for side in lan department; do
		"$BATS_FILE_TMPDIR/mkpcap" pcap 101 <$side.txt >$side.pcap
	done
	fwcompat reset --era 1.3
	fwcompat host if eth0 192.168.1.1/24
	fwcompat host if ppp0 203.0.113.20/32 ppp
	fwcompat host route default ppp0
	fwcompat run sh "$root/examples/rc.ipfw" start
	run -0 fwcompat replay --in eth0=lan.pcap --in ppp0=department.pcap \
		--out eth0=back.pcap --out ppp0=out.pcap
	assert_line "packets out      6  (eth0 3, ppp0 3)"
	assert_line "entries made     2"
	# The newest first. What came from outside 2 s later lengthened no life.
	run -0 fwcompat proc net/ip_masquerade
	assert_output "Prc FromIP   FPrt ToIP     TPrt Masq Init-seq Delta PDelta Expires
TCP C0A80103:0404 CB007117:0017 EA61 00000000     0     0 89800
UDP C0A80103:0403 CB007135:0035 EA60 00000000     0     0 29740"
	run -0 ipfwadm -M -l
	assert_line "tcp  14:58.00 192.168.1.3          203.0.113.23         1028 (60001) -> telnet"
	assert_line "udp  04:57.40 192.168.1.3          203.0.113.53         1027 (60000) -> domain"
	run -0 tcpdump -n -r out.pcap
	assert_line --partial "203.0.113.20.60000 > 203.0.113.53.53"
	assert_line --partial "203.0.113.20.60001 > 203.0.113.23.23: Flags [S]"
	run -0 ipfw -n list accounting
	assert_line "      3	   136 	all   anywhere            anywhere            "
	assert_line "      3	   159 	all   anywhere            192.168.1.0/24      "
}

@test "a saved listing through fwcompat proc --from" {
	mkdir saved
	printf '%s\n' "Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta Expires (free=4095,4096,4096)" \
		"UDP C0A80102:0403 C6336435:0035 EE48 00000000      0      0   29500" \
		>saved/ip_masquerade
	run -0 fwcompat proc --from saved -- ipfwadm -M -l -n
	assert_line "udp  04:55.00 192.168.1.2          198.51.100.53        1027 (61000) -> 53"
}
