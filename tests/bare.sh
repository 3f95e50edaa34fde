#!/bin/sh
# The two commands of README on a bare Debian 12: as root, who installs what is
# missing; as an ordinary user; and as one for whom a package is missing. Not
# part of check.sh: needs root, debootstrap, git and a Debian mirror, and takes
# some minutes. What is tested is HEAD, cloned. The system lies in a directory
# below /tmp, in mount and process namespaces of its own, and goes away with it.
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
	exec sh /root/inside.sh
}

inside() {
	cat <<'INSIDE'
set -u
cd /
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
useradd -m guest
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

if [ "${1:-}" = enter ]; then
	enter "$2"
fi
dir=$(mktemp -d /tmp/fwcompat-bare.XXXXXX)
trap 'rm -rf --one-file-system "$dir"' EXIT
trap 'exit 1' INT TERM
debootstrap --variant=minbase --include=git,ca-certificates bookworm "$dir" \
	"${MIRROR:-http://deb.debian.org/debian}" >"$dir.log" 2>&1 || {
	cat "$dir.log"
	exit 1
}
rm "$dir.log"
cp -a /etc/apt/apt.conf.d/. "$dir/etc/apt/apt.conf.d/"
cp -L /etc/resolv.conf "$dir/etc/"
git clone -q --bare . "$dir/source"
chmod -R a+rX "$dir"
git config --file "$dir/etc/gitconfig" safe.directory '*'
inside >"$dir/root/inside.sh"
unshare --mount --pid --fork --kill-child sh tests/bare.sh enter "$dir"
