# Real programs for a laboratory (lab.bash), a verb each; a verb succeeds where
# the program got what it should have got, and takes a few seconds to fail.

# shellcheck disable=SC2154 # lab_dir: see there

# shellcheck disable=SC2034 # for who loads this
lab_programs=(curl dig dnsmasq irssi lighttpd ngircd ping script tcpdump tnftp
	traceroute vsftpd)

# lab_serve NAMESPACE [MEGABYTES]: DNS, HTTP and FTP there. What is fetched is as
# large as the first one says.
lab_serve() {
	local ns=$1
	lab_serve_files "${2:-4}"
	lab_serve_dns "$ns"
	lab_serve_http "$ns"
	lab_serve_ftp "$ns"
}

# lab_serve_files [MEGABYTES]: what is served, once.
lab_serve_files() {
	local www=$lab_dir/www
	[ ! -d "$www" ] || return 0
	mkdir -p "$www/in"
	chmod 777 "$www/in"
	head -c "${1:-4}M" /dev/urandom >"$www/file"
	(cd "$www" && md5sum file) >"$lab_dir/sum"
}

# Whether something waits at port $2 of $1; $3: ss's option for UDP.
lab_listens() {
	[ -n "$(at "$1" ss -Hln "${3:--t}" "sport = :$2")" ]
}

lab_serve_dns() {
	lab_start "$1" "dnsmasq-$1" dnsmasq --keep-in-foreground --no-resolv \
		--no-hosts --no-daemon --conf-file=/dev/null --user=root \
		--pid-file= --address=/lab.test/192.0.2.7
	lab_until 10 lab_listens "$1" 53 -u
}

lab_serve_http() {
	printf '%s\n' 'server.port = 80' "server.document-root = \"$lab_dir/www\"" \
		>"$lab_dir/lighttpd.conf"
	lab_start "$1" "lighttpd-$1" lighttpd -D -f "$lab_dir/lighttpd.conf"
	lab_until 10 lab_listens "$1" 80
}

# Who is anonymous there may not see where tests keep their files: /run/ftp.
# lab_serve_ftp NAMESPACE [OPTION=VALUE...]: options of vsftpd that are others.
lab_serve_ftp() {
	at "$1" sh -c 'mountpoint -q /run/ftp ||
		{ mkdir -p /run/ftp && mount --bind "$0" /run/ftp; }' "$lab_dir/www"
	printf '%s\n' listen=YES background=NO anonymous_enable=YES \
		anon_root=/run/ftp write_enable=YES anon_upload_enable=YES \
		connect_from_port_20=YES seccomp_sandbox=NO isolate_network=NO \
		secure_chroot_dir=/run/ftp use_localtime=NO "${@:2}" \
		>"$lab_dir/vsftpd.conf"
	lab_start "$1" "vsftpd-$1" vsftpd "$lab_dir/vsftpd.conf"
	lab_until 10 lab_listens "$1" 21
}

# lab_ping FROM ADDRESS
lab_ping() {
	at "$1" ping -n -q -c 2 -i 0.02 -W 2 "$2"
}

# lab_traceroute FROM ADDRESS [OPTION]: by UDP, or as the option says. The last
# hop must be the address, and the first one not.
lab_traceroute() {
	at "$1" traceroute -n -q 1 -w 5 -m 4 "${@:3}" "$2" |
		tee "$lab_dir/traceroute.$1$3"
	awk -v to="$2" 'NR == 2 && $2 != to && $2 != "*" { first = 1 }
		{ last = $2 } END { exit !(first && last == to) }' \
		"$lab_dir/traceroute.$1$3"
}

# lab_dns FROM SERVER
lab_dns() {
	[ "$(at "$1" dig +short +tries=1 +time=2 @"$2" www.lab.test)" = 192.0.2.7 ]
}

# lab_fetch FROM URL [OPTION...]: curl gets the file that lab_serve made.
lab_fetch() {
	at "$1" curl -sS --connect-timeout 2 --max-time 60 "${@:3}" "$2" |
		md5sum | cmp - <(sed 's/file$/-/' "$lab_dir/sum")
}

# lab_http FROM SERVER [PORT]
lab_http() {
	lab_fetch "$1" "http://$2:${3:-80}/file"
}

# lab_ftp FROM SERVER active|passive: tnftp gets the file and puts it back, with
# PORT and PASV, which are of the time.
lab_ftp() {
	local got=$lab_dir/ftp.$1.$2.$3 mode=-p
	[ "$3" = passive ] || mode=-A
	rm -f "$got" "$lab_dir/www/in/$1.$3"
	at "$1" tnftp -n -q 3 "$mode" <<-EOF
		open $2
		user anonymous lab@lab.test
		epsv4
		binary
		get file $got
		put $got in/$1.$3
		bye
	EOF
	cmp "$lab_dir/www/file" "$got" && cmp "$got" "$lab_dir/www/in/$1.$3"
}

# lab_ftp_curl FROM SERVER active|passive
lab_ftp_curl() {
	local mode=(--disable-epsv)
	[ "$3" = passive ] || mode=(--disable-eprt --ftp-port -)
	lab_fetch "$1" "ftp://$2/file" "${mode[@]}"
}

# IRC at a server: ngircd, and somebody who waits for DCC.
lab_serve_irc() {
	printf '%s\n' '[Global]' 'Name = irc.lab.test' 'Info = lab' \
		'MotdPhrase = lab' '[Limits]' 'MaxPenaltyTime = 0' \
		'MaxConnectionsIP = 0' '[Options]' \
		'DNS = no' 'Ident = no' 'PAM = no' >"$lab_dir/ngircd.conf"
	lab_start "$1" "ngircd-$1" ngircd -n -f "$lab_dir/ngircd.conf"
	lab_until 10 lab_listens "$1" 6667
	lab_irssi "$1" waiting 127.0.0.1 wait
	lab_until 10 grep -qs 'waiting.*#lab' "$lab_dir/waiting/log"
}

