#!/usr/bin/env bats
# The Debian package: that it builds, what is in it, and what lintian says.

# shellcheck disable=SC2154 # what bats sets

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	B=$BATS_FILE_TMPDIR sh debian/deb.sh >&2
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	deb=$(ls "$BATS_FILE_TMPDIR"/deb/fwcompat_*.deb)
}

# Whether the package has each of the files, by their absolute paths.
has() {
	dpkg-deb -c "$deb" | awk '{ print substr($6, 2) }' >"$BATS_TEST_TMPDIR/list"
	for path in "$@"; do
		grep -qxF "$path" "$BATS_TEST_TMPDIR/list" || fail "no $path"
	done
}

@test "its version is the programs'" {
	run -0 dpkg-deb -f "$deb" Version
	assert_output "$(sed -n 's/^VERSION = //p' "$root/Makefile")"
}

@test "the first heading of CHANGELOG is that version, too" {
	run -0 grep -m 1 '^[0-9]' "$root/CHANGELOG"
	assert_output --regexp "^$(dpkg-deb -f "$deb" Version)( |$)"
}

@test "lintian has nothing to say" {
	run -0 --separate-stderr lintian --allow-root --fail-on error,warning \
		"$BATS_FILE_TMPDIR"/deb/*.changes
	assert_output ''
}

@test "programs, under their old names, with their pages" {
	local tool
	for tool in fwcompat ipchains ipchains-restore ipchains-save ipfw \
		ipfwadm ipfwadm-wrapper ipmasqadm ipportfw ipautofw; do
		has "/usr/sbin/$tool" "/usr/share/man/man8/$tool.8.gz" \
			"/usr/share/bash-completion/completions/$tool"
	done
	has /usr/libexec/fwcompat/insmod /usr/libexec/fwcompat/netfilter.so \
		/usr/libexec/fwcompat/absent/pump
}

@test "all pages of man/" {
	local page
	for page in "$root"/man/*.[1-8]; do
		page=${page##*/}
		has "/usr/share/man/man${page##*.}/$page.gz"
	done
}

@test "units, settings, the library of bats, examples" {
	has /lib/systemd/system/fwcompat-{live,logd,restore}.service \
		/usr/libexec/fwcompat/restore /etc/fwcompat.conf \
		/usr/share/fwcompat/bats/fwcompat.bash \
		/usr/share/doc/fwcompat/examples/rc.firewall
}

@test "what runs is stopped before it is removed, and started by nobody" {
	dpkg-deb -e "$deb" control
	run -0 grep -A 1 '= remove' control/prerm
	assert_output --regexp 'stop .*fwcompat-live\.service.*fwcompat-logd\.service'
	# Only what was enabled before is again, and no rule file runs.
	assert_equal "$(grep -c ' enable ' control/postinst)" \
		"$(grep -c 'was-enabled' control/postinst)"
	run ! grep 'invoke.*restore' control/postinst
	# Its rules go on, so does it.
	[ ! -e control/preinst ] || run ! grep 'stop.*restore' control/preinst
}

@test "nothing in it tells where it was built" {
	dpkg-deb -x "$deb" .
	run ! grep -rlF "$BATS_FILE_TMPDIR" usr lib
}

@test "of the system's own names there is none" {
	has
	run ! grep -E '^/(usr/)?s?bin/(insmod|modprobe|route|ifconfig|uname|ip|iptables)$' \
		"$BATS_TEST_TMPDIR/list"
}

@test "the list of packages has what a build depends on" {
	sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([a-z0-9.+-]*\).*/\1/p' \
		"$root/debian/control" | sed 's/^debhelper-compat$/debhelper/' |
		sort >"$BATS_TEST_TMPDIR/wanted"
	awk '$2 == "build" || $2 == "package" { print $1 }' \
		"$root/packages.txt" | sort >"$BATS_TEST_TMPDIR/listed"
	run -0 comm -23 "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/listed"
	assert_output ''
	# These come with any build on Debian.
	run -0 comm -13 "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/listed"
	assert_output "$(printf '%s\n' dpkg-dev fakeroot gcc libc6-dev make)"
}
