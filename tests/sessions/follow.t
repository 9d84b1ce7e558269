#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-sessions --follow-state: a log that is written, rotated in every way and followed by a program that is killed at
# any system call gives what it gives when it is read at once, each session once.
. tests/tap.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
for tool in gzip bzip2 zstd; do
	command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
sessions=$OBJ/sessionparse/emt-sessions
log=$work/log
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
	user=nobody
	chown nobody "$work"
fi
chmod 755 "$work"

follow() { # [SWITCH...]
	"$sessions" --set user="$user" --zone UTC --year 2026 --follow-state "$work/state" --out "$work/out" \
		--log "$log" "$@"
}

again() { # a place with nothing in it
	rm -rf "$work"/state "$work"/out "$work"/log* "$work"/whole*
}

digest() { # of all that was written
	(cd "$work/out" && find . -type f -print0 | sort -z | xargs -0 cat | sha256sum)
}

killed() { # SEED LINES ROTATIONS KILLS
	again
	ok "seed $1: $2 lines, $3 rotations, $4 kills" sh -c "'$OBJ/tests/tools/followkill' '$work' $1 $2 $3 $4 \
		'$sessions' --set user=$user --zone UTC --year 2026 --follow-state '$work/state' --out '$work/out' \
		--log log >'$work/done' 2>'$work/errors'"
	sed 's/^/# /' "$work/done"
	empty "nothing is said to be lost" "$(head -5 "$work/errors")"
	"$sessions" --year 2026 --zone UTC "$work/whole" >"$work/whole.jsonl"
	ok "each session is there once, with all that the log says of it" \
		tests/sessions/follow.py "$work/whole.jsonl" "$work/out"
	before=$(digest)
	log=log
	(cd "$work" && follow)
	log=$work/log
	same "a run with nothing new writes nothing" "$(digest)" "$before"
}

killed 1 1000000 20 200
if [ -n "${EMT_SOAK-}" ]; then
	for seed in 5 6 7 8 9; do
		killed "$seed" 1000000 20 200
	done
fi
killed 2 60000 20 60

