# Tests of one's own firewall, for bats: a rule file is loaded on a host that
# exists in a file only, packets are sent in words, and what must become of
# them is asserted.
#
#	load /usr/share/fwcompat/bats/fwcompat
#
#	setup() {
#		fw_host if eth0 192.168.1.1/24
#		fw_host if ppp0 203.0.113.5/32 ppp
#		fw_host route default ppp0
#		fw_load /etc/rc.d/rc.firewall start
#	}
#
#	@test "the mail server is reached" {
#		fw_send ppp0 tcp 198.51.100.7:1025 203.0.113.5:25 syn
#		assert_delivered
#	}
#
# fw_send leaves what `fwcompat send' says in $output and $lines, as `run'
# would. Each assertion says what it saw where it fails. See fwcompat-bats(7).

# shellcheck disable=SC2154 # bats has BATS_TEST_TMPDIR; fw_send sets output

# Never the running kernel, whatever the machine's settings are.
export LC_ALL=C FWCOMPAT_RESOLVE=files FWCOMPAT_BACKEND=engine
unset FWCOMPAT_ERA FWCOMPAT_LOG FWCOMPAT_PROC FWCOMPAT_TRACE
export FWCOMPAT_STATE="$BATS_TEST_TMPDIR/fwcompat/state"

# What is seen: lines that fw_send or an assertion looked at.
fw_seen=()

# Says why a test fails, and what was seen.
fw_fail() {
	printf '%s\n' "$1" "${fw_seen[@]/#/    }" >&2
	return 1
}

# Interfaces and routes: what `fwcompat host' takes.
fw_host() {
	fwcompat host "$@"
}

# Whether a file's first line that is no comment is one of ipchains-save's.
fw_is_saved() {
	case $(sed -n '/^[[:space:]]*\(#\|$\)/d; p; q' "$1") in
	:* | -A*) true ;;
	*) false ;;
	esac
}

# Loads a rule file: a script, with its arguments, or what ipchains-save wrote.
fw_load() {
	local file=$1
	shift
	if fw_is_saved "$file"; then
		ipchains-restore <"$file"
	else
		fwcompat run sh "$file" "$@"
	fi
}

# Moves the host's clock on by that many seconds.
fw_clock() {
	fwcompat clock "+$1" >/dev/null
}

# Sends a packet in words; what becomes of it is in $output and $lines.
fw_send() {
	output=$(fwcompat send "$@") || return
	lines=()
	[ -z "$output" ] || mapfile -t lines <<<"$output"
	fw_seen=("${lines[@]}")
}

# A line of what became of the packet that begins so: in $fw_line.
fw_find() {
	local line
	for line in "${fw_seen[@]}"; do
		case $line in
		"$1"*)
			fw_line=$line
			return 0
			;;
		esac
	done
	return 1
}

# It leaves, or the host gets it. assert_accepted [INTERFACE]
assert_accepted() {
	if [ $# -gt 0 ]; then
		fw_find "sent $1 " || fw_fail "the packet did not leave by $1:"
	else
		fw_find 'sent ' || fw_find 'delivered ' ||
			fw_fail 'the packet was not accepted:'
	fi
}

# The host itself gets it, at the port that a rule redirects to or at its own.
# assert_delivered [PORT]
assert_delivered() {
	local port
	fw_find 'delivered ' || {
		fw_fail 'the packet was not delivered to the host:'
		return
	}
	case $fw_line in
	*' at port '*) port=${fw_line##* } ;;
	*) port=${fw_line#delivered * *:*:} ;;
	esac
	[ $# -eq 0 ] || [ "${port%% *}" = "$1" ] ||
		fw_fail "the packet was not delivered to port $1:"
}

# It ends without a word.
assert_denied() {
	fw_find 'dropped' || fw_fail 'the packet was not denied:'
}

# Its sender is told. assert_rejected [TYPE CODE]
assert_rejected() {
	fw_find 'answered ' || {
		fw_fail 'the packet was not rejected:'
		return
	}
	[ $# -eq 0 ] || [[ $fw_line == *" type $1 code ${2:-*}"* ]] ||
		fw_fail "the packet was not rejected with type $1 code ${2:-}:"
}

# It leaves as from there. assert_masqueraded ADDRESS[:PORT]
assert_masqueraded() {
	fw_find 'sent ' || {
		fw_fail 'the packet did not leave:'
		return
	}
	local source=${fw_line#sent * * }
	source=${source%% *}
	[ "$source" = "$1" ] || [ "${source%:*}" = "$1" ] ||
		fw_fail "the packet left from $source, not from $1:"
}

# A log line has this text.
assert_logged() {
	local line
	for line in "${fw_seen[@]}"; do
		[[ $line != "logged "*"$1"* ]] || return 0
	done
	fw_fail "no log line has: $1"
}

# Nothing was logged.
refute_logged() {
	! fw_find 'logged ' || fw_fail 'there is a log line:'
}

# A rule counted it, or (policy) a chain's end. assert_counted CHAIN NUMBER
assert_counted() {
	local line
	for line in "${fw_seen[@]}"; do
		[ "$line" != "counted $1 $2" ] || return 0
	done
	fw_fail "the packet was not counted by $1 $2:"
}

# Rows of the masquerading table, as `ipfwadm -M -l -n' shows them, blanks as
# one.
fw_masq_rows() {
	local row
	ipfwadm -M -l -n | tail -n +3 | while read -r row; do
		# shellcheck disable=SC2086 # blanks as one
		echo $row
	done
}

# A row of the table has these words in this order, blanks apart.
# assert_masq_row WORD...
assert_masq_row() {
	local rows words="$*"
	rows=$(fw_masq_rows)
	grep -q -e "${words// /.* }" <<<"$rows" || {
		mapfile -t fw_seen <<<"$rows"
		fw_fail "no masquerade entry is: $words"
	}
}

# The table is empty.
assert_no_masq_rows() {
	local rows
	rows=$(fw_masq_rows)
	[ -z "$rows" ] || {
		mapfile -t fw_seen <<<"$rows"
		fw_fail 'there are masquerade entries:'
	}
}

# A recording plays as it was recorded.
fw_play() {
	fwcompat play --check "$@"
}

# Two rule files do the same with every packet.
# assert_same_rules OLD NEW [ARGUMENT...], the arguments for scripts.
assert_same_rules() {
	local old=$1 new=$2
	shift 2
	fwcompat compare --args "$*" "$old" "$new" >&2
}
