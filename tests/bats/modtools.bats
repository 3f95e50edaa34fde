# insmod, modprobe, rmmod, lsmod, depmod of the emulated kernel.

# shellcheck disable=SC2154 # bats sets stderr, stderr_lines
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own
load host

setup() {
	own_host
	# No tool of the machine's is asked.
	export FWCOMPAT_REALTOOL=1
	PATH=$(dirname "$(command -v fwcompat)")/../libexec/fwcompat:$PATH
}

@test "insmod is silent, and refuses a second time" {
	run --separate-stderr insmod ip_masq_ftp
	assert_success
	assert_equal "$output$stderr" ""
	run --separate-stderr -1 insmod ip_masq_ftp
	assert_equal "$output" ""
	assert_equal "$stderr" "insmod: a module named ip_masq_ftp already exists"
}

@test "insmod takes files of any directory" {
	insmod ./ip_masq_irc.o ports=6667
	insmod /lib/modules/2.2.26/ipv4/ip_masq_ftp.o
	run lsmod
	assert_line --regexp '^ip_masq_irc '
	assert_line --regexp '^ip_masq_ftp '
}

@test "insmod names the file whose parameter is wrong" {
	run --separate-stderr -1 insmod ip_masq_ftp port=21
	assert_equal "$stderr" \
		"/lib/modules/2.2.26/ipv4/ip_masq_ftp.o: invalid parameter parm_port"
	run --separate-stderr -1 insmod ./ip_masq_irc.o ports=1,2,3,4,5,6,7,8,9,10,11,12,13
	assert_equal "$stderr" "./ip_masq_irc.o: too many values for ports (max 12)"
	run lsmod
	refute_line --partial ip_masq
}

@test "insmod of a module that does not start" {
	run --separate-stderr -1 insmod ip_masq_ftp mark=16777216
	assert_equal "${stderr_lines[0]}" \
		"/lib/modules/2.2.26/ipv4/ip_masq_ftp.o: init_module: Device or resource busy"
	assert_equal "${#stderr_lines[@]}" 2
}

@test "insmod of an unknown module" {
	run --separate-stderr -1 insmod ip_masq_nothing
	assert_equal "$stderr" "insmod: ip_masq_nothing: no module by that name found"
}

@test "modprobe is silent also where the module is loaded" {
	modprobe ip_masq_raudio ports=554,7070,7071
	run --separate-stderr modprobe ip_masq_raudio
	assert_success
	assert_equal "$output$stderr" ""
}

@test "modprobe takes ports without a name for a module" {
	run --separate-stderr -255 modprobe ip_masq_quake 26000,27000
	assert_equal "$stderr" "modprobe: Can't locate module 26000,27000"
	run lsmod
	assert_line --regexp '^ip_masq_quake '
}

@test "modprobe of several modules with their parameters" {
	modprobe ip_masq_ftp ports=21,2021 ip_masq_irc ports=6668
	run lsmod
	assert_line --regexp '^ip_masq_irc '
	assert_line --regexp '^ip_masq_ftp '
}

@test "modprobe -a -t takes a pattern" {
	modprobe -a -t ipv4 '*'
	run lsmod
	assert_equal "${#lines[@]}" 11
	modprobe -r ip_masq_vdolive
	run lsmod
	assert_equal "${#lines[@]}" 10
}

@test "modprobe of a driver that a modern kernel has anyway" {
	run --separate-stderr modprobe ppp
	assert_success
	assert_equal "$output$stderr" ""
	run --separate-stderr -255 modprobe nosuch
	assert_equal "$stderr" "modprobe: Can't locate module nosuch"
}

@test "modprobe tells what insmod said, and of which file" {
	run --separate-stderr -255 modprobe ip_masq_irc port=6668
	assert_equal "$output" ""
	assert_equal "$stderr" "\
/lib/modules/2.2.26/ipv4/ip_masq_irc.o: invalid parameter parm_port
modprobe: insmod /lib/modules/2.2.26/ipv4/ip_masq_irc.o failed
modprobe: insmod ip_masq_irc failed"
}

@test "rmmod says what is not loaded" {
	modprobe ip_masq_ftp
	run --separate-stderr rmmod ip_masq_ftp
	assert_success
	assert_equal "$output$stderr" ""
	run --separate-stderr -1 rmmod ip_masq_ftp
	assert_equal "$stderr" "rmmod: module ip_masq_ftp is not loaded"
}

@test "rmmod leaves a module that is in use" {
	ipmasqadm portfw -a -P tcp -L 192.0.2.1 80 -R 10.0.0.1 80
	run --separate-stderr -1 rmmod ip_masq_portfw
	assert_equal "$stderr" "ip_masq_portfw: Device or resource busy"
	rmmod -a
	run lsmod
	assert_line "ip_masq_portfw          2404   1  (autoclean)"
	ipmasqadm portfw -f
	rmmod -a
	run lsmod
	refute_line --partial ip_masq_portfw
}

@test "lsmod lists the newest first" {
	modprobe ip_masq_ftp
	modprobe ip_masq_irc
	run --separate-stderr lsmod
	assert_equal "${lines[0]}" "Module                  Size  Used by"
	assert_equal "${lines[1]}" "ip_masq_irc             1924   0  (unused)"
	assert_equal "${lines[2]}" "ip_masq_ftp             3576   0  (unused)"
}

@test "lsmod of a 2.0 host counts pages" {
	modprobe ip_masq_ftp
	ipautofw -F
	run --separate-stderr lsmod
	assert_equal "${lines[0]}" "Module:        #pages:  Used by:"
	assert_equal "${lines[1]}" $'ip_masq_ftp        1\t\t0'
}

@test "depmod has nothing to say" {
	run --separate-stderr depmod -a
	assert_success
	assert_equal "$output$stderr" ""
}
