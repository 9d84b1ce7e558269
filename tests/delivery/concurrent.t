#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Many deliveries that want the same name at the same moment, some of them killed and tried again: each mail is there
# once, whole, with its own record.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"

deliver=$OBJ/delivery/emt-deliver
swarm=$OBJ/tests/tools/swarm
n=40
rounds=${EMT_SOAK:+100}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP

printf '%s\n' 'Received: by mail.example.com; Mon, 5 Jan 2026 10:00:00 +0000' 'From: a@example.net' '' 'hi' >"$tmp/mail"
sum=$(sha256sum <"$tmp/mail")
sum=${sum%% *}

new_folders() {
	rm -rf "$tmp/mails" "$tmp/json"
	mkdir -m 700 "$tmp/mails" "$tmp/json"
}

# The second half of the rounds is without files that have no name.
way=
deliver_all() { # KILLS SEED ARGUMENT...
	d_kills=$1 d_seed=$2
	shift 2
	# shellcheck disable=SC2086 # a command or nothing
	"$swarm" $n "$d_kills" "$d_seed" "$tmp/mail" $way "$deliver" -o base_dir="$tmp" --recipient m@example.com "$@"
}

# names COUNT: the names that COUNT mails with one id have
names() {
	na_id=1767607200:$(printf a@example.net | sha256sum | cut -d' ' -f1)
	echo "$na_id-m@example.com"
	na_i=2
	while [ $na_i -le "$1" ]; do
		echo "$na_id.$na_i-m@example.com"
		na_i=$((na_i + 1))
	done
}

# Mails and records have the names of COUNT mails; every mail has its bytes; every record is of another delivery.
stored() { # COUNT
	names "$1" | sort >"$tmp/want"
	for s_dir in mails json; do
		# A kill may leave hidden files, where files cannot be without a name.
		ls $([ -n "$way" ] || echo -A) "$tmp/$s_dir" | sort | diff "$tmp/want" - || return 1
	done
	(cd "$tmp/mails" && sha256sum *) | grep -v "^$sum " && return 1
	jq -r '[.sha256, .enrichment] | @tsv' "$tmp"/json/* | sort -u | tr '\t' ' ' >"$tmp/seen"
	[ "$(cat "$tmp/seen")" = "$sum pending" ] || { cat "$tmp/seen"; return 1; }
	[ "$(jq -r .queue_id "$tmp"/json/* | sort -u | wc -l)" -eq "$1" ]
}

# Each record names itself: ID, the recipient, and the number at the same place.
named() {
	for na_file in "$tmp"/json/*; do
		[ "$(jq -r .id "$na_file")-m@example.com" = "${na_file##*/}" ] || { echo "$na_file"; return 1; }
	done
}

new_folders
ok "$n different deliveries of the same bytes at once" deliver_all 0 1 --queue-id Q%d
ok "are $n mails called .2 .3 ..., with $n records" stored $n
ok "each record has the id that its file has" named
ok "all of them once more" deliver_all 0 2 --queue-id Q%d
ok "are found again" stored $n

new_folders
ok "one delivery $n times at once" deliver_all 0 3 --queue-id Q
ok "is one mail" stored 1

round=1
rounds=${rounds:-6}
while [ $round -le "$rounds" ]; do
	[ $round -le $((rounds / 2)) ] || way=$OBJ/tests/tools/notmpfile
	new_folders
	ok "$n deliveries, $((n / 2)) of them killed twice, round $round${way:+, hidden files}" deliver_all $((n / 2)) $round --queue-id Q%d
	ok "are $n mails" stored $n
	new_folders
	ok "one delivery $n times, killed, round $round${way:+, hidden files}" deliver_all $((n / 2)) $((round + 1000)) --queue-id Q
	ok "is one mail" stored 1
	round=$((round + 1))
done
tap_end
