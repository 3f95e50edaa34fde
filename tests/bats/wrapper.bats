# ipfwadm on a host of chains: ipfwadm-wrapper, and ipfwadm itself there.
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

# shellcheck disable=SC2154 # bats sets stderr, stderr_lines
load host

@test "the lists are chains of their own, policies the built-in chains'" {
	ipfwadm-wrapper -I -p deny
	ipfwadm-wrapper -I -a accept -P tcp -S 10.0.0.0/8 -D 0/0 80 -o
	ipfwadm-wrapper -F -p deny
	ipfwadm-wrapper -F -a m -S 192.168.1.0/24 -W ppp0
	ipfwadm-wrapper -O -a reject -P udp -D 192.0.2.1 53
	run -0 ipchains -L -n
	assert_output "Chain input (policy DENY):
target     prot opt     source                destination           ports
inp        all  ------  0.0.0.0/0            0.0.0.0/0             n/a
Chain forward (policy DENY):
target     prot opt     source                destination           ports
fwd        all  ------  0.0.0.0/0            0.0.0.0/0             n/a
Chain output (policy ACCEPT):
target     prot opt     source                destination           ports
out        all  ------  0.0.0.0/0            0.0.0.0/0             n/a
Chain inp (1 references):
target     prot opt     source                destination           ports
ACCEPT     tcp  ----l-  10.0.0.0/8           0.0.0.0/0             * ->   80
Chain fwd (1 references):
target     prot opt     source                destination           ports
MASQ       all  ------  192.168.1.0/24       0.0.0.0/0             n/a
Chain out (1 references):
target     prot opt     source                destination           ports
REJECT     udp  ------  0.0.0.0/0            192.0.2.1             * ->   53"
}

@test "listings look like ipfwadm's" {
	ipfwadm-wrapper -F -a m -S 192.168.1.0/24 -W ppp0
	run --separate-stderr -0 ipfwadm-wrapper -F -l
	assert_equal "$stderr" ""
	assert_output "IP firewall forward rules, default policy: accept
type  prot source               destination          ports
acc/m all  192.168.1.0/24       anywhere             n/a"
	ipfwadm-wrapper -F -p masquerade
	run -0 ipfwadm-wrapper -F -l
	assert_line --index 0 "IP firewall forward rules, default policy: accept/masquerade"
	ipchains -A fwd -p 47 -j DENY
	run --separate-stderr -0 ipfwadm-wrapper -F -l
	assert_equal "$stderr" "ipfwadm-wrapper: 1 rules that only ipchains can list are left out"
}

@test "several ports become several rules, and go again together" {
	ipfwadm-wrapper -I -a accept -P tcp -S 10.0.0.1 1:2 5 -D 10.0.0.2 80 443 -b
	run --separate-stderr -0 ipchains-save inp
	assert_output - <<-END
	:inp -
	-A inp -s 10.0.0.1/255.255.255.255 1:2 -d 10.0.0.2/255.255.255.255 80:80 -p 6 -j ACCEPT
	-A inp -s 10.0.0.2/255.255.255.255 80:80 -d 10.0.0.1/255.255.255.255 1:2 -p 6 -j ACCEPT
	-A inp -s 10.0.0.1/255.255.255.255 1:2 -d 10.0.0.2/255.255.255.255 443:443 -p 6 -j ACCEPT
	-A inp -s 10.0.0.2/255.255.255.255 443:443 -d 10.0.0.1/255.255.255.255 1:2 -p 6 -j ACCEPT
	-A inp -s 10.0.0.1/255.255.255.255 5:5 -d 10.0.0.2/255.255.255.255 80:80 -p 6 -j ACCEPT
	-A inp -s 10.0.0.2/255.255.255.255 80:80 -d 10.0.0.1/255.255.255.255 5:5 -p 6 -j ACCEPT
	-A inp -s 10.0.0.1/255.255.255.255 5:5 -d 10.0.0.2/255.255.255.255 443:443 -p 6 -j ACCEPT
	-A inp -s 10.0.0.2/255.255.255.255 443:443 -d 10.0.0.1/255.255.255.255 5:5 -p 6 -j ACCEPT
	END
	ipfwadm-wrapper -I -d accept -P tcp -S 10.0.0.1 1:2 5 -D 10.0.0.2 80 443 -b
	run --separate-stderr -0 ipchains-save inp
	assert_output ":inp -"
}

@test "what cannot be deleted whole is not touched" {
	ipfwadm-wrapper -I -a accept -P tcp -D 10.0.0.2 80
	run --separate-stderr -1 ipfwadm-wrapper -I -d accept -P tcp -D 10.0.0.2 80 443
	assert_equal "$stderr" "ipchains: bad rule (does a matching rule exist in that chain?)"
	run --separate-stderr -0 ipchains-save inp
	assert_line --partial 80:80
}

