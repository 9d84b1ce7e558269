#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-queries collect: killed, restarted, left by its senders, with a full disk; and beside a real NSD.
. tests/tap.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
queries=$OBJ/queryparse/emt-queries
user=$(id -un)
[ "$(id -u)" -ne 0 ] || user=nobody

place() { # NAME: a folder of the user's
	mkdir -p "$work/$1/out"
	[ "$(id -u)" -ne 0 ] || chown -R nobody "$work/$1"
}

for seed in 1 2 ${EMT_SOAK:+3 4 5 6 7 8 9 10}; do
	place $seed
	ok "seed $seed: senders and collector come and go" tests/queries/taps.py "$work/$seed" $seed 40 "$queries" "$user"
	sed 's/^/# /' "$tap_output" 2>/dev/null
done
same "the file is the user's alone" "$(stat -c '%U %a' "$work/1/out/queries.dnstap")" "$user 600"
"$queries" "$work/1/out/queries.dnstap" >"$work/records"
grep '"query-gap/1"' "$work/records" >"$work/gaps"
ok "gaps fit their schema" tests/tools/check_schema.py schema/query-gap-1.json "$work/gaps"

# Others on the machine.
place strangers
ok "strangers do not keep a name server out" tests/queries/strangers.py "$work/strangers" "$queries" "$user"

# Refusals.
place refused
"$queries" collect --set user="$user" --socket "$work/refused/none/there/sock" --out "$work/refused/out" 2>"$work/said"
same "a socket in a folder that is not there: tried again later" "$?" 75
echo text >"$work/refused/file"
"$queries" collect --set user="$user" --socket "$work/refused/file" --out "$work/refused/out" 2>"$work/said"
same "a file where the socket is to be: refused" "$?" 75
same "and left alone" "$(cat "$work/refused/file")" text
"$queries" collect --set user="$user" --socket "$work/refused/s" --group no-such-group --out "$work/refused/out" 2>"$work/said"
same "a group that is none: 78" "$?" 78
"$queries" collect --set user="$user" --socket "$work/refused/s" --from no-such-user --out "$work/refused/out" 2>"$work/said"
same "a user that is none: 78" "$?" 78
"$queries" collect --set user="$user" --socket "$work/refused/s" --from "$user" --group nogroup --out "$work/refused/out" 2>"$work/said"
same "a group and users: 78" "$?" 78
if [ "$(id -u)" -eq 0 ]; then
	"$queries" collect --set user=root --socket "$work/refused/s" --out "$work/refused/out" 2>"$work/said"
	same "user = root: 78" "$?" 78
fi

# A file that is none, and one that a power failure left behind.
wait_for() {
	w_left=300
	until "$@" 2>"$work/waiting"; do
		w_left=$((w_left - 1))
		[ $w_left -gt 0 ] || return 1
		sleep 0.05
	done
}

collect() { # once: starts and ends
	"$queries" collect --set user="$user" --socket "$work/damage/sock" --out "$work/damage/out" 2>>"$work/said" &
	wait_for sh -c "test -S '$work/damage/sock' && grep -aq collector-started '$work/damage/out/queries.dnstap'"
	kill $!
	wait $!
}

place damage
: >"$work/said"
echo "no dnstap" >"$work/damage/out/queries.dnstap"
[ "$(id -u)" -ne 0 ] || chown nobody "$work/damage/out/queries.dnstap"
ok "a file that is no dnstap" collect
same "is moved aside" "$(cat "$work"/damage/out/damaged-*.dnstap)" "no dnstap"
head -c 5000 /dev/zero >>"$work/damage/out/queries.dnstap"
ok "zeros at the end" collect
ok "are cut off" "$queries" --strict "$work/damage/out/queries.dnstap"
ok "and that is told as a gap" sh -c "'$queries' '$work/damage/out/queries.dnstap' | grep '\"event\":\"damaged\"' | grep -qv '\"since\":null'"

# A disk that is full for a while, in a mount namespace of its own.
full_disk() {
	mkdir "$work/full/disk" && mount -t tmpfs -o size=64k,mode=777 tmpfs "$work/full/disk" || return 1
	python3 tests/queries/full.py "$work/full" "$queries" "$user"
}
if [ "$(id -u)" -eq 0 ] && unshare -m --propagation private true 2>/dev/null; then
	place full
	export work user queries
	ok "a disk that is full, then not" unshare -m --propagation private sh -c \
		"$(sed -n '/^full_disk() {/,/^}/p' "$0"); full_disk"
	sed 's/^/# /' "$tap_output"
fi

# A real NSD, which is there all the time.
if [ "$(id -u)" -eq 0 ] && command -v nsd >/dev/null && command -v drill >/dev/null &&
	unshare --net --mount --pid --fork --kill-child true 2>/dev/null; then
	mkdir "$work/nsd"
	chmod 755 "$work/nsd"
	ok "NSD finds a collector again that was killed" unshare --net --mount --pid --fork --kill-child --mount-proc \
		tests/queries/again.sh "$work/nsd" "$queries"
	same "what was asked before and after is there" \
		"$("$queries" --strict "$work/nsd/out/queries.dnstap" | grep -o '"name":"[a-z-]*.example.com"' | sort -u | tr -d '\n')" \
		'"name":"after.example.com""name":"before.example.com"'
fi
tap_end
