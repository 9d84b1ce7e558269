#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What emt-deliver makes of odd mails: tests/golden/deliver/NAME.eml (or what NAME.gen prints) is delivered with the
# environment (NAME=VALUE) and the arguments (all other lines) of NAME.env; NAME.json has the file name and the record.
# EMT_GOLDEN_UPDATE=1 writes NAME.json anew: read the difference before it is kept.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"

golden=tests/golden/deliver
deliver=$OBJ/delivery/emt-deliver
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP

deliver_it() { # NAME: from $tmp/mail into the folders
	di_args=$golden/$1.env
	set -- env -i
	while IFS= read -r di_line; do
		case $di_line in [A-Z]*=*) set -- "$@" "$di_line" ;; esac
	done <"$di_args"
	set -- "$@" "$deliver" -o base_dir="$tmp/data" -o domain=measurement.example.com
	while IFS= read -r di_line; do
		case $di_line in [A-Z]*=*) ;; *) set -- "$@" "$di_line" ;; esac
	done <"$di_args"
	"$@" <"$tmp/mail" >"$tmp/printed" 2>&1 && [ ! -s "$tmp/printed" ]
}

# The one stored mail and its record, as NAME.json has it; fails unless both are there, alone, and fit the input.
stored() {
	[ "$(find "$tmp/data" -type f | wc -l)" -eq 2 ] || { find "$tmp/data"; return 1; }
	st_mail=$(find "$tmp/data" -path '*/mails/*' -type f)
	st_json=$(find "$tmp/data" -path '*/json/*' -type f)
	[ "${st_mail##*/}" = "${st_json##*/}" ] || return 1
	cmp "$st_mail" "$tmp/mail" || return 1
	[ "$(jq -r .sha256 "$st_json")" = "$(sha256sum <"$tmp/mail" | cut -d' ' -f1)" ] || return 1
	# Time and version differ from run to run; without a Received field the id has the time, too.
	jq --arg file "${st_mail#"$tmp"/data/}" '
		(.arrived | floor | tostring) as $second |
		def timeless: if startswith($second) then "ARRIVED" + ltrimstr($second) else . end;
		{file: ($file | sub("/" + $second; "/ARRIVED")),
		 record: (.id |= timeless | .arrived = 0 | .tool |= sub(" .*"; ""))}' "$st_json" >"$tmp/got.json"
}

mkdir "$tmp/records"
new_folders() {
	rm -rf "$tmp/data"
	for n_flavour in . spam all; do
		mkdir -p "$tmp/data/$n_flavour/mails" "$tmp/data/$n_flavour/json"
	done
}

for env in "$golden"/*.env; do
	name=${env##*/}
	name=${name%.env}
	if [ -e "$golden/$name.gen" ]; then
		"$golden/$name.gen" >"$tmp/mail"
	else
		cp "$golden/$name.eml" "$tmp/mail"
	fi
	new_folders
	ok "$name: delivered in silence" deliver_it "$name"
	ok "$name: mail and record stored" stored
	[ -z "${EMT_GOLDEN_UPDATE-}" ] || cp "$tmp/got.json" "$golden/$name.json"
	ok "$name: as expected" diff "$golden/$name.json" "$tmp/got.json"
	cp "$st_json" "$tmp/records/$name.json"
	# Only our server's stamp tells two deliveries apart; a mail without one is a new mail each second.
	if ! grep -q ARRIVED "$tmp/got.json"; then
		deliver_it "$name"
		same "$name: no second copy" "$(find "$tmp/data" -type f | wc -l)" 2
	fi
done
if [ -e tests/tools/check_schema.py ] && [ -e schema/mail-1.json ]; then
	ok "the records are what schema/mail-1.json says" python3 tests/tools/check_schema.py schema/mail-1.json "$tmp"/records/*.json
fi
tap_end