@test "accounting comes first, in every order of commands" {
	ipchains -A input -s 9.9.9.9 -j DENY
	ipfwadm-wrapper -I -a deny -S 10.0.0.1
	ipfwadm-wrapper -A both -a -S 10.0.0.2
	ipfwadm-wrapper -A in -a -S 10.0.0.3
	ipfwadm-wrapper -A out -a -S 10.0.0.4
	run --separate-stderr -0 ipchains-save input
	assert_output - <<-END
	:input ACCEPT
	-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -j acctin
	-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -j acctboth
	-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 -j inp
	-A input -s 9.9.9.9/255.255.255.255 -d 0.0.0.0/0.0.0.0 -j DENY
	END
	run --separate-stderr -0 ipchains-save output
	assert_line --index 1 --partial "-j acctout"
	assert_line --index 2 --partial "-j acctboth"
	run -0 ipfwadm-wrapper -A -l -n
	assert_line --index 0 "IP accounting rules"
	assert_line --regexp 'in  +all +10\.0\.0\.3'
	assert_line --regexp 'out +all +10\.0\.0\.4'
	assert_line --regexp 'i/o +all +10\.0\.0\.2'
	ipfwadm-wrapper -A -f
	run -0 ipfwadm-wrapper -A -l -n
	assert_output "IP accounting rules"
}

@test "a jump that somebody flushed comes back" {
	ipfwadm-wrapper -I -a deny -S 10.0.0.1
	ipchains -F input
	ipfwadm-wrapper -I -i accept -S 10.0.0.2
	run -0 ipchains -C input -p all -s 10.0.0.1 -d 10.0.0.9 -i lo
	assert_output denied
}

@test "a packet is checked by the way it would go" {
	ipfwadm-wrapper -I -p deny
	ipfwadm-wrapper -I -a accept -P tcp -D 0/0 80
	ipfwadm-wrapper -I -a reject -P icmp -S 0/0 8
	run -0 ipfwadm-wrapper -I -c -P tcp -S 10.0.0.1 5 -D 10.0.0.2 80 -W eth0 -V 10.0.0.2
	assert_output "packet accepted"
	run -0 ipfwadm-wrapper -I -c -P udp -S 10.0.0.1 5 -D 10.0.0.2 80 -W eth0 -V 10.0.0.2
	assert_output "packet denied"
	run -0 ipfwadm-wrapper -I -c -P icmp -S 10.0.0.1 8 -D 10.0.0.2 -W eth0 -V 10.0.0.2
	assert_output "packet rejected"
}

@test "an address stands for the interface that has it" {
	fwcompat host if eth0 192.0.2.1/24
	run -0 ipfwadm-wrapper -I -a deny -V 192.0.2.1
	assert_output "Warning: -V 192.0.2.1 is taken as -W eth0"
	run --separate-stderr -0 ipchains-save inp
	assert_line --partial "-i eth0"
	run --separate-stderr -1 ipfwadm-wrapper -I -a deny -V 192.0.2.2
	assert_equal "$stderr" "ipfwadm-wrapper: no interface has the address of -V"
}

@test "what chains cannot do is refused in ipchains's words" {
	run --separate-stderr -2 ipfwadm-wrapper -I -a deny -k
	assert_equal "${stderr_lines[0]}" "ipchains: -y only allowed with TCP protocol"
	run --separate-stderr -2 ipfwadm-wrapper -I -a accept -r 80
	assert_equal "${stderr_lines[0]}" "ipchains: redirecting only allowed with TCP or UDP"
	run -0 ipchains -L
	refute_line --partial "Chain inp ("
}

@test "ipfwadm's own errors stay its own" {
	run --separate-stderr -2 ipfwadm-wrapper -I -a bogus
	assert_equal "${stderr_lines[0]}" 'ipfwadm-wrapper: invalid policy "bogus" specified'
	run -0 ipfwadm-wrapper -h
	assert_line --regexp '^Usage: ipfwadm-wrapper '
}

@test "masquerading is listed and timed as ever" {
	ipchains -A forward -j MASQ
	run -0 ipfwadm -M -l
	assert_output "IP masquerading entries"
	ipfwadm -M -s 7200 60 160
}

@test "ipfwadm is the wrapper where ipchains made rules" {
	ipchains -A input -s 9.9.9.9 -j DENY
	ipfwadm -I -a deny -S 10.0.0.1
	run -0 ipfwadm -I -l -n
	assert_line --index 2 --regexp '^deny +all +10\.0\.0\.1 '
	run -0 ipchains -C input -p all -s 10.0.0.1 -d 10.0.0.9 -i lo
	assert_output denied
	ipfwadm -I -l -z >/dev/null
	ipfwadm -I -f
	run -0 ipfwadm -I -l
	assert_output "IP firewall input rules, default policy: accept"
}
