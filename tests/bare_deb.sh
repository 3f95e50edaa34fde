#!/bin/sh
# What bare.sh runs inside a bare Debian 12: the life of the package there, from
# /root/old.deb to /root/new.deb and out again. Prints TAP.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck disable=SC2016 # for shells inside
set -u
before=/root/before

guest() {
	su guest -s /bin/sh -c "$*"
}

# Files outside of what every package changes; links with where they lead.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /root \
		-o -path /tmp -o -path /var/lib/dpkg -o -path /var/lib/apt \
		-o -path /var/cache -o -path /var/log -o -path /home \) -prune \
		-o -printf '%p %l\n' | sort
}

unchanged() {
	files | diff "$before" -
}

# The old tools work, and keep what they are told.
rules() {
	ipchains -A input -s 10.0.0.0/8 -j DENY &&
		ipchains -L input -n | grep -q '^DENY.*10\.0\.0\.0/8'
}

masq_listing() {
	[ "$(ipfwadm -M -l)" = 'IP masquerading entries' ]
}

script() {
	fwcompat reset && fwcompat host if eth0 192.168.1.1/24 &&
		fwcompat host if ppp0 203.0.113.5/32 ppp &&
		fwcompat run sh /usr/share/doc/fwcompat/examples/rc.firewall &&
		ipchains -L forward -n | grep -q '^MASQ'
}

demo() {
	DEMO_BIN=/usr/sbin DEMO_OUT="$HOME/demo" \
		sh /usr/share/doc/fwcompat/examples/demo.sh |
		grep -q '^TCP.*192\.168\.1\.3'
}

units() {
	for unit in live logd restore; do
		[ "$(systemctl --root=/ is-enabled "fwcompat-$unit")" = "$1" ] ||
			return 1
	done
}

disabled() {
	units disabled
}

by_old_paths() {
	for tool in ipfw ipfwadm ipchains ipchains-save ipchains-restore \
		ipmasqadm ipportfw ipautofw; do
		"/sbin/$tool" -h >/dev/null 2>&1
		[ $? -lt 126 ] || return 1
	done
}

restored() {
	printf 'script = /root/rules\n' >>/etc/fwcompat.conf &&
		ipchains-save >/root/rules 2>/dev/null && ipchains -F input &&
		/usr/libexec/fwcompat/restore start &&
		ipchains -L input -n | grep -q '^DENY.*10\.0\.0\.0/8'
}

nothing_of_others() {
	while read -r path; do
		[ ! -f "$path" ] || ! dpkg -S "$path" | grep -v '^fwcompat:' ||
			return 1
	done <<-END
		$(dpkg -L fwcompat)
	END
}

# The programs, with a state from before or a sentence about it.
upgraded() {
	[ "fwcompat $(dpkg-query -W -f '${Version}' fwcompat)" = \
		"$(fwcompat --version)" ] || return 1
	ipchains -L -n >/dev/null || fwcompat reset && rules
}

# In a network namespace where it has rules in the kernel, if that takes any.
removed() {
	XTABLES_LOCKFILE=/tmp/lock unshare --net sh -c '
		FWCOMPAT_BACKEND=netfilter ipchains -P input DENY
		told=$?
		dpkg -r fwcompat 2>&1 || exit
		exit $told' >/root/removed
	told=$?
	cat /root/removed
	! dpkg -s fwcompat 2>/dev/null | grep -q '^Status:.* installed' &&
		{ [ "$told" != 0 ] || grep -q 'stay in the kernel' /root/removed; }
}

gone() {
	! command -v ipchains && ! [ -e /usr/libexec/fwcompat ]
}

# For ordinary users: one of the functions above.
if [ $# -gt 0 ]; then
	"$1"
	exit
fi
# shellcheck source=tests/bare_ok.sh
. /root/ok.sh

apt-get -q update >/dev/null 2>&1
export DEBIAN_FRONTEND=noninteractive
apt-get -q -y --no-install-recommends install systemd tcpdump netbase bats \
	bash-completion >/root/apt.log 2>&1
apt-get -q -y satisfy "$(dpkg-deb -f /root/old.deb Depends)" >>/root/apt.log 2>&1
files >"$before"

ok 'it installs' dpkg -i /root/old.deb
ok 'no unit is enabled' disabled
ok 'no file is another package'"'"'s' nothing_of_others
ok 'the tools are where they were' by_old_paths
ok 'ipchains, root' rules
ok 'ipfwadm, root' masq_listing
ok 'rules are restored as at boot' restored
ok 'a script, root' script
ok 'the demo, root' demo
cp "$0" /tmp/guest.sh
for what in rules masq_listing script demo; do
	ok "$what, a user" guest sh /tmp/guest.sh "$what"
done
ok 'rule files have tests, a user' \
	guest bats /usr/share/doc/fwcompat/examples/firewall.bats
ok 'the machine is told about, root' fwcompat doctor
ok 'the machine is told about, a user' guest fwcompat doctor
systemctl --root=/ -q enable fwcompat-logd fwcompat-restore fwcompat-live
ok 'units are enabled when it is said' units enabled
ok 'it is upgraded' dpkg -i /root/new.deb
ok 'what was enabled stays so' units enabled
ok 'the newer tools work' upgraded
ok 'the settings stay' grep -q '^script' /etc/fwcompat.conf
ok 'it is removed, and who does so is told of its rules' removed
ok 'without leaving a program' gone
ok 'but its settings' test -f /etc/fwcompat.conf
ok 'it is purged' dpkg -P fwcompat
rm -rf /tmp/fwcompat-*
rm -f /tmp/guest.sh
ok 'nothing is left of it' unchanged
finish
