# ipchains, ipchains-save, ipchains-restore: what a user types.

# shellcheck disable=SC2154 # bats sets stderr, stderr_lines
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
load host
load view

hint="Try \`ipchains -h' or 'ipchains --help' for more information."

@test "a masquerading gateway in five lines" {
	ipchains -P forward DENY
	ipchains -A forward -s 192.168.1.0/24 -j MASQ
	ipchains -N ppp-in
	ipchains -A input -i ppp0 -j ppp-in
	ipchains -A ppp-in -p tcp --dport www -y -l -j REJECT
	run --separate-stderr -0 ipchains -L
	assert_equal "$stderr" ""
	assert_output "Chain input (policy ACCEPT):
target     prot opt     source                destination           ports
ppp-in     all  ------  anywhere             anywhere              n/a
Chain forward (policy DENY):
target     prot opt     source                destination           ports
MASQ       all  ------  192.168.1.0/24       anywhere              n/a
Chain output (policy ACCEPT):
Chain ppp-in (1 references):
target     prot opt     source                destination           ports
REJECT     tcp  -y--l-  anywhere             anywhere              any ->   http"
	run -0 ipchains -C input -i ppp0 -p tcp -y -s 10.0.0.1 1025 -d 10.0.0.2 80
	assert_output rejected
}

@test "the three ways to fail, and their status" {
	run --separate-stderr -2 ipchains -A input -p frob
	assert_equal "$output" ""
	assert_equal "$stderr" "ipchains: unknown protocol \`frob' specified
$hint"
	run --separate-stderr -1 ipchains -A nosuch
	assert_equal "$output" ""
	assert_equal "$stderr" "ipchains: No target by that name"
	mkdir -p proc/net
	: >proc/net/ip_masquerade
	FWCOMPAT_PROC="$PWD/proc" run --separate-stderr -3 ipchains -M -L
	assert_equal "$stderr" "ipchains: unexpected input from \`/proc/net/ip_masquerade'
Perhaps ipchains or your kernel need to be upgraded."
}

