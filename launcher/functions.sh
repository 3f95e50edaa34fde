# What init scripts of Red Hat's kind read from /etc/rc.d/init.d/functions, where
# the machine has none: to be read by sh.
PATH=/sbin:/usr/sbin:/bin:/usr/bin:$PATH
export PATH

echo_success() {
	printf '\r%60s[  OK  ]' ''
}

echo_failure() {
	printf '\r%60s[FAILED]' ''
}

echo_passed() {
	printf '\r%60s[PASSED]' ''
}

success() {
	echo_success
	return 0
}

failure() {
	echo_failure
	return 1
}

passed() {
	echo_passed
	return 1
}

# Runs a command, and says how it went behind the words before it.
action() {
	printf '%s ' "$1"
	shift
	if "$@"; then
		success
		echo
		return 0
	fi
	failure
	echo
	return 1
}

# Starts a program; +N is how nice it is to be.
daemon() {
	case $1 in
	[-+][0-9]*) shift ;;
	esac
	if "$@"; then
		success
	else
		failure
	fi
}

pidofproc() {
	pidof "${1##*/}"
}

killproc() {
	# shellcheck disable=SC2086 # a word each
	if pids=$(pidof "${1##*/}") && kill "${2:--TERM}" $pids; then
		success
	else
		failure
	fi
}

status() {
	if pids=$(pidof "${1##*/}"); then
		echo "${1##*/} (pid $pids) is running..."
		return 0
	fi
	echo "${1##*/} is stopped"
	return 3
}

strstr() {
	case $1 in
	*"$2"*) return 0 ;;
	esac
	return 1
}

confirm() {
	return 0
}
