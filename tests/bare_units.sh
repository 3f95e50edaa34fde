#!/bin/sh
# What bare.sh runs in a machine that it boots: the units under systemd, with
# Debian's kernel. As `packages' it prints what the system needs, as `prepare' it
# makes the disk ready; then a unit runs it at each boot. Prints TAP.
#
#	boot 1	the netfilter backend: rules saved by ipchains-save, log lines
#	boot 2	the engine: an old script, packets carried; and the purge
# shellcheck disable=SC2317 # functions are called by name
set -u
conf=/etc/fwcompat.conf
saved=/etc/ipchains.rules
rc=/etc/rc.d/rc.firewall

packages() {
	echo systemd-sysv,udev,ifupdown,iproute2,iputils-ping,netbase,procps,\
kmod,netcat-openbsd,initramfs-tools,linux-image-amd64
}

# Names what the next boot is about.
next_boot() {
	echo "$1" >/root/boot
}

# Two networks at the machine, each with another host; and a witness of what
# there was before the first interface came up.
networks() {
	cat >/etc/network/interfaces <<'END'
auto lan0
iface lan0 inet static
	address 192.168.1.1/24
	pre-up ip netns add inside
	pre-up ip link add lan0 type veth peer name eth0 netns inside
	post-up ip -n inside link set eth0 up
	post-up ip -n inside address add 192.168.1.3/24 dev eth0
	post-up ip -n inside route add default via 192.168.1.1
	post-up ip -n inside address add 10.0.0.3/32 dev eth0
auto wan0
iface wan0 inet static
	address 203.0.113.5/24
	pre-up ip netns add outside
	pre-up ip link add wan0 type veth peer name eth0 netns outside
	post-up ip -n outside link set eth0 up
	post-up ip -n outside address add 203.0.113.9/24 dev eth0
END
	cat >/etc/network/if-pre-up.d/witness <<'END'
#!/bin/sh
[ "$IFACE" = lan0 ] || exit 0
{
	ipchains -L -n
	cat /proc/net/netfilter/nfnetlink_queue /proc/net/netfilter/nf_log
} >/root/seen 2>&1
exit 0
END
	chmod 755 /etc/network/if-pre-up.d/witness
}

prepare() {
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update
	apt-get -q -y --no-install-recommends install /root/old.deb || exit
	# Emulated, every module more would be waited for.
	printf '%s\n' virtio_pci virtio_blk ext4 >>/etc/initramfs-tools/modules
	echo 'MODULES=list' >/etc/initramfs-tools/conf.d/list
	update-initramfs -u
	networks
	cat >/etc/systemd/system/tests.service <<'END'
[Unit]
After=multi-user.target networking.service
[Service]
ExecStart=/bin/sh /root/inside.sh
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=file:/dev/ttyS1
StandardError=file:/dev/ttyS1
[Install]
WantedBy=graphical.target
END
	cat >"$saved" <<'END'
:input ACCEPT
:forward DENY
:output ACCEPT
-A input -s 10.0.0.0/255.0.0.0 -d 0.0.0.0/0.0.0.0 -i lan0 -j DENY -l
-A forward -s 192.168.1.0/255.255.255.0 -d 0.0.0.0/0.0.0.0 -i wan0 -j MASQ
END
	printf 'backend = netfilter\nscript = %s\n' "$saved" >"$conf"
	systemctl enable tests fwcompat-restore fwcompat-logd
	next_boot netfilter
} >/root/prepare.log 2>&1

# Whether the rest does, at last.
until_ok() {
	tries=60
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.5
	done
}

property() {
	systemctl show -P "$2" "fwcompat-$1"
}

active() {
	[ "$(systemctl is-active "fwcompat-$1")" = active ]
}

# The unit was ready before the network was begun with.
before_network() {
	echo "ready $(property "$1" ActiveEnterTimestampMonotonic)"
	echo "network $(systemctl show -P InactiveExitTimestampMonotonic networking)"
	[ "$(property "$1" ActiveEnterTimestampMonotonic)" -lt \
		"$(systemctl show -P InactiveExitTimestampMonotonic networking)" ]
}