# lab_irssi NAMESPACE NICK SERVER WHAT: irssi in the channel #lab; see dcc.pl.
lab_irssi() {
	local home=$lab_dir/$2
	rm -rf "$home"
	mkdir -p "$home/scripts/autorun" "$home/got"
	cp "$lab_home/dcc.pl" "$home/scripts/autorun"
	cat >"$home/config" <<-EOF
		servers = ( { address = "$3"; chatnet = "lab"; port = "6667";
			autoconnect = "yes"; use_tls = "no"; } );
		chatnets = { lab = { type = "IRC"; nick = "$2"; }; };
		settings = {
			core = { nick = "$2"; user_name = "$2"; real_name = "$2"; };
			"irc/core" = { cmd_queue_speed = "1msec"; };
			"irc/dcc" = { dcc_autoget = "yes"; dcc_autochat_masks = "*";
				dcc_download_path = "$home/got"; };
			"fe-common/core" = { autolog = "yes"; autolog_path = "$home/log";
				autolog_level = "all"; };
		};
	EOF
	lab_start "$1" "$2" env TERM=vt100 LAB_HOME="$home" LAB_DCC="$4" \
		script -qec "irssi --home=$home" /dev/null
}

# lab_dcc FROM SERVER send|chat: DCC with the one who waits at the server.
lab_dcc() {
	local nick=$3_$1 got=$lab_dir/waiting/got/file works=0
	rm -f "$got"
	if [ "$3" = send ]; then
		lab_irssi "$1" "$nick" "$2" "send $lab_dir/www/file"
		lab_until 10 cmp -s "$lab_dir/www/file" "$got" || works=1
	else
		lab_irssi "$1" "$nick" "$2" "chat hello-$1"
		lab_until 10 grep -qs "hello-$1" "$lab_dir/$nick/heard" || works=1
	fi
	lab_kill "$nick" KILL
	return $works
}

# Who answers a crowd at port 7.
lab_serve_crowd() {
	lab_start "$1" "crowd-$1" "$lab_bin/crowd" listen 7
	lab_until 10 lab_listens "$1" 7
}

# lab_crowd FROM SERVER N: N connections at the same time.
lab_crowd() {
	[ "$(at "$1" "$lab_bin/crowd" "$2" 7 "$3")" = "$3 answered" ]
}

# lab_crowd_stays FROM SERVER N: the same, and they stay until `lab_kill crowd'.
lab_crowd_stays() {
	lab_start "$1" crowd "$lab_bin/crowd" "$2" 7 "$3" hold
	lab_until 20 grep -q "$3 answered" "$lab_dir/log/crowd"
}

# What the cables carried of ICMP, where that is captured; ends the captures.
lab_cables() {
	local file name
	sleep 1.1 # see lab_captured
	for file in "$lab_dir"/*.pcap; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .pcap)
		lab_kill "$name" INT
		lab_until 5 grep -q 'dropped by kernel' "$lab_dir/log/$name" || :
		echo "$name:"
		tcpdump -nr "$file" icmp 2>/dev/null | tail -n 12
	done
}

# lab_everything FROM SERVER: all of them, as far as the server has them. Says
# what does not work, and goes on.
lab_everything() {
	local verb works=0
	local -a verbs=(lab_ping lab_traceroute 'lab_traceroute -I' lab_dns lab_http
		'lab_ftp active' 'lab_ftp passive'
		'lab_ftp_curl active' 'lab_ftp_curl passive')
	[ "$2" != 203.0.113.9 ] || verbs+=('lab_dcc send' 'lab_dcc chat' 'lab_crowd 50')
	for verb in "${verbs[@]}"; do
		# shellcheck disable=SC2086 # words are words
		set -- "$1" "$2" $verb
		"$3" "$1" "$2" "${@:4}" || { echo "$1 to $2: $verb fails"; works=1; }
	done
	[ "$works" = 0 ] || lab_cables
	return $works
}

# Every packet on the cables as it would be on real ones: no larger than they
# carry, with its checksums.
lab_plain_cables() {
	local cable
	for cable in 'c1 eth0' 'c2 eth0' 's1 eth0' 'r eth0' 'r eth1' 'r eth2'; do
		# shellcheck disable=SC2086 # words are words
		set -- $cable
		at "$1" ethtool -K "$2" tx off tso off gso off gro off >/dev/null
	done
}

# lab_capture NAMESPACE INTERFACE NAME [WORD...]: tcpdump there, until
# lab_captured NAME, to $lab_dir/NAME.pcap.
lab_capture() {
	lab_start "$1" "$3" tcpdump -i "$2" -n -s 65535 -B 65536 -Z root \
		-w "$lab_dir/$3.pcap" "${@:4}"
	lab_until 10 grep -q 'listening on' "$lab_dir/log/$3"
}

# Ends captures; fails where one missed a packet. The kernel hands over what it
# saw once a second.
lab_captured() {
	local name
	sleep 1.1
	for name in "$@"; do
		lab_kill "$name" INT
		lab_until 20 grep -q 'dropped by kernel' "$lab_dir/log/$name"
		grep '^0 packets dropped' "$lab_dir/log/$name" >/dev/null || {
			grep -H . "$lab_dir/log/$name"
			return 1
		}
	done
}
