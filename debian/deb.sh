#!/bin/sh
# Builds the Debian packages from a copy of the sources, into build/deb; B= is
# another place for it. What the build says stands in deb.log there.
set -eu
cd "$(dirname "$0")/.."
out=${B:-build}/deb
version=$(dpkg-parsechangelog -S Version)
rm -rf "$out"
mkdir -p "$out/fwcompat-$version"
tar -c --exclude=./build --exclude=./.git . | tar -x -C "$out/fwcompat-$version"
cd "$out"
if ! (cd "fwcompat-$version" && env -u MAKEFLAGS -u MFLAGS -u B -u SAN \
	dpkg-buildpackage -us -uc -j"$(nproc)") >deb.log 2>&1 </dev/null; then
	tail -n 40 deb.log >&2
	exit 1
fi
rm -rf "fwcompat-$version"
ls -1 ./*.deb ./*.dsc