no_cycle() {
	! journalctl -b --no-pager | grep -i 'ordering cycle'
}

# (Others may have waited too long for an emulated machine.)
none_failed() {
	! systemctl list-units --failed --plain --no-legend 'fwcompat*' \
		networking.service | grep .
}

seen() {
	cat /root/seen
	grep -q "$1" /root/seen
}

inside() {
	ip netns exec inside "$@"
}

outside() {
	ip netns exec outside "$@"
}

carried() {
	inside ping -c 1 -W 5 203.0.113.9
}

not_carried() {
	! inside ping -c 1 -W 2 203.0.113.9
}

# A packet that a rule logs; what of the journal is newer than it tells of it.
logged() {
	since=$(journalctl --show-cursor -n 0 | sed -n 's/^-- cursor: //p')
	inside ping -c 1 -W 1 -I 10.0.0.3 192.168.1.1
	until_ok in_journal "$since" \
		'Packet log: input DENY lan0 PROTO=1 10\.0\.0\.3'
}

in_journal() {
	journalctl --after-cursor "$1" --no-pager | grep "$2"
}

# The unit's process is killed, and soon there is another.
killed() {
	pid=$(property "$1" MainPID)
	kill -9 "$pid"
	until_ok another "$1" "$pid" && until_ok active "$1"
}

another() {
	[ "$(property "$1" MainPID)" != "$2" ] && [ "$(property "$1" MainPID)" != 0 ]
}

reloaded() {
	pid=$(property "$1" MainPID)
	systemctl reload "fwcompat-$1" && active "$1" &&
		[ "$(property "$1" MainPID)" = "$pid" ]
}

# Rules cannot be made: the unit has failed, and its status says $1.
says() {
	! systemctl restart fwcompat-restore || return 1
	systemctl status --no-pager -l fwcompat-restore >/root/status
	cat /root/status
	grep -q "$1" /root/status
}

saved_badly() {
	sed '4s/DENY/NOWHERE/' "$saved" >/root/bad.rules
	sed -i 's:^script.*:script = /root/bad.rules:' "$conf"
	says '/root/bad\.rules:4: '
}

script_badly() {
	printf '%s\n' '#!/bin/sh' 'ipchains -P forward DENY' \
		'ipchains -A inptu -j DENY' >/root/bad.sh
	sed -i 's:^script.*:script = /root/bad.sh:' "$conf"
	says '/root/bad\.sh:3: '
}

script_missing() {
	sed -i 's:^script.*:script = /root/none.sh:' "$conf"
	says "$conf:2: .*/root/none\.sh"
}

saved_well() {
	sed -i "s:^script.*:script = $saved:" "$conf"
	systemctl restart fwcompat-restore && active restore && masquerades
}

masquerades() {
	ipchains -L forward -n | grep '^MASQ'
}

no_live_here() {
	! systemctl start fwcompat-live
	[ "$(systemctl is-active fwcompat-live)" = failed ] &&
		systemctl status --no-pager fwcompat-live |
		grep 'backend'
}

stopped() {
	systemctl stop fwcompat-restore && masquerades
}

removed() {
	dpkg -r fwcompat >/root/removed 2>&1 && cat /root/removed &&
		grep -q 'stay in the kernel' /root/removed
}

