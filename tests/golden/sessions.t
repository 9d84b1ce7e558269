#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-sessions: each tests/golden/sessions/NAME.log gives NAME.jsonl (read with --year 2026 --zone UTC and the switches
# of NAME.args, if there are any), every record fits its schema, and the program's manners.
. tests/tap.sh

sessions=$OBJ/sessionparse/emt-sessions
logs=tests/golden/sessions
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

run()
{
	"$sessions" --year 2026 --zone UTC "$@"
}

# gives NAME: the log of that name gives the records that lie beside it
gives()
{
	run $(cat "$logs/$1.args" 2>/dev/null) "$logs/$1.log" >"$work/out" && diff "$logs/$1.jsonl" "$work/out"
}

# exits STATUS COMMAND...
exits()
{
	want=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	same_status=$?
	[ $same_status -eq "$want" ] || { echo "exit status $same_status, not $want"; cat "$work/err"; return 1; }
}

for log in "$logs"/*.log; do
	name=${log##*/}
	ok "${name%.log}" gives "${name%.log}"
done
if command -v python3 >/dev/null; then
	ok "every record fits schema/session-1.json" \
		tests/tools/check_schema.py schema/session-1.json "$logs"/*.jsonl
	sed 's/"pid":[0-9]*/"pid":null/' "$logs/one-mail.jsonl" >"$work/bad.jsonl"
	ok "and the checker sees one that does not" \
		fails tests/tools/check_schema.py schema/session-1.json "$work/bad.jsonl"
fi
empty "no credentials in any record but those that --keep-auth asked for" \
	"$(grep -lE 'AGFsaWNl|c2VjcmV0|YWxpY2U' "$logs"/*.jsonl | grep -v auth-kept)"

# A stream cut into files anywhere is the same stream.
head -n 7 "$logs/transactions.log" >"$work/1"
tail -n +8 "$logs/transactions.log" >"$work/2"
same "several files are one stream" "$(run "$work/1" "$work/2")" "$(cat "$logs/transactions.jsonl")"
same "standard input" "$(run <"$logs/one-mail.log")" "$(cat "$logs/one-mail.jsonl")"
same "- is standard input" "$(cat "$work/2" | run "$work/1" -)" "$(cat "$logs/transactions.jsonl")"
printf '%s' "$(cat "$logs/one-mail.log")" >"$work/unfinished"
same "a last line without newline" "$(run "$work/unfinished")" "$(cat "$logs/one-mail.jsonl")"
sed 's/$/\r/' "$logs/one-mail.log" >"$work/crlf"
same "lines that end in CR LF" "$(run "$work/crlf")" "$(cat "$logs/one-mail.jsonl")"
same "nothing gives nothing" "$(run /dev/null)" ""

# Stamps without year: by the file's date, walking back; a February 29 wants a leap year.
cp "$logs/new-year.log" "$work/dated"
touch -d '2020-03-05 12:00 UTC' "$work/dated"
same "the year by the file's date" \
	"$("$sessions" --zone UTC "$work/dated" | sed 's/.*"t_connect":\([0-9]*\).*/\1/' | tr '\n' ' ')" \
	"1577836799 1582934399 "
cp "$logs/leap-day.log" "$work/dated"
touch -d '2027-01-05 12:00 UTC' "$work/dated"
same "February 29 is in a leap year" \
	"$("$sessions" --zone UTC "$work/dated" | sed 's/.*"t_connect":\([0-9]*\).*/\1/')" 1709208000
same "the zone of the system" \
	"$(TZ=UTC-02:00 "$sessions" --year 2026 "$logs/hosts.log" | sed 's/.*"t_connect":\([0-9]*\).*/\1/' | uniq)" \
	1795282446

# A line of any length costs only itself.
{ head -n 3 "$logs/one-mail.log"; head -c 3000000 /dev/zero | tr '\0' x; echo; tail -n +4 "$logs/one-mail.log"; } >"$work/long"
same "a line of 3 MB in the middle" "$(run "$work/long")" "$(cat "$logs/one-mail.jsonl")"

run --stats "$logs/one-mail.log" 2>"$work/stats" >"$work/out"
same "--stats counts lines" "$(grep -E '^(lines|client-says|server-says|noise|sessions) ' "$work/stats" | tr '\n' ' ')" \
	"lines 27 noise 5 client-says 5 server-says 10 sessions 1 "
same "and leaves standard output alone" "$(cat "$work/out")" "$(cat "$logs/one-mail.jsonl")"

ok "a missing file: 75" exits 75 run "$logs/one-mail.log" "$work/none"
empty "and nothing is written" "$(cat "$work/out")"
ok "a folder: 75" exits 75 run "$work"

# Compressed files are known by what they begin with; plain and compressed ones may be mixed.
gzip -c "$work/1" >"$work/1.gz"
if command -v bzip2 >/dev/null && command -v zstd >/dev/null; then
	bzip2 -c "$work/2" >"$work/2.bz2"
	zstd -qc "$work/2" >"$work/2.zst"
	same "gzip and bzip2" "$(run "$work/1.gz" "$work/2.bz2")" "$(cat "$logs/transactions.jsonl")"
	same "plain and zstd" "$(run "$work/1" - <"$work/2.zst")" "$(cat "$logs/transactions.jsonl")"
fi
cat "$work/1.gz" >"$work/both.gz"
gzip -c "$work/2" >>"$work/both.gz"
same "two members, by a pipe" "$(cat "$work/both.gz" | run)" "$(cat "$logs/transactions.jsonl")"
cp "$logs/new-year.log" "$work/dated"
touch -d '2020-03-05 12:00 UTC' "$work/dated"
gzip "$work/dated"
same "the year by the date of a compressed file" \
	"$("$sessions" --zone UTC "$work/dated.gz" | sed 's/.*"t_connect":\([0-9]*\).*/\1/' | tr '\n' ' ')" \
	"1577836799 1582934399 "
head -c 300 "$work/both.gz" >"$work/cut.gz"
ok "a compressed file that ends early: 65" exits 65 run "$work/cut.gz"
ok "and what is wrong with it" grep -q 'cut.gz: is compressed, and ends in the middle (gzip)' "$work/err"
{ head -c 300 "$work/both.gz"; echo damage; tail -c +308 "$work/both.gz"; } >"$work/bad.gz"
ok "one that is damaged: 65" exits 65 run "$work/bad.gz"
ok "and that it is" grep -q 'bad.gz: is compressed, and damaged (gzip)' "$work/err"
printf '\3757zXZ\000and so on' >"$work/log.xz"
ok "one in a form that is not read: 65" exits 65 run "$work/log.xz"
ok "and its name" grep -q 'log.xz: is compressed in a form that cannot be read here (xz)' "$work/err"
ok "an unknown zone: 64" exits 64 "$sessions" --zone Nowhere/Else "$logs/one-mail.log"
ok "a zone outside of its folder: 64" exits 64 "$sessions" --zone ../../../etc/passwd "$logs/one-mail.log"
ok "a year that is none: 64" exits 64 "$sessions" --year x
ok "an unknown switch: 64" exits 64 "$sessions" --no-such-switch
ok "standard output is full: 75" exits 75 sh -c "'$sessions' --year 2026 '$logs/one-mail.log' >/dev/full"
ok "--help: 0" exits 0 "$sessions" --help
ok "--version: 0" exits 0 "$sessions" --version
tap_end
