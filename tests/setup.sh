#!/bin/sh
# Installs what is missing of packages.txt: setup.sh run|build|test... Needs
# root or sudo only where something is missing; says what where it has neither.
set -eu
uses=" $* "
missing=

while read -r package use _; do
	case $package,$uses in
	'#'* | ,*) continue ;;
	*" $use "*) ;;
	*) continue ;;
	esac
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || :
	[ "$status" = installed ] || missing="$missing $package"
done <"$(dirname "$0")/../packages.txt"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	become=
elif sudo -n true 2>/dev/null; then
	become='sudo -n'
else
	echo "missing packages; as root: apt-get install$missing" >&2
	exit 1
fi

echo "installing:$missing"
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
trap 'rm -f "$log"; [ -z "$policy" ] || $become rm -f "$policy"' EXIT
# Servers for the laboratory must not be started as the machine's own.
if [ -e "$policy" ]; then
	policy=
else
	printf '#!/bin/sh\nexit 101\n' | $become tee "$policy" >/dev/null
	$become chmod 755 "$policy"
fi
# shellcheck disable=SC2086 # lists of words
if ! { $become apt-get -q update && $become env DEBIAN_FRONTEND=noninteractive \
	apt-get -q -y --no-install-recommends install $missing; } \
	>"$log" 2>&1 </dev/null; then
	cat "$log" >&2
	exit 1
fi
