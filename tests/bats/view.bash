# What tests call that need the old files in their places.
# shellcheck source=tests/view.sh
. "$BATS_TEST_DIRNAME/../view.sh"

need_view() {
	local lacks
	lacks=$(view_lacks)
	[ -z "$lacks" ] || skip "$lacks"
}
