#!/bin/sh
# On a bare Debian 12, made with debootstrap and removed again, one of
#	bare.sh		the two commands of README: as root, who installs what
#			is missing; as an ordinary user; and as one for whom a
#			package is missing
#	bare.sh deb	the package: installed, used, upgraded, removed, purged
#	bare.sh units	its units under systemd: a machine with Debian's kernel,
#			emulated by qemu-system-x86_64 (ACCEL=kvm: with KVM), is
#			booted twice; half an hour
# Not part of check.sh: needs root, debootstrap, git and a Debian mirror, and
# takes some minutes. What is tested is HEAD, cloned. The system lies in a
# directory below /tmp, in mount and process namespaces of its own, and goes
# away with it.
set -eu
cd "$(dirname "$0")/.."

# Inside: the directory $1 becomes the root of this mount namespace. (Not by
# chroot: no ordinary user makes a user namespace from there.)
enter() {
	mount --bind "$1" "$1"
	cd "$1"
	mount -t proc proc proc
	mount --rbind /sys sys
	mount -t tmpfs -o mode=755 dev dev
	# The devices with the modes that udev gives them.
	while read -r name major minor; do
		mknod -m 666 "dev/$name" c "$major" "$minor"
	done <<'DEVICES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
fuse 10 229
DEVICES
	mkdir dev/pts dev/shm
	mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
	mount -t tmpfs -o mode=1777 shm dev/shm
	ln -s pts/ptmx dev/ptmx
	ln -s /proc/self/fd dev/fd
	pivot_root . mnt
	umount -l /mnt
	cd /
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
	useradd -m guest
	exec sh "/root/$2"
}

inside_check() {
	cat <<'INSIDE'
set -u
result() {
	printf '\n==== %s: %s (%s s)\n' "$1" "$2" "$3"
}

# The command $3... by the user $2 in a clone of that user's; called $1.
try() {
	name=$1 user=$2
	shift 2
	began=$(date +%s)
	if [ "$user" = root ]; then
		(cd /root/fwcompat && "$@")
	else
		su guest -s /bin/sh -c "cd ~/fwcompat && $*"
	fi
	result "$name" "status $?" $(($(date +%s) - began))
}

git clone -q /source /root/fwcompat
su guest -s /bin/sh -c 'git clone -q /source ~/fwcompat'
try 'no package and no root: what is missing' guest sh tests/check.sh
try 'demo, root' root sh examples/demo.sh
try 'check, root' root sh tests/check.sh
try 'demo, a user' guest sh examples/demo.sh
try 'check, a user' guest sh tests/check.sh
apt-get -q -y remove cppcheck >/dev/null 2>&1
try 'one package missing' guest sh tests/check.sh
INSIDE
}

# One package of HEAD, and one that is newer, into the directory $1.
build_packages() {
	git clone -q . "$1/src"
	(cd "$1/src" && make -s deb >&2)
	mv "$1"/src/build/deb/fwcompat_*.deb "$1/old.deb"
	sed -i 's/^VERSION = .*/&.1/' "$1/src/Makefile"
	sed -i '1s/)/.1)/' "$1/src/debian/changelog"
	(cd "$1/src" && make -s deb >&2)
	mv "$1"/src/build/deb/fwcompat_*.deb "$1/new.deb"
	rm -rf "$1/src"
}

# Makes the system in the directory $1, with the packages $2 and HEAD, cloned.
system() {
	if ! debootstrap --variant=minbase --include="ca-certificates,$2" \
		bookworm "$1" "${MIRROR:-http://deb.debian.org/debian}" \
		>"$1.log" 2>&1; then
		cat "$1.log"
		rm "$1.log"
		return 1
	fi
	rm "$1.log"
	cp -a /etc/apt/apt.conf.d/. "$1/etc/apt/apt.conf.d/"
	cp -L /etc/resolv.conf "$1/etc/"
	git clone -q --bare . "$1/source"
	chmod -R a+rX "$1"
	cp tests/bare_ok.sh "$1/root/ok.sh"
}

# Runs /root/inside.sh of the system in the directory $1, there.
inside() {
	git config --file "$1/etc/gitconfig" safe.directory '*'
	unshare --mount --pid --fork --kill-child \
		sh tests/bare.sh enter "$1" inside.sh
}

# Boots the disk $2 with the kernel of the system in the directory $1, until it
# powers off; what its tests print comes from the second of its serial lines.
boot() {
	rm -f "$2.tap" "$2.console"
	timeout 1800 qemu-system-x86_64 -machine "accel=${ACCEL:-tcg}" -cpu max \
		-m 1024 -nic none -display none -no-reboot -kernel "$1/vmlinuz" \
		-initrd "$1/initrd.img" -append 'root=/dev/vda rw console=ttyS0' \
		-drive "file=$2,if=virtio,format=raw" \
		-serial "file:$2.console" -serial "file:$2.tap" \
		</dev/null >&2 || :
	tr -d '\r' <"$2.tap"
	if grep -q '^not ok' "$2.tap" || ! grep -q '^1\.\.' "$2.tap"; then
		tail -n 40 "$2.console" | sed 's/^/# /'
		return 1
	fi
}

# The system in the directory $1 as a machine of its own.
machine() {
	cp tests/bare_units.sh "$1/root/inside.sh"
	chroot "$1" env LC_ALL=C sh /root/inside.sh prepare
	truncate -s 3G "$1.disk"
	mke2fs -q -t ext4 -d "$1" "$1.disk"
	failed=0
	for _ in 1 2; do
		boot "$1" "$1.disk" || failed=1
	done
	rm -f "$1.disk"
	return "$failed"
}

case ${1:-check} in
enter)
	enter "$2" "$3"
	exit
	;;
check | deb | units)
	dir=$(mktemp -d /tmp/fwcompat-bare.XXXXXX)
	trap 'rm -rf --one-file-system "$dir"' EXIT
	trap 'exit 1' INT TERM
	;;
*)
	echo 'usage: bare.sh [deb | units]' >&2
	exit 2
	;;
esac

case ${1:-check} in
check)
	system "$dir/root" git
	inside_check >"$dir/root/root/inside.sh"
	inside "$dir/root"
	;;
deb)
	system "$dir/root" git
	build_packages "$dir/root/root"
	cp tests/bare_deb.sh "$dir/root/root/inside.sh"
	inside "$dir/root"
	;;
units)
	system "$dir/root" "$(sh tests/bare_units.sh packages)"
	build_packages "$dir/root/root"
	machine "$dir/root"
	;;
esac
