#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What emt-deliver says to syslog, its only voice: one line a mail, fit for a terminal, whatever the mail or the command
# line holds.  It runs in a folder that it takes for the root, so that /dev/log can be ours without touching /dev.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"

[ -z "${SAN-}" ] || skip_all "a sanitized build is not static, and finds no libraries there"
[ "$(id -u)" -eq 0 ] || skip_all "chroot needs root"
if [ -z "${EMT_IN_NAMESPACE-}" ]; then
	unshare --mount true 2>/dev/null || skip_all "no mount namespace can be made here"
	EMT_IN_NAMESPACE=1 exec unshare --mount --propagation private "$0"
fi

root=$(mktemp -d)
trap 'umount "$root/proc"; rm -rf --one-file-system "$root"' EXIT
trap 'exit 143' TERM INT HUP
mkdir "$root/dev" "$root/proc" "$root/srv" "$root/srv/mails" "$root/srv/json"
cp "$OBJ/delivery/emt-deliver" "$root/"
# Files without a name are linked by way of /proc/self/fd.
mount -t proc proc "$root/proc"
printf 'base_dri = /srv\n' >"$root/bad.conf"
printf 'Received: by h id Q9; Mon, 5 Jan 2026 10:00:00 +0000\nFrom: a@example.net\n\nhi\n' >"$root/mail"

# says CODE PATTERN OPTION...: the exit code, and the one line there is
says() {
	s_code=$1 s_pattern=$2
	shift 2
	"$OBJ/tests/tools/logcatch" "$root/dev/log" /usr/sbin/chroot "$root" /emt-deliver "$@" <"$root/mail" >"$root/log" 2>&1
	s_got=$?
	echo "exit $s_got:"
	cat "$root/log"
	[ $s_got -eq "$s_code" ] && [ "$(wc -l <"$root/log")" -eq 1 ] &&
		grep -qE "^$s_pattern" "$root/log" && ! LC_ALL=C grep -q '[^ -~]' "$root/log"
}

# <19> is an error of the mail system, <22> an information.
error='<19>emt-deliver\[[0-9]+\]: '
info='<22>emt-deliver\[[0-9]+\]: '
ok "unknown option" says 75 "${error}mail deferred: unknown option --nosuch; --help lists them$" --nosuch
ok "control characters" says 75 "${error}mail deferred: unknown option --\\\\+x1b\\[2J\\\\+x0ax;" "$(printf -- '--\033[2J\nx')"
ok "bad site file" says 75 "${error}mail deferred: /bad.conf:1: no setting is called \"base_dri\"" -c /bad.conf
ok "no site file" says 75 "${error}mail deferred: /nosuch: No such file or directory" -c /nosuch
ok "--help with a mail" says 75 "${error}mail deferred: --help, --version and -n deliver no mail$" --help
ok "an argument" says 75 "${error}mail deferred: it takes no argument" x
ok "no folder" says 75 "$error/nosuch/mails: No such file or directory; make the folder" -o base_dir=/nosuch
ok "one folder for both" says 75 "${error}mail deferred: /srv/mails is to hold mails and records" -o json_dir=/srv/mails
ok "stored" says 0 "${info}Q9: stored as 1767607200:[0-9a-f]{64}-m@example.com$" --recipient m@example.com
ok "again" says 0 "${info}Q9: delivered again, stored before as 1767607200:" --recipient m@example.com
ok "a hostile queue id" says 0 "${info}\\\\x0a\\\\xff: stored as .*-%0A%FF$" --queue-id "$(printf '\n\377')" \
	--recipient "$(printf '\n\377')"
umount "$root/proc"
ok "no /proc" says 75 "${error}mail deferred: mail file: No such file or directory$" --recipient no-proc@example.com
same "and nothing is there" "$(find "$root/srv" -name '*no-proc*')" ""
mount -t proc proc "$root/proc"
ok "with /proc again" says 0 "${info}Q9: stored as " --recipient no-proc@example.com
tap_end
