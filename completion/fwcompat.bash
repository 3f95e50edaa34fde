# Completion by bash for fwcompat and the old tools: installed under the name of
# each. What can be asked for is asked for: subcommands and their options by
# --help, chains by `ipchains -L', interfaces by `fwcompat host'.

# The words of $1 that begin as the word at the cursor does.
_fwcompat_words() {
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
		compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}"
	)
}

# Files, of them only those whose name ends with $1, and directories.
_fwcompat_files() {
	local word=${COMP_WORDS[COMP_CWORD]}
	[ "$word" != = ] || word=
	compopt -o filenames 2>/dev/null
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
		compgen -d -- "$word"
		compgen -f -X "!*${1:-}" -- "$word" | while read -r file; do
			[ -d "$file" ] || echo "$file"
		done
	)
}

_fwcompat_directories() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")
}

_fwcompat_chains() {
	ipchains -L -n 2>/dev/null | sed -n 's/^Chain \([^ ]*\) .*/\1/p'
}

_fwcompat_interfaces() {
	fwcompat host 2>/dev/null | sed -n 's/^if \([^ ]*\) .*/\1/p'
}

# The long options that the help on standard input shows.
_fwcompat_options() {
	grep -oE -e '--[a-z]+(-[a-z]+)*' | sort -u
}

# What stands before the cursor, over the `=' of --option=word.
_fwcompat_before() {
	local at=$((COMP_CWORD - 1))
	if [ "${COMP_WORDS[at]}" = = ] && [ "$at" -gt 1 ]; then
		at=$((at - 1))
	fi
	echo "${COMP_WORDS[at]}"
}

# Whether one of the words between the command and the cursor is in $1.
_fwcompat_has() {
	local word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case " $1 " in
		*" $word "*) return 0 ;;
		esac
	done
	return 1
}

# Of fwcompat: the word after the option $2 of the subcommand $1; fails where
# the option takes none, or no known one.
_fwcompat_value() {
	case $1:$2 in
	*:--era) _fwcompat_words '1.3 2.0 2.2' ;;
	*:--backend) _fwcompat_words 'engine netfilter' ;;
	*:--on-death) _fwcompat_words 'closed open' ;;
	live:--log | logd:--log)
		_fwcompat_words 'syslog -'
		_fwcompat_files
		;;
	*:--log | *:--copies | *:--keep) _fwcompat_files ;;
	*:--from) _fwcompat_directories ;;
	*:--facility)
		_fwcompat_words "auth cron daemon user local0 local1 local2 \
			local3 local4 local5 local6 local7"
		;;
	top:-s | top:--sort) _fwcompat_words 'expiry traffic host' ;;
	*:--args | *:--queue | *:--group | *:--copy-group | top:-d | \
		*:--delay) ;;
	*) return 1 ;;
	esac
}

# Of fwcompat: what the subcommand $1 takes beside options, as word number $2.
_fwcompat_operand() {
	case $1:$2 in
	compare:*) _fwcompat_files ;;
	host:1) _fwcompat_words 'show if route unroute' ;;
	host:2 | host:3 | send:1) _fwcompat_words "$(_fwcompat_interfaces)" ;;
	host:*) _fwcompat_words 'ppp down' ;;
	mount:*) _fwcompat_directories ;;
	play:*) _fwcompat_files .t ;;
	proc:1) _fwcompat_words "$(fwcompat proc 2>/dev/null | sed 's:.*/::')" ;;
	send:2) _fwcompat_words 'tcp udp icmp' ;;
	send:3 | send:4) ;;
	send:*)
		_fwcompat_words "fin syn rst psh ack urg noflags type code \
			ttl tos id df frag more data length"
		;;
	run:1)
		_fwcompat_files
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
			compgen -c -- "${COMP_WORDS[COMP_CWORD]}"
		)
		;;
	run:*) _fwcompat_files ;;
	esac
}

# How many operands of fwcompat's subcommand $1 stand before the cursor, and
# one.
_fwcompat_number() {
	local n=1 i
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--era | --backend | --keep | --log | --args)
			[ "${COMP_WORDS[i + 1]}" = = ] && i=$((i + 1))
			i=$((i + 1))
			;;
		-*) ;;
		*) n=$((n + 1)) ;;
		esac
	done
	echo "$n"
}

_fwcompat() {
	local word=${COMP_WORDS[COMP_CWORD]} sub=${COMP_WORDS[1]} before
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_fwcompat_words "--help --version $(fwcompat --help 2>/dev/null |
			sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p')"
		return
	fi
	before=$(_fwcompat_before)
	case $sub:${COMP_WORDS[COMP_CWORD - 1]}:$word in
	replay:=:* | replay:*:=)
		_fwcompat_files
		return
		;;
	replay:--in:* | replay:--out:*)
		compopt -o nospace 2>/dev/null
		_fwcompat_words "$(_fwcompat_interfaces | sed 's/$/=/')"
		return
		;;
	esac
	_fwcompat_value "$sub" "$before" && return
	case $word in
	-*)
		_fwcompat_words "--help $(fwcompat "$sub" --help 2>/dev/null |
			_fwcompat_options)"
		;;
	*) _fwcompat_operand "$sub" "$(_fwcompat_number)" ;;
	esac
}