boot_netfilter() {
	ok 'no unit failed' none_failed
	ok 'nothing is ordered in a circle' no_cycle
	ok 'rules are restored before the network' before_network restore
	ok 'what ipchains-save wrote was there' seen '^MASQ .*192\.168\.1\.0/24'
	ok 'logd listens before the network' before_network logd
	ok 'a log line' logged
	echo 1 >/proc/sys/net/ipv4/ip_forward
	ok 'packets are masqueraded' carried
	ok 'logd opens its log anew' reloaded logd
	ok 'logd, killed, comes back' killed logd
	ok 'and writes on' logged
	ok 'a bad rule file: where' saved_badly
	ok 'a bad script: where' script_badly
	ok 'no such script: who says so' script_missing
	ok 'a good one again' saved_well
	ok 'it is upgraded' dpkg -i /root/new.deb
	ok 'which changes no rule' masquerades
	ok 'nor whose they are' active restore
	ok 'nor cuts packets off' carried
	ok 'and logd goes on' logged
	ok 'rules outlive their unit' stopped
	ok 'no live beside the netfilter backend' no_live_here
	ok 'who removes it is told of the rules' removed
	ok 'and packets are masqueraded still' carried
	ok 'it is installed again' dpkg -i /root/old.deb
	ok 'the rules are there' masquerades
	ok 'and go' fwcompat reset
	ok 'all of them' not_carried
	ok 'units are disabled' systemctl disable fwcompat-logd

	mkdir -p "${rc%/*}"
	sed 's/ppp0/wan0/; s/eth0/lan0/' \
		/usr/share/doc/fwcompat/examples/rc.firewall >"$rc"
	printf 'script = %s\n' "$rc" >"$conf"
	ok 'others are enabled' systemctl enable fwcompat-restore fwcompat-live
	next_boot live
}

queued() {
	grep '^ *6177 ' /proc/net/netfilter/nfnetlink_queue
}

not_queued() {
	! queued
}

says_live() {
	fwcompat status | grep '^live '
}

live_stopped() {
	systemctl stop fwcompat-live && not_queued && not_carried
}

live_started() {
	systemctl start fwcompat-live && carried
}

# Port 7 of TCP, which nobody has but nc.
listened() {
	outside cat /proc/net/tcp | grep ':0007 00000000:0000 0A'
}

# One connection, through whatever comes.
connection() {
	rm -f /root/words /root/heard
	mkfifo /root/words
	outside nc -l 203.0.113.9 7 >/root/heard &
	until_ok listened
	inside nc -N 203.0.113.9 7 </root/words &
	exec 3>/root/words
	echo one >&3
	until_ok grep one /root/heard && killed live || return
	echo two >&3
	until_ok grep two /root/heard && systemctl restart fwcompat-live || return
	echo three >&3
	until_ok grep three /root/heard && dpkg -i /root/new.deb || return
	echo four >&3
	until_ok grep four /root/heard || return
	exec 3>&-
	wait
}

# E.g. netlink's "bytes leftover ... in process `fwcompat'".
no_complaint() {
	! journalctl -k --no-pager | grep 'in process .fwcompat'
}

gone() {
	! [ -e /run/fwcompat ] && ! systemctl cat fwcompat-live &&
		! [ -e /etc/systemd/system/multi-user.target.wants/fwcompat-live.service ] &&
		not_queued
}

boot_live() {
	ok 'no unit failed' none_failed
	ok 'nothing is ordered in a circle' no_cycle
	ok 'the script ran before the network' before_network restore
	ok 'its rules were there' seen '^MASQ .*192\.168\.1\.0/24'
	ok 'live was ready before the network' before_network live
	ok 'its queue was there' seen '^ *6177 '
	ok 'packets are carried' carried
	ok 'status tells of it' says_live
	ok 'it opens its log anew' reloaded live
	ok 'a connection outlives who is killed, restarted, upgraded' connection
	ok 'it stops' live_stopped
	ok 'it starts' live_started
	ok 'the kernel complains of nothing' no_complaint
	ok 'it is purged while it runs' dpkg -P fwcompat
	ok 'nothing is left of it' gone
	next_boot nothing
}

case ${1:-test} in
packages) packages ;;
prepare) prepare ;;
test)
	# shellcheck source=tests/bare_ok.sh
	. /root/ok.sh
	boot_"$(cat /root/boot)"
	finish || journalctl -b --no-pager -u 'fwcompat*' | sed 's/^/# /'
	sleep 1
	;;
esac
