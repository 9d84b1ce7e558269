#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Disks that are full, read-only or not there: exit code 75, nothing printed, nothing visible in part; and when the trouble
# is over, the same mail is delivered, once.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"

if [ -z "${EMT_IN_NAMESPACE-}" ]; then
	[ "$(id -u)" -eq 0 ] || skip_all "mounting needs root"
	unshare --mount true 2>/dev/null || skip_all "no mount namespace can be made here"
	EMT_IN_NAMESPACE=1 exec unshare --mount --propagation private "$0"
fi

tmp=$(mktemp -d)
trap 'umount -l "$tmp/fs" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP
fs=$tmp/fs
deliver=$tmp/emt-deliver
mkdir "$fs"
chmod 755 "$tmp"
cp "$OBJ/delivery/emt-deliver" "$deliver"

head='Received: by mail.example.com id Q1; Mon, 5 Jan 2026 10:00:00 +0000
From: a@example.net
'
{
	printf '%s\n' "$head"
	head -c 5000 /dev/zero | tr '\0' x
} >"$tmp/small"
{
	printf '%s\n' "$head"
	head -c 300000 /dev/zero | tr '\0' x
} >"$tmp/large"

new_fs() { # OPTIONS: an empty file system with the two folders
	umount -l "$fs" 2>/dev/null
	mount -t tmpfs -o "$1" emt-test "$fs" && mkdir -m 700 "$fs/mails" "$fs/json"
}

way=
run() { # MAIL [OPTION]...: its exit code, and what it prints
	r_mail=$1
	shift
	# shellcheck disable=SC2086 # a command or nothing
	$way "$deliver" -o base_dir="$fs" --recipient m@example.com "$@" <"$tmp/$r_mail" 2>&1
	printf '%s' "$?"
}

files() { # how many mails and records there are, and that all mails are whole
	f_n=0
	for f_mail in "$fs"/mails/*; do
		[ -e "$f_mail" ] || continue
		f_n=$((f_n + 1))
		cmp -s "$f_mail" "$tmp/small" || cmp -s "$f_mail" "$tmp/large" || echo "partial: $f_mail"
	done
	echo "$f_n $(find "$fs/json" -type f | wc -l) hidden $(find "$fs" -name '.*' -type f | wc -l)"
}

new_fs size=64k
same "a mail larger than the disk" "$(run large)" 75
same "leaves nothing" "$(files)" "0 0 hidden 0"

# At each fill level: whatever still fits.
full_disk() { # PAGES: fills the disk but for 16 - PAGES pages, delivers, makes room, delivers again
	new_fs size=64k
	head -c $(($1 * 4096)) /dev/zero >"$fs/filler" 2>/dev/null
	fd_code=$(run small)
	fd_left=$(files)
	case "$fd_code $fd_left" in
	"0 1 1 hidden 0") ;;
	"75 0 0 hidden 0" | "75 1 0 hidden 0") deferred=$((deferred + 1)) ;;
	*) failed=1; echo "# $1 pages: $fd_code, $fd_left" ;;
	esac
	rm "$fs/filler"
	[ "$(run small) $(files)" = "0 1 1 hidden 0" ] || { failed=1; echo "# $1 pages: retry: $(files)"; }
}
failed=0 deferred=0
for way in '' "$OBJ/tests/tools/notmpfile"; do
	for pages in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		full_disk $pages
	done
done
same "a disk at every fill level, and with room again" "$failed" 0
ok "some of them were full" test "$deferred" -gt 2

no_inodes() { # INODES: the same with a disk of so many inodes
	new_fs "nr_inodes=$1" || return 0
	fd_code=$(run small)
	fd_left=$(files)
	case "$fd_code $fd_left" in
	"0 1 1 hidden 0") ;;
	"75 0 0 hidden 0" | "75 1 0 hidden 0") deferred=$((deferred + 1)) ;;
	*) failed=1; echo "# $1 inodes: $fd_code, $fd_left" ;;
	esac
	mount -o remount,nr_inodes=1000 "$fs"
	[ "$(run small) $(files)" = "0 1 1 hidden 0" ] || { failed=1; echo "# $1 inodes: retry: $(files)"; }
}
failed=0 deferred=0
for way in '' "$OBJ/tests/tools/notmpfile"; do
	for inodes in 3 4 5 6 7 8 9 10; do
		no_inodes $inodes
	done
done
way=
same "a disk without inodes, and with some again" "$failed" 0
ok "some of them had none" test "$deferred" -gt 1

# local(8) commands inherit mailbox_size_limit as their file size limit.
new_fs size=10m
same "a mail over ulimit -f" "$(ulimit -f 100; run large)" 75
same "leaves nothing" "$(files)" "0 0 hidden 0"
same "and is delivered without" "$(run large) $(files)" "0 1 1 hidden 0"

new_fs size=10m
mount -o remount,ro "$fs"
same "a read-only disk" "$(run small) $(files)" "75 0 0 hidden 0"
mount -o remount,rw "$fs"
same "a writable one" "$(run small) $(files)" "0 1 1 hidden 0"

for gone in mails json; do
	new_fs size=10m
	rmdir "$fs/$gone"
	same "no folder $gone" "$(run small)" 75
	echo >"$fs/$gone"
	same "a file in its place" "$(run small)" 75
	rm "$fs/$gone"
	mkdir "$fs/$gone"
	same "nothing was stored; now it is" "$(files); $(run small) $(files)" "0 0 hidden 0; 0 1 1 hidden 0"
done

new_fs size=10m
same "one folder for both" "$(run small -o json_dir="$fs/mails") $(files)" "75 0 0 hidden 0"

# Not ours to write: another user's folders.
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$deliver" -o base_dir="$fs" <"$tmp/small" 2>&1
	printf '%s' "$?"
}
same "folders of another user" "$(as_nobody) $(files)" "75 0 0 hidden 0"
chown 65534:65534 "$fs/mails" "$fs/json"
same "folders of our own" "$(as_nobody) $(files)" "0 1 1 hidden 0"
same "files are for their owner alone" "$(find "$fs" -type f -exec stat -c %a {} + | sort -u)" 600

same "no input at all" "$("$deliver" -o base_dir="$fs" <&- 2>&1; echo $?)" 75
same "a folder as input" "$("$deliver" -o base_dir="$fs" </ 2>&1; echo $?)" 75
same "no other descriptors" "$("$deliver" -o base_dir="$fs" <"$tmp/small" >&- 2>&-; echo $?)" 0
tap_end
