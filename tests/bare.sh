#!/bin/sh
# On a bare Debian 12, made with debootstrap and removed again, one of
#	bare.sh		the two commands of README: as root, who installs what
#			is missing; as an ordinary user; and as one for whom a
#			package is missing
#	bare.sh deb	the package: installed, used, upgraded, removed, purged
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

# Makes the system in the directory $1, and runs in it the script that the
# function $2 prints.
system() {
	if ! debootstrap --variant=minbase --include=git,ca-certificates \
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
	git config --file "$1/etc/gitconfig" safe.directory '*'
	if [ "$2" = deb ]; then
		build_packages "$1/root"
		cp tests/bare_deb.sh "$1/root/inside.sh"
	else
		inside_check >"$1/root/inside.sh"
	fi
	unshare --mount --pid --fork --kill-child \
		sh tests/bare.sh enter "$1" inside.sh
}

case ${1:-check} in
enter)
	enter "$2" "$3"
	;;
check | deb)
	dir=$(mktemp -d /tmp/fwcompat-bare.XXXXXX)
	trap 'rm -rf --one-file-system "$dir"' EXIT
	trap 'exit 1' INT TERM
	system "$dir" "${1:-check}"
	;;
*)
	echo 'usage: bare.sh [deb]' >&2
	exit 2
	;;
esac
