#!/usr/bin/env bats
# The ways by which scripts meet the old kernel: mounts, as root and in a user
# namespace, and system calls answered by seccomp. Each says whether it could be
# tried here; with CI set in the environment none may be left out.

# shellcheck disable=SC2154 # stderr is what run sets
# shellcheck disable=SC2016 # the inner shell's own
# shellcheck disable=SC2030,SC2031 # each test is a shell of its own

load host
load view

setup() {
	export FWCOMPAT_STATE=$BATS_TEST_TMPDIR/state LC_ALL=C
	unset FWCOMPAT_BACKEND FWCOMPAT_PROC
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	[ -z "${place:-}" ] || rm -r "$place"
}

tried() {
	echo "# tried here: $1" >&3
}

# Somewhere that everybody reaches, with a copy of the programs.
make_place() {
	local built
	built=$(dirname "$(command -v fwcompat)")/..
	place=$(mktemp -d)
	mkdir "$place/home" "$place/libexec"
	cp -r "$built/bin" "$place"
	cp -r "$built/libexec/fwcompat" "$place/libexec"
	"${CC:-gcc}" -o "$place/old22" "$BATS_TEST_DIRNAME/../old/old22.c"
	chmod -R a+rX "$place"
}

# Runs $@ as somebody who is not root; root may lend its right to /dev/fuse.
ordinary() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
		return
	fi
	chown 65534:65534 "$place" "$place/home"
	[ -e "$place/fuse" ] || mknod -m 666 "$place/fuse" c 10 229
	unshare -m sh -c 'mount --bind "$1" /dev/fuse; shift
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' \
		sh "$place/fuse" "$@"
}

@test "mounts" {
	need_view
	run -0 fwcompat run sh -c '[ -f /proc/net/ip_fwnames ] && id -u'
	assert_output 0
	tried "mounts, as user $(id -u)"
}

@test "mounts in a user namespace, by an ordinary user" {
	need_view
	make_place
	ordinary unshare -U -r true 2>/dev/null ||
		leave_out "no user namespace is to be had here"
	FWCOMPAT_STATE=$place/home/state PATH=$place/bin:$PATH
	run -0 --separate-stderr ordinary fwcompat run sh -c 'id -u
		/sbin/ipchains -P forward DENY; sed -n 2p /proc/net/ip_fwnames
		echo 1 >/proc/sys/net/ipv4/ip_always_defrag
		echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
		cat /proc/sys/net/ipv4/ip_always_defrag; /bin/uname -r
		[ -f /lib/modules/2.2.26/ipv4/ip_masq_ftp.o ] && cat /proc/modules
		echo word >"${FWCOMPAT_STATE%/*}/made"'
	assert_output '0
forward DENY 1 0 0 0 0
1
2.2.26'
	assert_equal "$stderr" ''
	[ -e "$place/home/made" ]
	run -0 ordinary ipchains -L forward
	assert_output 'Chain forward (policy DENY):'
	no_leak_checker
	run -0 --separate-stderr ordinary fwcompat run --dry-run sh -c '
		cd "${FWCOMPAT_STATE%/*/*}"; ipchains -P forward ACCEPT
		echo other >made || true
		echo 1 >/etc/made; cat /etc/made'
	assert_output 1
	run -0 cat "$place/home/made"
	assert_output word
	run -0 ordinary ipchains -L forward
	assert_output 'Chain forward (policy DENY):'
	run -0 ls "$place/home"
	assert_output 'made
state'
	tried "mounts in a user namespace"
}

@test "seccomp: socket options of an old program, without privilege" {
	need_view
	make_place
	FWCOMPAT_STATE=$place/home/state PATH=$place/bin:$PATH
	if ! ordinary unshare -U -r true 2>/dev/null; then
		leave_out "no user namespace is to be had here"
	fi
	run -0 ordinary fwcompat run "$place/old22" 'append input 192.0.2.1 DENY' \
		'append nosuch 192.0.2.1 DENY' 'policy forward DENY'
	assert_output 'append: ok
append: No such file or directory
policy: ok'
	tried "seccomp, socket options"
}

@test "seccomp: opens of old files, where nothing can be mounted" {
	cat >a.t <<-'RECORDING'
		$ ipchains -P forward DENY; cat /proc/net/ip_fwnames
		> input ACCEPT 1 0 0 0 0
		> forward DENY 1 0 0 0 0
		> output ACCEPT 1 0 0 0 0
	RECORDING
	# the machine's names of networks were not those of a 2.0 host
	cat >b.t <<-'RECORDING'
		% era 2.0
		$ ipfwadm -F -a accept -S 127.0.0.0/8; ipfwadm -F -l
		> IP firewall forward rules, default policy: accept
		> type  prot source               destination          ports
		> acc   all  127.0.0.0/8          anywhere             n/a
		$ ipfwadm -F -a accept -S loopback
		! ipfwadm: host/network "loopback" not found
		! Try `ipfwadm -h' for more information.
		? 2
	RECORDING
	run --separate-stderr unshare -r sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces
		exec setpriv --bounding-set=-all "$@"' sh \
		"$(command -v fwcompat)" play --check a.t b.t
	[[ $stderr != *unshare* ]] ||
		leave_out "no user namespace is to be had here"
	assert_success
	assert_regex "$stderr" 'can be opened, but are not seen otherwise'
	tried "seccomp, opens"
}