@test "usage errors bear the name the tool was called by, refusals do not" {
	local tool
	tool=$(command -v ipchains)
	run --separate-stderr -2 "$tool" -Q
	assert_equal "$stderr" "$tool: invalid option -- Q
Try \`$tool -h' or '$tool --help' for more information."
	run --separate-stderr -1 "$tool" -F nosuch
	assert_equal "$stderr" "ipchains: No chain by that name"
}

@test "all calls of a command are made, though one fails" {
	ipchains -N one
	ipchains -A input -j one
	ipchains -N two
	run --separate-stderr -1 ipchains -X
	assert_equal "$stderr" "ipchains: Device or resource busy"
	run -0 ipchains -L
	assert_line "Chain one (1 references):"
	refute_line --partial "Chain two"
}

@test "a wildcard interface printed with -v is sent with its plus" {
	ipchains -A input -v -i 123456789012345+ -t 01 10 -j DENY
	run -0 ipchains -L input -n -v
	assert_line --index 2 --regexp '0x00 0x10  123456789012345\+  '
	ipchains -F
	ipchains -A input -b -v -i eth+ -s 10.0.0.1
	run -0 ipchains -L input -n -v
	assert_line --index 2 --partial ' eth++ '
	assert_line --index 3 --partial ' eth+++ '
}

@test "a listing of what another file shows" {
	mkdir -p proc/net
	echo 'input DENY 1 0 12345678 2 705032704' >proc/net/ip_fwnames
	echo '    input 00000000/00000000->0A000000/FF000000 - 10 0 0 0 5 0 400 0-65535 0-65535 AFF X00 00000000 0 0 -' \
		>proc/net/ip_fwchains
	FWCOMPAT_PROC="$PWD/proc" run -0 ipchains -L -n -v -x
	assert_line --index 0 'Chain input (policy DENY: 12345678 packets, 9294967296 bytes):'
	assert_line --index 2 --regexp '^       5        400 -  .* 10\.0\.0\.0/8 '
}

@test "looking changes nothing: another era's tool may still come" {
	ipchains -L >/dev/null
	ipchains -C input -p all -s 1.1.1.1 -d 2.2.2.2 -i lo
	ipfwadm -I -p deny
	run -0 ipfwadm -I -l
	assert_output "IP firewall input rules, default policy: deny"
}

@test "a host of another era is left alone, with the way out" {
	ipfwadm -I -p deny
	run --separate-stderr -1 ipchains -P input DENY
	assert_regex "$stderr" "^ipchains: .*fwcompat reset --era 2\.2"
	run --separate-stderr -1 ipchains-save
	assert_regex "$stderr" "^ipchains: .*fwcompat reset --era 2\.2"
	run -0 ipchains -M -L
	assert_output "IP masquerading entries"
}

# Rules of every kind.
many_rules() {
	ipchains -N one
	ipchains -N two
	ipchains -P forward MASQ
	ipchains -A input -p tcp -s ! 10.0.0.0/8 ! 1024: -d 192.0.2.1 www -i eth+ -j one
	ipchains -A input -p udp -j REDIRECT 53
	ipchains -A input -p tcp -j REDIRECT
	ipchains -A input -i ! "" -f -j two
	ipchains -A one -p icmp --icmp-type host-unreachable -j DENY -l
	ipchains -A one -p ! 47 -i ! ppp0 -m 7 -o
	ipchains -A two -p tcp ! -y ! -f -m -3 -o 64 -t 01 10
	ipchains -A two -s 10.1.0.3/255.255.0.255 -j RETURN
	ipchains -A two -p 47 -s 10.1.0.3 ! : -d 10.1.0.4 ! :
}

@test "what was saved is restored, and saved again the same" {
	many_rules
	run --separate-stderr -0 ipchains-save
	assert_equal "$stderr" "Saving \`input'.
Saving \`forward'.
Saving \`output'.
Saving \`one'.
Saving \`two'."
	echo "$output" >saved
	assert_line --index 1 ":forward MASQ"
	assert_line --index 3 ":one -"
	assert_line --index 5 -- "-A input -s ! 10.0.0.0/255.0.0.0 ! 1024:65535 -d 192.0.2.1/255.255.255.255 80:80 -i eth+ -p 6 -j one"
	fwcompat reset
	run --separate-stderr -0 ipchains-restore <saved
	assert_equal "$stderr" ""
	assert_output "Restoring \`input'.
Restoring \`forward'.
Restoring \`output'.
Restoring \`one'.
Restoring \`two'."
	ipchains-save 2>/dev/null | diff saved -
}

@test "one chain alone, and its rules shown" {
	many_rules
	run --separate-stderr -0 ipchains-save two -v
	assert_output ":two -
-A two -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -p 6 ! -y ! -f -o 64 -t 01 10 -m +4294967293
-A two -s 10.1.0.3/255.255.0.255 -d 0.0.0.0/0.0.0.0 -j RETURN
-A two -s 10.1.0.3/255.255.255.255 ! : -d 10.1.0.4/255.255.255.255 ! : -p 47"
	assert_equal "$stderr" "Saving \`two'.
$(echo "$output" | sed 1d)"
	run --separate-stderr -1 ipchains-save nosuch
	assert_equal "$stderr" "ipchains: No chain by that name"
	run --separate-stderr -2 ipchains-save one two
	assert_regex "$stderr" "^usage: "
}

@test "a restore that meets an error leaves everything as it was" {
	many_rules
	ipchains-save >before 2>/dev/null
	printf '%s\n' ':input DENY' ':new -' '-A new -j DENY' '# fine' \
		'-A input -j nosuch' '-A new -j nosuch' >rules
	run --separate-stderr -1 ipchains-restore rules
	assert_output ""
	assert_equal "$stderr" "rules:5: No target by that name
rules:6: No target by that name"
	ipchains-save 2>/dev/null | diff before -
	echo '-A input -p frob' >>rules
	run --separate-stderr -1 ipchains-restore - <rules
	assert_equal "$stderr" "stdin:7: unknown protocol \`frob' specified"
	run --separate-stderr -1 ipchains-restore nosuch
	assert_equal "$stderr" "ipchains-restore: nosuch: No such file or directory"
	run --separate-stderr -2 ipchains-restore -z
	assert_regex "$stderr" "usage: ipchains-restore"
}

@test "a test of a text changes nothing" {
	many_rules
	ipchains-save >before 2>/dev/null
	run --separate-stderr -0 ipchains-restore --test before
	assert_equal "$output$stderr" ""
	ipchains-save 2>/dev/null | diff before -
	echo "-A one -j nosuch" >>before
	run --separate-stderr -1 ipchains-restore --test before
	assert_equal "$stderr" "before:15: No target by that name"
}

@test "rules are added to built-in chains" {
	ipchains -A input -s 10.0.0.1 -j DENY
	echo '-A input -s 10.0.0.2 -j DENY' | ipchains-restore
	run -0 ipchains -L input -n --line-numbers
	assert_line --index 2 --partial 10.0.0.1
	assert_line --index 3 --partial 10.0.0.2
}

@test "a text in place of what is there, all or nothing" {
	many_rules
	ipchains-save >wanted 2>/dev/null
	ipchains -A input -s 10.0.0.1 -j DENY
	ipchains -N other
	ipchains -A other -j ACCEPT
	ipchains -A output -j other
	ipchains-save >before 2>/dev/null
	run --separate-stderr -1 ipchains-restore --replace - <<<'-A other -j DENY'
	assert_equal "$stderr" 'stdin:1: No target by that name'
	ipchains-save 2>/dev/null | diff before -
	ipchains-restore --replace wanted
	ipchains-save 2>/dev/null | diff wanted -
}

@test "a chain that is there is skipped where nobody can be asked" {
	printf '%s\n' ':one -' '-A one -s 10.0.0.1' '-A input -j one' >rules
	ipchains -N one
	run --separate-stderr -0 setsid -w ipchains-restore rules
	assert_output "Restoring \`one'.
Skipping \`one'."
	run -0 ipchains-save one
	refute_output --partial 10.0.0.1
	run -0 ipchains-save input
	assert_output --partial "-j one"
}

@test "a chain that is there is flushed with -f, or when told so" {
	printf '%s\n' ':one -' '-A one -s 10.0.0.1' >rules
	ipchains -N one
	ipchains -A one -s 10.0.0.9
	run -0 ipchains-restore -f rules
	assert_output "Restoring \`one'.
Flushing \`one'."
	run -0 ipchains-save one
	refute_output --partial 10.0.0.9
	ipchains -A one -s 10.0.0.9
	run -0 script -qec 'ipchains-restore rules' /dev/null <<<f
	assert_output --partial "Chain \`one' already exists. Skip or flush? [S/f]?"
	run -0 ipchains-save one
	refute_output --partial 10.0.0.9
	assert_output --partial 10.0.0.1
}

@test "chains that nobody made are made with -p" {
	echo '-A new -j other' >rules
	run -1 ipchains-restore rules
	run -0 ipchains-restore -p -v rules
	assert_output "-A new -j other
Creating \`new'.
Creating \`other'."
	run -0 ipchains -L
	assert_line "Chain other (1 references):"
}

@test "five thousand rules are restored in well under a second of the processor" {
	awk 'BEGIN {
		print ":input DENY"
		for (i = 0; i < 5000; i++)
			printf "-A input -s 10.%d.%d.0/255.255.255.0 -d 0.0.0.0/0.0.0.0 80:80 -p 6 -j ACCEPT\n", i / 256, i % 256
	}' >rules
	run -0 bash -c 'ulimit -t 1; ipchains-restore rules'
	ipchains-save input 2>/dev/null | diff rules -
}

@test "a full disk is told" {
	many_rules
	run -1 bash -c 'ipchains-save 2>&1 >/dev/full'
	assert_line "ipchains-save: cannot write the rules"
}

@test "the forwarding warning needs a terminal to be read at" {
	need_view
	fwcompat run sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
	run -0 ipchains -A forward -j DENY </dev/null
	assert_output ""
	run -0 script -qec 'ipchains -A forward -j DENY' /dev/null
	assert_output --partial "Warning: you must enable IP forwarding"
	run -0 script -qec 'ipchains --no-warnings -A forward -j DENY' /dev/null
	assert_output ""
}
