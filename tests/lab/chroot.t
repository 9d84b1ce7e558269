#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo in a plain chroot, as minimal installations are tried out: / is no mount point there, so
# that a mount namespace cannot be made private in the usual way, and entering one would lead out
# of the chroot.
. tests/lab/lab.sh
need_lab
unshare --mount true 2>/dev/null || skip_all "this is a plain chroot already"

# in_chroot PROPAGATION: the demo in a chroot below a mount with that propagation; sets status
in_chroot() {
	status=0
	# The tree lies on the chroot's own disk; the system is the machine's.
	# shellcheck disable=SC2016 # the inner shell's own variables
	unshare --mount --propagation private sh -eu -c '
		tmp=$1
		mount -t tmpfs chroot "$tmp/disk"
		root=$tmp/disk/root
		mkdir -p "$root/tmp" "$root/run" "$root/mnt" "$root/srv"
		cp -R "$tmp/tree" "$root/tree"
		for place in dev etc proc sys usr var; do
			mkdir "$root/$place"
			mount --rbind "/$place" "$root/$place"
		done
		for link in bin sbin lib lib32 lib64 libx32; do
			[ ! -L "/$link" ] || cp -P "/$link" "$root/"
		done
		mount "--make-r$2" "$tmp/disk"
		OBJ= chroot "$root" /tree/lab/emt-lab demo
	' sh "$tmp" "$1" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
}

mkdir "$tmp/disk"
copy_lab "$tmp/tree"
keep_providers "$tmp/tree" opportunistic
in_chroot private
is "in a plain chroot the demo succeeds" 0 "$status" || sed 's/^/# /' "$tmp/stderr"

in_chroot shared
is "where mounts would show on the machine it is skipped" 77 "$status"
ok "and says why" grep -q 'private mount' "$tmp/stderr"
tap_end
