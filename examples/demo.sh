#!/bin/sh
# The main job in one minute: a rule script of 1999 meets a small network.
# examples/rc.firewall runs unchanged, then a recorded workstation resolves a
# name, fetches a page from 209.1.106.178:8888 and logs in elsewhere, all through
# one public address. No root, no daemon; all state lies in build/demo. With
# DEMO_BIN=DIR the programs there are shown, with DEMO_OUT=DIR the files go there.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${DEMO_BIN:-}" ]; then
	sh tests/setup.sh build run
	make -s -j"$(nproc)"
fi
out=${DEMO_OUT:-build/demo}
rm -rf "$out"
mkdir -p "$out"
PATH=${DEMO_BIN:-$PWD/build/bin}:$PATH:/usr/sbin:/sbin
FWCOMPAT_STATE=$(cd "$out" && pwd)/state
# Never the running kernel, whatever the machine's settings are.
FWCOMPAT_BACKEND=engine
export PATH FWCOMPAT_STATE FWCOMPAT_BACKEND
unset FWCOMPAT_PROC

show() {
	printf '\n# %s\n' "$*"
	"$@"
}

show fwcompat reset --era 2.2
show fwcompat host if eth0 192.168.1.1/24
show fwcompat host if ppp0 203.0.113.5/32 ppp
show fwcompat host route default ppp0
show sh examples/rc.firewall
show fwcompat replay \
	--in eth0=examples/lan.pcap --in ppp0=examples/isp.pcap \
	--out ppp0="$out/out.pcap" --out eth0="$out/back.pcap"
show ipfwadm -M -l -n
show ipchains -M -L -n
show ipchains -L -n -v
show fwcompat proc net/ip_masquerade

cat <<TEXT

What left by ppp0, as the world saw it:  tcpdump -n -r $out/out.pcap
What came back to the workstation:       tcpdump -n -r $out/back.pcap
To go on by hand:                        PATH=${DEMO_BIN:-$PWD/build/bin}:\$PATH
                                         export FWCOMPAT_STATE=$FWCOMPAT_STATE
                                         export FWCOMPAT_BACKEND=engine
TEXT
