# What a test of the tools begins with: bats' libraries, and a host of its own.
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

# A fresh state, none of the caller's settings, an empty directory. Names come
# from files alone.
own_host() {
	export FWCOMPAT_STATE=$BATS_TEST_TMPDIR/state LC_ALL=C
	export FWCOMPAT_RESOLVE=files
	export FWCOMPAT_CONF=/dev/null
	unset FWCOMPAT_BACKEND FWCOMPAT_PROC FWCOMPAT_LOG FWCOMPAT_TRACE
	cd "$BATS_TEST_TMPDIR" || return
}

# Skips where this build has no netfilter backend.
need_backend() {
	[ -e "$(dirname "$(command -v fwcompat)")/../libexec/fwcompat/netfilter.so" ] ||
		skip 'this build is without the netfilter backend'
}

# Under the sanitizers: the leak checker starts a process that looks at its own,
# which is refused after a dry run, and under strace.
no_leak_checker() {
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
}

# For files that need no more.
setup() {
	own_host
}
