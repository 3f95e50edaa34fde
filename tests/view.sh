# Sourced: what this machine lacks for the old files to stand where they were,
# which takes a mount namespace and a file system in user space; or nothing.
view_lacks() {
	if ! [ -r /dev/fuse ] || ! [ -w /dev/fuse ]; then
		echo 'no right to use /dev/fuse here'
	elif ! unshare -m true 2>/dev/null && ! unshare -U -r -m true 2>/dev/null; then
		echo 'no mount namespace is to be had here'
	fi
}
