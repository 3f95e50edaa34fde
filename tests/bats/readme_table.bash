#!/usr/bin/env bash
# What of a label of README's table works in an era, found out by trying:
#	readme_table.bash LABEL ERA
# Its words are the table's, with commas between them: prints `yes' (all of
# them), `-' (none), or which. FWCOMPAT_BACKEND says with what.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck disable=SC2016 # for programs inside

# A host of that era, with a network behind a modem.
host_of() {
	fwcompat reset --era "$1"
	[ "${FWCOMPAT_BACKEND:-engine}" = engine ] || return 0
	fwcompat host if eth0 192.168.1.1/24
	fwcompat host if ppp0 203.0.113.5/32 ppp
	fwcompat host route default ppp0
}

engine() {
	[ "${FWCOMPAT_BACKEND:-engine}" = engine ]
}

# What packets of the engine's become; with netfilter rules are enough, what
# packets meet there is for nf_*.bats.
sends() {
	! engine || fwcompat send "${@:2}" | grep -e "$1"
}

hide() {
	case $1 in
	1.3) ipfw add masquerade all from 192.168.1.0/24 to 0.0.0.0/0 ;;
	2.0) ipfwadm -F -a accept -m -S 192.168.1.0/24 ;;
	2.2) ipchains -A forward -s 192.168.1.0/24 -j MASQ ;;
	esac
}

# From here on: what each of the words stands for; $1 is the era.
has_tool() {
	local tool others=0
	for tool in ipfw ipfwadm ipchains; do
		case $tool in
		ipfw) ipfw add accounting all from 0/0 to 0/0 ;;
		ipfwadm) ipfwadm -F -a accept ;;
		ipchains) ipchains -A input ;;
		esac && echo "tool $tool" || others=$((others + 1))
	done
	# ipfwadm works on chains, too.
	case $1 in
	2.2) [ "$others" = 1 ] ;;
	*) [ "$others" = 2 ] ;;
	esac
}

has_ipfwadm_on_chains() {
	ipfwadm-wrapper -I -a deny -S 10.0.0.0/8 && ipchains -L inp -n | grep DENY
}

has_accounting() {
	case $1 in
	1.3) ipfw add accounting all from 0/0 to 0/0 ;;
	2.0) ipfwadm -A -a ;;
	2.2) ipchains -A input ;;
	esac
	sends '^counted \(accounting\|input\) 1' eth0 icmp 192.168.1.3 192.168.1.1
}

has_masquerading() {
	hide "$1" && sends '^sent ppp0 tcp 203\.0\.113\.5:6[01]000 ' \
		eth0 tcp 192.168.1.3:1025 198.51.100.1:80 syn
}

# helper NAME ERA: there is a module of it, and it speaks, or
# has the running kernel's help.
helper() {
	has_module "ip_masq_$1" || return
	hide "$2"
	if engine; then
		"speaks_$1" && [ "$(fwcompat proc net/ip_masquerade | wc -l)" = 3 ]
	else
		iptables-legacy -t raw -S | grep -w "$1"
	fi
}

has_FTP() {
	helper ftp "$1"
}

has_IRC() {
	helper irc "$1"
}

speaks_ftp() {
	says 21 $'PORT 192,168,1,3,4,1\r\n'
}

speaks_irc() {
	says 6667 $'PRIVMSG you :\001DCC SEND it 3232235779 1026 9\001\n'
}

# A client says $2 to port $1 outside; masqueraded, its port is one of these.
says() {
	local port
	fwcompat send eth0 tcp 192.168.1.3:1025 "198.51.100.1:$1" syn
	for port in 60000 61000; do
		fwcompat send ppp0 tcp "198.51.100.1:$1" 203.0.113.5:$port syn ack
	done
	fwcompat send eth0 tcp 192.168.1.3:1025 "198.51.100.1:$1" ack psh data "$2"
}

# Whether modules can be loaded, and this one.
has_module() {
	fwcompat run insmod "$1" &&
		fwcompat run lsmod | grep "$1"
}

has_other_helpers() {
	local name
	for name in cuseeme quake raudio vdolive; do
		has_module ip_masq_$name || return
	done
}

has_portfw() {
	case $1 in
	2.2) ipmasqadm portfw -a -P tcp -L 203.0.113.5 80 -R 192.168.1.3 80 ;;
	*) ipportfw -A -t 203.0.113.5/80 -R 192.168.1.3/80 ;;
	esac
}

has_autofw() {
	case $1 in
	2.2) ipmasqadm autofw -A -r tcp 100 200 -h 192.168.1.3 ;;
	*) ipautofw -A -r tcp 100 200 -h 192.168.1.3 ;;
	esac
}

has_mfw() {
	ipmasqadm mfw -A -m 1 -r 192.168.1.3 80
}

has_user() {
	ipmasqadm user -a -P tcp -M 203.0.113.5 80 -S 192.168.1.3 80 \
		-D 198.51.100.1 80
}

has_REDIRECT() {
	case $1 in
	2.2) ipchains -A input -p tcp -d 0/0 80 -j REDIRECT 3128 ;;
	*) ipfwadm -I -a accept -P tcp -D 0/0 80 -r 3128 ;;
	esac
}

has_TOS() {
	case $1 in
	2.2) ipchains -A output -p tcp -t 01 10 ;;
	*) ipfwadm -O -a accept -P tcp -t 01 10 ;;
	esac
}

has_marks() {
	ipchains -A input -m 1
}

has_-o() {
	ipchains -A input -o
}

# Linux 1.3's ipfw could not ask for lines, other programs could (struct ip_fw,
# flag IP_FW_F_PRN).
has_log_lines() {
	case $1 in
	1.3) fwcompat run perl -MSocket -e 'socket(my $s, AF_INET, SOCK_RAW, 255);
		setsockopt($s, 0, 64, pack("x24 v x38", 0x20)) or die $!' ;;
	2.0) ipfwadm -I -a deny -o ;;
	2.2) ipchains -A input -j DENY -l ;;
	esac || return
	sends '^logged ' eth0 icmp 192.168.1.3 192.168.1.1
}

has_/proc_files() {
	local name
	case $1 in
	1.3) name=ip_block ;;
	2.0) name=ip_input ;;
	2.2) name=ip_fwchains ;;
	esac
	fwcompat proc | grep "/$name\$" && fwcompat proc "$name"
}

has_send() {
	fwcompat send eth0 icmp 192.168.1.3 192.168.1.1
}

has_replay() {
	fwcompat replay --in eth0="$(dirname "$0")/../../examples/lan.pcap"
}

has_live() {
	[ "$(id -u)" = 0 ] || return 0
	unshare -n sh -c 'fwcompat live >live.out 2>&1 & live=$!
		until fwcompat status | grep "^live"; do
			kill -0 $live 2>/dev/null || exit 1
		done
		kill $live; wait $live'
}

works() {
	local word words=0 good=()
	while read -r word; do
		words=$((words + 1))
		host_of "$2" >/dev/null
		if "has_${word// /_}" "$2" >>log 2>&1 </dev/null; then
			good+=("$word")
		fi
	done < <(sed 's/^helpers for //; s/, /\n/g' <<<"$1")
	case ${#good[@]} in
	0) echo - ;;
	"$words") echo yes ;;
	*) printf '%s\n' "${good[@]}" | paste -s -d, | sed 's/,/, /g' ;;
	esac
}

works "$@"
