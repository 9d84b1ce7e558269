#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every system call of emt-deliver fails, or is its last: nothing is lost, doubled or visible in part.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"

deliver=$OBJ/delivery/emt-deliver
[ -z "${SAN-}" ] || skip_all "sanitizers make system calls of their own, and refuse to be traced"
tmp=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP

# In memory, since a sweep flushes some thousand files; what a disk does with a flush is not the question here.
for kind in kill short EIO ENOSPC EDQUOT EMFILE EROFS EINTR ENOMEM EIO+ ENOSPC+ EDQUOT+ EMFILE+ EROFS+ ENOMEM+ ENOSYS+; do
	for way in tmpfile hidden; do
		for folders in fresh second leftover; do
			# Of each combination one sort of trouble is enough to see its paths; soak has them all.
			case $folders-$kind${EMT_SOAK-} in
			fresh-* | *1 | *-kill | *-short | *-EIO | *-EINTR | *-ENOSPC+) ;;
			*) continue ;;
			esac
			ok "$kind at every call, $way, $folders" "$OBJ/tests/tools/faults" "$deliver" "$tmp" $kind $way $folders
		done
	done
done

# What a crash of the machine leaves depends on the order alone: bytes, name, folder; the mail before its record; and all
# of that before Postfix is told.
mail='Received: by mail.example.com id Q1; Mon, 5 Jan 2026 10:00:00 +0000
From: a@example.net

hi'
rm -rf "${tmp:?}"/*
mkdir "$tmp/mails" "$tmp/json"
order() {
	printf '%s\n' "$mail" | strace -qq -y -e trace=write,fsync,linkat,exit_group -o "$tmp/trace" \
		"$deliver" -o base_dir="$tmp" --recipient m@example.com || return 1
	sed -E "s,$tmp/,,g" "$tmp/trace" | awk '
		/^write\(.*<mails\/[^>]*\(deleted\)>/ || /^write\([0-9]+<mails\/#/ { print "mail: write"; next }
		/^write\(.*<json\/[^>]*\(deleted\)>/ || /^write\([0-9]+<json\/#/ { print "record: write"; next }
		/^fsync\([0-9]+<mails\/.*= 0/ { print "mail: flush"; next }
		/^fsync\([0-9]+<json\/.*= 0/ { print "record: flush"; next }
		/^linkat.*<mails>.*= 0/ { print "mail: link"; next }
		/^linkat.*<json>.*= 0/ { print "record: link"; next }
		/^fsync\([0-9]+<mails>.*= 0/ { print "mail: flush of the folder"; next }
		/^fsync\([0-9]+<json>.*= 0/ { print "record: flush of the folder"; next }
		/^exit_group\(0\)/ { print "exit 0" }'
}
if command -v strace >/dev/null; then
	same "the order of a delivery" "$(order)" "mail: write
mail: flush
mail: link
mail: flush of the folder
record: write
record: flush
record: link
record: flush of the folder
exit 0"
	same "a second delivery only makes sure" "$(order | grep -v 'mail: write\|mail: flush$')" "mail: flush of the folder
record: flush of the folder
exit 0"
fi
tap_end