_ipchains() {
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	[ "$before" != '!' ] || before=${COMP_WORDS[COMP_CWORD - 2]}
	case $before in
	-[ADCIRLFZXP] | --add | --append | --delete | --check | --insert | \
		--replace | --list | --flush | --zero | --delete-chain | --policy)
		_fwcompat_words "$(_fwcompat_chains)"
		;;
	-j | --jump)
		_fwcompat_words "ACCEPT DENY REJECT MASQ REDIRECT RETURN \
			$(_fwcompat_chains | grep -vx 'input\|forward\|output')"
		;;
	-i | --interface) _fwcompat_words "$(_fwcompat_interfaces)" ;;
	-p | --proto | --protocol) _fwcompat_words 'tcp udp icmp all' ;;
	-h) _fwcompat_words icmp ;;
	--icmp-type)
		_fwcompat_words "$(ipchains -h icmp 2>/dev/null |
			sed -n '/^ *[a-z]/s/ *(.*//p')"
		;;
	-M | --masquerade) _fwcompat_words '-L -S' ;;
	*)
		if _fwcompat_has '-P --policy'; then
			_fwcompat_words 'ACCEPT DENY REJECT MASQ'
			return
		fi
		_fwcompat_words "-A -D -C -I -R -L -F -Z -N -X -P -M -S -h \
			-b -p -s -d -i -j -m -n -l -o -t -v -x -f -y -V \
			$(ipchains -h 2>/dev/null | _fwcompat_options)"
		;;
	esac
}

_ipchains_saved() {
	COMPREPLY=()
	case $1:${COMP_WORDS[COMP_CWORD]} in
	*restore:-*) _fwcompat_words '-f -p -v --replace --test' ;;
	*restore:*) _fwcompat_files ;;
	*save:-*) _fwcompat_words -v ;;
	*save:*) _fwcompat_words "$(_fwcompat_chains)" ;;
	esac
}

_ipfwadm() {
	COMPREPLY=()
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-A) _fwcompat_words 'in out both -i -a -d -l -z -f' ;;
	-a | -i | -d | -p) _fwcompat_words 'accept deny reject -P -S -D -W' ;;
	-P) _fwcompat_words 'tcp udp icmp all' ;;
	-W) _fwcompat_words "$(_fwcompat_interfaces)" ;;
	*)
		if [ "$COMP_CWORD" = 1 ]; then
			_fwcompat_words '-A -F -I -O -M -h'
		else
			_fwcompat_words "-a -b -c -d -e -f -i -k -l -m -n -o \
				-p -r -s -t -v -x -y -z -D -P -S -V -W"
		fi
		;;
	esac
}

_ipfw() {
	local verb=${COMP_WORDS[1]}
	COMPREPLY=()
	case $COMP_CWORD:$verb in
	1:*) _fwcompat_words 'list policy flush add delete check zeroaccounting -n -d' ;;
	2:list) _fwcompat_words 'blocking forwarding accounting' ;;
	2:flush) _fwcompat_words 'blocking firewall accounting' ;;
	2:policy | 2:check) _fwcompat_words 'blocking forwarding' ;;
	2:add | 2:delete)
		_fwcompat_words 'blocking forwarding accounting masquerade'
		;;
	3:policy) _fwcompat_words 'accept deny reject' ;;
	*) _fwcompat_words 'accept deny reject all tcp udp icmp iface from to' ;;
	esac
}

# The options of the module $1 of ipmasqadm.
_ipmasqadm_options() {
	case $1 in
	portfw) echo '-a -d -f -l -n -P -L -R -p' ;;
	autofw) echo '-A -D -F -c -d -h -i -p -r -u -v' ;;
	mfw) echo '-A -D -E -S -F -L -n -m -r -p' ;;
	user) echo '-a -d -g -n -s -t -D -M -P -S' ;;
	esac
}

_ipmasqadm() {
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_fwcompat_words 'portfw autofw mfw user'
	elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = -P ]; then
		_fwcompat_words 'tcp udp'
	else
		_fwcompat_words "$(_ipmasqadm_options "${COMP_WORDS[1]}")"
	fi
}

_ipportfw() {
	COMPREPLY=()
	_fwcompat_words '-A -D -C -L -t -u -R'
}

_ipautofw() {
	COMPREPLY=()
	_fwcompat_words "$(_ipmasqadm_options autofw)"
}

complete -F _fwcompat fwcompat
complete -F _ipchains ipchains
complete -F _ipchains_saved ipchains-restore ipchains-save
complete -F _ipfwadm ipfwadm ipfwadm-wrapper
complete -F _ipfw ipfw
complete -F _ipmasqadm ipmasqadm
complete -F _ipportfw ipportfw
complete -F _ipautofw ipautofw
