# The work of soak.sh.
# shellcheck disable=SC2317 # what trap and count call
set -u
home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lab/lab.bash
. "$home/lab.bash"
# shellcheck source=tests/lab/programs.bash
. "$home/programs.bash"
# shellcheck source=tests/lab/live.bash
. "$home/live.bash"

minutes=$1
# shellcheck disable=SC2034 # lab_live looks at it
live_options=${2:-}
server=203.0.113.9
grown_max=1024 # KB of its own memory, from the first minute on
workers=()

dir=$(mktemp -d)
export FWCOMPAT_STATE=$dir/state FWCOMPAT_RESOLVE=files FWCOMPAT_CONF=/dev/null
export LC_ALL=C
unset FWCOMPAT_BACKEND FWCOMPAT_PROC FWCOMPAT_LOG FWCOMPAT_TRACE

clean_up() {
	rm -f "$dir/goes"
	[ ${#workers[@]} = 0 ] || kill "${workers[@]}" 2>/dev/null
	lab_down
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# In a test it would skip that.
skip() {
	echo "soak.sh: $*" >&2
	exit 2
}

# count NAME COMMAND...: again and again; the file NAME has how often it
# succeeded and how often not.
count() {
	local name=$1 good=0 bad=0
	shift
	while [ -e "$dir/goes" ]; do
		if "$@" >"$dir/$name.said" 2>&1; then
			((good++))
		elif [ -e "$dir/goes" ]; then
			((bad++))
			{ date +%T; cat "$dir/$name.said"; } >>"$dir/$name.bad"
		fi
		echo "$good $bad" >"$dir/$name.new"
		mv "$dir/$name.new" "$dir/$name"
	done
}

fetch_files() {
	lab_http c1 "$server" && lab_http c2 "$server" && sleep 0.5
}

# Once more, if need be: a server's connection from a port, to a masquerade port,
# that met less than two minutes ago reaches whom it reached then, as in 2.2; one
# of some thousands does.
again() {
	"$@" || "$@"
}

fetch_by_ftp() {
	again lab_ftp c1 "$server" active && lab_ftp c1 "$server" passive &&
		again lab_ftp_curl c2 "$server" active &&
		lab_ftp_curl c2 "$server" passive && sleep 0.5
}

# Rules come, change and go, but none that the others' packets meet.
change_rules() {
	ipchains -I forward 1 -s 192.0.2.1 -j DENY &&
		ipchains -R forward 1 -s 192.0.2.2 -j REJECT &&
		ipchains -A input -p tcp -s 192.0.2.3 &&
		sleep 0.2 &&
		ipchains -D input -p tcp -s 192.0.2.3 &&
		ipchains -D forward 1 &&
		ipchains -L -n >/dev/null &&
		ipchains -M -L -n >/dev/null &&
		sleep 0.8
}

start_load() {
	local name
	lab_start s1 answers "$home/talks.pl" answer 7001 7002 7003 7004
	lab_start c1 talks "$home/talks.pl" talk "$server" "$dir/talks" 7001 7002 \
		7003 7004
	: >"$dir/goes"
	for name in fetch_files fetch_by_ftp change_rules; do
		count $name $name &
		workers+=($!)
	done
}

# status FIELD: a number of fwcompat's, as the kernel has it.
status() {
	at r sed -n "s/^$1:[^0-9]*\([0-9]*\).*/\1/p" \
		"/proc/$(<"$lab_dir/pid/live")/status"
}

packets() {
	at r awk -F '[: ]+' '$2 ~ /^(eth[012]|ppp0)$/ { n += $4 }
		END { print n }' /proc/net/dev
}

# say MINUTE: a line of how it stands, and whether anything was lost.
say() {
	local good=0 bad=0 a b begun=0 answers=0 lost=0 moved=0 name
	for name in fetch_files fetch_by_ftp change_rules; do
		read -r a b 2>/dev/null <"$dir/$name" || a=0 b=0
		[ $name = change_rules ] || ((good += a))
		((bad += b))
	done
	read -r begun answers lost moved <"$dir/talks"
	anon=$(status RssAnon)
	echo "minute $1: $(packets) packets, $good rounds of transfers," \
		"$a of rules, $bad failed; $begun talks, $answers answers," \
		"$lost lost, $moved entries lost;" \
		"$(($(fwcompat proc net/ip_masquerade | wc -l) - 1)) entries," \
		"$(status VmRSS) KB resident, $anon its own"
	[ -n "$anon" ] && [ "$bad" = 0 ] && [ "$lost" = 0 ] && [ "$moved" = 0 ]
}

lacks=$(lab_lacks "${lab_programs[@]}" iptables-legacy perl)
[ -z "$lacks" ] || skip "$lacks"
lab_up "$dir/lab" || exit
lab_serve_files 4
lab_serve_http s1 || exit
# All 4,096 masquerade ports are given out in 13 seconds, again and again. From
# port 20 a connection would reach those for two minutes who had its port before,
# as in 2.2.
lab_serve_ftp s1 connect_from_port_20=NO || exit
lab_live || exit
lab_live_rules || exit
ipchains -M -S 0 0 30
start_load
failed=0 first=
for ((minute = 1; minute <= minutes; minute++)); do
	sleep 60 &
	wait $!
	say $minute || failed=1
	: "${first:=$anon}"
done
rm "$dir/goes"
wait "${workers[@]}"
workers=()
cat "$dir"/*.bad 2>/dev/null
lab_kill talks
lab_kill live || failed=1
if [ "${anon:-0}" -gt $((${first:-0} + grown_max)) ]; then
	echo "its own memory grew from $first to $anon KB"
	failed=1
fi
cat "$lab_dir/log/live"
[ $failed = 0 ] && echo 'nothing was lost, and memory did not grow'
exit $failed
