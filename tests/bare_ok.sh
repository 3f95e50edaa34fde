# What the scripts that bare.sh runs inside share: tests, printed as TAP.
# shellcheck shell=sh
n=0
failed=0

# The test $1: the rest does, quietly.
ok() {
	name=$1
	shift
	n=$((n + 1))
	if said=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "$said" | sed 's/^/# /'
		failed=1
	fi
}

# The plan; whether all went well.
finish() {
	echo "1..$n"
	return "$failed"
}
