#!/bin/sh
# fwcompat live under mixed load for a while, in a laboratory that is made for it
# and removed again: soak.sh MINUTES [--fast]. As root, with fwcompat in PATH.
# See tests/README.
set -eu

case ${1:-} in
'' | *[!0-9]* | 0) set -- ;;
esac
case $#:${2:---fast} in
[12]:--fast) ;;
*)
	echo 'usage: soak.sh MINUTES [--fast]' >&2
	exit 2
	;;
esac
command -v fwcompat >/dev/null || {
	echo 'soak.sh: no fwcompat in PATH' >&2
	exit 2
}
exec bash "$(dirname "$0")/soak.bash" "$@"