ok "daily files fit their schemas" sh -c "grep -h '\"session/1\"' '$work'/out/*.jsonl >'$work/s' &&
	grep -h '\"delivery/1\"' '$work'/out/*.jsonl >'$work/d' &&
	tests/tools/check_schema.py schema/session-1.json '$work/s' &&
	tests/tools/check_schema.py schema/delivery-1.json '$work/d'"
ok "the log has a password" grep -q ": AUTH PLAIN AGFsaWNl" "$work/whole"
empty "which is in none of the files, nor in the state" "$(grep -rl ": AUTH PLAIN AGFsaWNl" "$work/out" "$work/state" | head -3)"

killed 3 3000 20 40
killed 4 3000 20 40

# Refusals.
again
printf 'Nov 21 19:34:06 mail postfix/smtpd[1]: connect from a[192.0.2.1]\n' >"$log"
[ "$(id -u)" -ne 0 ] || chmod 600 "$log" # as Postfix makes it: root's alone
ok "a log that only root can read is read" follow
ok "the state is the user's" [ "$(stat -c %U "$work/state/state")" = "$user" ]
"$sessions" --set user="$user" --follow-state "$work/state2" --out "$work/out" --log "$log" 2>"$work/said"
same "one sessions folder for two states: refused" "$?" 75
ok "and the reason given" grep -q "belongs to the state in another folder" "$work/said"
cp "$log" "$work/log2" && chmod 644 "$work/log2"
"$sessions" --set user="$user" --follow-state "$work/state" --out "$work/out" --log "$work/log2" 2>"$work/said"
same "another log with the same state: refused" "$?" 75
ok "and the reason given" grep -q "of another log" "$work/said"
printf 'x' | dd of="$work/state/state" bs=1 seek=300 conv=notrunc 2>"$work/dd"
printf 'Nov 21 19:34:07 mail postfix/smtpd[1]: disconnect from a[192.0.2.1]\n' >>"$log"
follow 2>"$work/said"
same "a damaged state: refused" "$?" 75
ok "and the reason given" grep -q "state: is damaged" "$work/said"
ok "flock holds the state" sh -c "flock '$work/state/lock' '$sessions' --set user=$user --follow-state '$work/state' \
	--out '$work/out' --log '$log' 2>'$work/said'; [ \$? -eq 75 ] && grep -q 'another run is at work' '$work/said'"
"$sessions" --out "$work/out" "$log" 2>"$work/said"
same "--out without --follow-state: refused" "$?" 64
"$sessions" --follow-state "$work/state" "$log" 2>"$work/said"
same "files with --follow-state: refused" "$?" 64
if [ "$(id -u)" -eq 0 ]; then
	"$sessions" --set user=root --follow-state "$work/state" --log "$log" 2>"$work/said"
	same "user = root: refused" "$?" 78
	"$sessions" --set user=no-such-user --follow-state "$work/state" --log "$log" 2>"$work/said"
	same "a user that is none: refused" "$?" 78
fi
ln -s log "$work/link"
"$sessions" --set user="$user" --follow-state "$work/state3" --out "$work/out3" --log "$work/link" 2>"$work/said"
same "a symbolic link: refused" "$?" 75
ok "and the mend given" grep -q "name the log itself" "$work/said"
rm "$log"
follow 2>"$work/said"
same "no log: tried again later" "$?" 75

# A full disk: the run fails, says so, and the next one has it all.
full_disk() { # in a mount namespace of its own
	mkdir "$work/disk" && mount -t tmpfs -o size=200k,mode=777 tmpfs "$work/disk" || return 1
	for size in 200k 500k 800k; do
		mount -o remount,size=$size "$work/disk"
		"$sessions" --set user="$user" --zone UTC --year 2026 --follow-state "$work/disk/state" \
			--out "$work/disk/out" --log "$log" 2>"$work/said"
		[ $? -eq 75 ] && grep -q "No space left" "$work/said" || return 1
	done
	mount -o remount,size=100m "$work/disk"
	"$sessions" --set user="$user" --zone UTC --year 2026 --follow-state "$work/disk/state" --out "$work/disk/out" \
		--log "$log" && tests/sessions/follow.py "$work/whole.jsonl" "$work/disk/out"
}

if [ "$(id -u)" -eq 0 ] && unshare -m --propagation private true 2>/dev/null; then
	again
	"$OBJ/tests/tools/followkill" "$work" 9 20000 0 0 true >"$work/done"
	"$sessions" --year 2026 --zone UTC "$log" >"$work/whole.jsonl"
	chmod 644 "$log"
	export work user sessions log
	ok "a disk that is full, then less full, then not full" unshare -m --propagation private sh -c \
		"$(sed -n '/^full_disk() {/,/^}/p' "$0"); full_disk"
fi

# The state is lost, the sessions are not.
again
"$OBJ/tests/tools/sessiongen" 5 200 20 1 >"$log"
ok "a log is read" follow
before=$(digest)
rm -r "$work/state"
ok "and again, with a new state" sh -c "'$sessions' --set user=$user --zone UTC --year 2026 --follow-state '$work/state' \
	--out '$work/out' --log '$log' 2>'$work/said'"
same "nothing is written twice" "$(digest)" "$before"
ok "and a warning says so" grep -q "sessions were recorded before" "$work/said"

# A file of somebody else's, with nothing in it, under the name of a session.
again
printf 'Nov 21 19:34:0%s mail postfix/smtpd[1]: %sconnect from a[192.0.2.1]\n' 6 "" 7 dis >"$log"
ok "one session" follow
name=$(cd "$work/out" && echo 1*.json)
rm -r "$work/state" "$work/out"
mkdir "$work/out" && : >"$work/out/$name" && chown "$user" "$work/out" "$work/out/$name"
ok "an empty file under its name" follow
ok "which does not hide it" [ "$(cat "$work"/out/*.jsonl | wc -l)" = 1 ]
tap_end
