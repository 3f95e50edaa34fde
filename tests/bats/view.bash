# What tests call that need the old files in their places.
# shellcheck source=tests/view.sh
. "$BATS_TEST_DIRNAME/../view.sh"

# Skips the test for the reason $1; with CI set that is a failure.
leave_out() {
	[ -z "${CI:-}" ] || fail "$1"
	skip "$1"
}

need_view() {
	local lacks
	lacks=$(view_lacks)
	[ -z "$lacks" ] || leave_out "$lacks"
}
