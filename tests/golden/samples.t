#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-sessions over sample logs of other projects, where they lie beside the tree (../shared/samples, or EMT_SAMPLES):
# exact facts where somebody told the truth, and sane records elsewhere.
. tests/tap.sh

samples=${EMT_SAMPLES:-../shared/samples}/postfix-logs
[ -d "$samples" ] || skip_all "no sample logs in $samples"
command -v python3 >/dev/null || skip_all "python3 is not installed"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# records NAME YEAR FILE...: $work/NAME.jsonl
records()
{
	"$OBJ/sessionparse/emt-sessions" --zone UTC --year "$2" "$3" >"$work/$1.jsonl" 2>"$work/err" &&
		tests/tools/check_schema.py schema/session-1.json "$work/$1.jsonl"
}

for log in "$samples"/lightmeter/*.log "$samples"/exporter/*.log "$samples"/fail2ban/postfix "$samples"/forum/*.log \
	"$samples"/misc_forms.log; do
	name=${log##*/}
	ok "$name: valid records" records "$name" 2021 "$log"
	connects=$(grep -cE 'smtpd(\[[0-9]+\]|"? [0-9]+ - [^ ]+.*): (\[ID [^]]*\] )?connect from ' "$log")
	ok "$name: at least a session for each connect" [ "$(wc -l <"$work/$name.jsonl")" -ge "$connects" ]
done
zcat "$samples/lightmeter/complete_mail.log.1.gz" "$samples/lightmeter/complete_mail.log.gz" >"$work/complete.log"
ok "complete.log: valid records" records complete 2021 "$work/complete.log"
zcat "$samples/lightmeter/complete.oracle.jsonl.gz" >"$work/oracle"

tests/golden/samples.py "$samples" "$work" "$work/complete.log" >"$work/compared"
while read -r status name; do
	case $status in
	"#") echo "# $name" ;;
	*) ok "$name" [ "$status" = same ] ;;
	esac
done <"$work/compared"
ok "something was compared" [ -s "$work/compared" ]
tap_end
