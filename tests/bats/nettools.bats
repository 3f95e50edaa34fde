#!/usr/bin/env bats
# ifconfig and route of the emulated host.

# shellcheck disable=SC2154 # stderr is what run sets

load host

setup() {
	own_host
	PATH=$(dirname "$(command -v fwcompat)")/../libexec/fwcompat:$PATH
	fwcompat host if eth0 192.168.1.1/24
}

@test "interfaces are listed as scripts cut them up" {
	ifconfig ppp0 10.0.0.1 pointopoint 10.0.0.254
	run -0 ifconfig eth0
	assert_line --index 0 --regexp '^eth0      Link encap:Ethernet  HWaddr '
	assert_line --index 1 '          inet addr:192.168.1.1  Bcast:192.168.1.255  Mask:255.255.255.0'
	assert_line --index 2 '          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1'
	run -0 ifconfig
	assert_line --regexp '^lo        Link encap:Local Loopback'
	assert_line --regexp '^ppp0      Link encap:Point-to-Point Protocol'
	assert_line '          inet addr:10.0.0.1  P-t-P:10.0.0.254  Mask:255.255.255.255'
}

@test "addresses without a mask have their class's" {
	ifconfig eth1 10.1.2.3
	ifconfig eth2 172.16.0.1 netmask 255.255.255.0 broadcast 172.16.0.255 up
	run -0 fwcompat host
	assert_line 'if eth1 10.1.2.3/8'
	assert_line 'if eth2 172.16.0.1/24'
	ifconfig eth1 netmask 255.255.0.0
	run -0 fwcompat host
	assert_line 'if eth1 10.1.2.3/16'
}

@test "interfaces that are not there, and addresses that are none" {
	run --separate-stderr -1 ifconfig eth7
	assert_equal "$stderr" 'eth7: error fetching interface information: Device not found'
	run --separate-stderr -1 ifconfig eth7 no.such.host
	assert_equal "$stderr" 'no.such.host: Unknown host'
	run --separate-stderr -255 ifconfig eth7 up
	assert_equal "$stderr" 'SIOCSIFFLAGS: No such device'
	run -0 ifconfig eth0 up
}

@test "the other end of a line is a route of 2.2" {
	ifconfig ppp0 10.0.0.1 pointopoint 10.0.0.254
	run -0 fwcompat host
	assert_line 'if ppp0 10.0.0.1/32 ppp 10.0.0.254'
	assert_line 'route 10.0.0.254/32 ppp0'
	fwcompat reset --era 2.0
	fwcompat host if ppp0 10.0.0.1/32 ppp 10.0.0.254
	run -0 fwcompat host
	assert_line 'if ppp0 10.0.0.1/32 ppp 10.0.0.254'
	refute_line --partial route
}

@test "what goes down loses its routes, what comes up has those to its networks" {
	route add default gw 192.168.1.254
	ifconfig eth0 down
	run -0 fwcompat host
	assert_line 'if eth0 192.168.1.1/24 down'
	refute_line --partial route
	run -0 ifconfig
	refute_line --partial eth0
	run -0 ifconfig -a
	assert_line '          BROADCAST MULTICAST  MTU:1500  Metric:1'
	ifconfig eth0 up
	run -0 fwcompat host
	assert_line 'if eth0 192.168.1.1/24'
	assert_line 'route 192.168.1.0/24 eth0'
	refute_line --partial default
	ifconfig eth0:1 192.168.7.1
	ifconfig eth0:1 down
	run -0 fwcompat host
	refute_line --partial eth0:1
}

@test "an interface without an address has no routes" {
	ifconfig eth1 0.0.0.0
	run -0 fwcompat host
	refute_line --partial 'route 0.0.0.0'
	run -0 ifconfig eth1
	refute_line --partial 'inet addr'
}

@test "a script may make the routes that the kernel made before" {
	route add -net 192.168.1.0 netmask 255.255.255.0 eth0
	route add default gw 192.168.1.254
	run --separate-stderr -7 route add default gw 192.168.1.254
	assert_equal "$stderr" 'SIOCADDRT: File exists'
}

@test "routes are added, found by address, listed and deleted" {
	route add default gw 192.168.1.254
	route add -net 172.20.0.0 gw 192.168.1.253 metric 1
	route add -host 172.21.0.9 dev eth0
	route add -net 10.9.0.0 netmask 255.255.0.0 eth0
	run -0 route -n
	assert_line --index 0 'Kernel IP routing table'
	assert_line '0.0.0.0         192.168.1.254   0.0.0.0         UG    0      0        0 eth0'
	assert_line '172.20.0.0      192.168.1.253   255.255.0.0     UG    0      0        0 eth0'
	assert_line '172.21.0.9      0.0.0.0         255.255.255.255 UH    0      0        0 eth0'
	assert_line '10.9.0.0        0.0.0.0         255.255.0.0     U     0      0        0 eth0'
	run -0 route
	assert_line 'default         192.168.1.254   0.0.0.0         UG    0      0        0 eth0'
	route del default
	route del -net 172.20.0.0
	route del -host 172.21.0.9
	run -0 route -n
	refute_line --regexp '^(0\.0\.0\.0|172)'
}

@test "routes that cannot be" {
	run --separate-stderr -7 route add default gw 10.0.0.1
	assert_equal "$stderr" 'SIOCADDRT: Network is unreachable'
	run --separate-stderr -7 route add default dev ppp9
	assert_equal "$stderr" 'SIOCADDRT: No such device'
	run --separate-stderr -7 route add -net 10.1.2.3 netmask 255.0.0.0 dev eth0
	assert_equal "$stderr" 'SIOCADDRT: Invalid argument'
	run --separate-stderr -7 route del default
	assert_equal "$stderr" 'SIOCDELRT: No such process'
	run --separate-stderr -4 route add
	run --separate-stderr -4 route frob default
	run --separate-stderr -4 route add default gw
}
