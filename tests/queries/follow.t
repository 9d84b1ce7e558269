#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-queries --follow-state: a log that is written, rotated in every way and followed by a program that is killed at any
# system call gives what it gives when it is read at once, each query once; so does what the collector wrote.
. tests/tap.sh

for tool in gzip bzip2 zstd; do
	command -v "$tool" >/dev/null || skip_all "$tool is not installed"
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
queries=$OBJ/queryparse/emt-queries
gen=$OBJ/tests/tools/querygen
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
	user=nobody
	chown nobody "$work"
fi
chmod 755 "$work"

again() { # a place with nothing in it
	rm -rf "$work"/state "$work"/out "$work"/log* "$work"/whole*
}

follow() { # LOG [SWITCH...]
	f_log=$1
	shift
	"$queries" --set user="$user" --set domain=measurement.example.com --zone UTC --year 2026 \
		--follow-state "$work/state" --out "$work/out" --log "$f_log" "$@"
}

digest() { # of all that was written, in any order
	cat "$work"/out/*.jsonl | sort | sha256sum
}

killed() { # KIND SEED QUERIES ROTATIONS KILLS
	again
	"$gen" "$1" "$2" "$3" >"$work/source"
	ok "$1, seed $2: $3 queries, $4 rotations, $5 kills" sh -c "'$OBJ/tests/tools/followkill' '$work' $2 '$work/source' $4 $5 \
		'$queries' --set user=$user --set domain=measurement.example.com --zone UTC --year 2026 \
		--follow-state '$work/state' --out '$work/out' --log log >'$work/done' 2>'$work/errors'"
	sed 's/^/# /' "$work/done"
	empty "nothing is said to be lost" "$(head -5 "$work/errors")"
	"$queries" --set domain=measurement.example.com --year 2026 --zone UTC "$work/whole" >"$work/whole.jsonl"
	same "as many as were asked" "$(wc -l <"$work/whole.jsonl")" "$3"
	same "each query is there once, as it is when the log is read at once" "$(digest)" "$(sort "$work/whole.jsonl" | sha256sum)"
	before=$(cat "$work/state/state" "$work"/out/*.jsonl | sha256sum)
	ok "a run with nothing new" sh -c "cd '$work' && '$queries' --set user=$user --follow-state '$work/state' --out '$work/out' --log log"
	same "writes nothing" "$(cat "$work/state/state" "$work"/out/*.jsonl | sha256sum)" "$before"
}

killed bind 1 20000 12 100
killed powerdns 2 20000 12 100
[ -z "${EMT_SOAK-}" ] || killed bind 3 1000000 20 200

# dnstap: grows by pieces that end anywhere, also between a query and its answer, and is put aside for another day.  It is
# of the future, so that queries wait for their answers by the time of what is read alone.
again
future=31536000000
"$gen" dnstap 5 6000 $future >"$work/source"
for part in 1 100 33333 33334 33500 33700 33900 400000 1000000 1500000; do
	head -c $part "$work/source" >"$work/queries.dnstap"
	[ "$(id -u)" -ne 0 ] || chmod 600 "$work/queries.dnstap"
	follow "$work/queries.dnstap" || break
done
ok "dnstap that grows is followed" [ $part -eq 1500000 ]
cat "$work/source" >"$work/queries.dnstap"
mv "$work/queries.dnstap" "$work/queries.dnstap-20261121"
"$gen" dnstap 6 100 $((future + 6000)) >"$work/queries.dnstap"
ok "over its end for the day" follow "$work/queries.dnstap"
"$queries" --set domain=measurement.example.com "$work/source" "$work/queries.dnstap" >"$work/whole.jsonl"
ok "the last ones wait" [ "$(cat "$work"/out/*.jsonl | wc -l)" -lt 6100 ]
mv "$work/queries.dnstap" "$work/queries.dnstap-20261122"
"$gen" dnstap 7 1 $((future + 100000)) >"$work/queries.dnstap"
ok "until a later one comes" follow "$work/queries.dnstap"
same "each query is there with its answer" "$(digest)" "$(sort "$work/whole.jsonl" | sha256sum)"
same "none of them twice" "$(cat "$work"/out/*.jsonl | wc -l)" 6100
gzip -n "$work/queries.dnstap-20261122"
before=$(digest)
ok "a part that was compressed since" follow "$work/queries.dnstap"
same "is not read again" "$(digest)" "$before"

# One that is asked now waits for its answer, and is written at once when the answer has come, or by the clock.
again
{
	printf 'Nov 22 00:00:00 Remote 192.0.2.1 wants '"'a.example|MX'"', do = 0, bufsize = 512: packetcache MISS\n'
} >"$work/log"
ok "a single line" follow "$work/log"
same "does not wait for others for ever" "$(cat "$work"/out/*.jsonl | wc -l)" 1

# Refusals.
"$queries" --set user="$user" --follow-state "$work/state2" --out "$work/out" --log "$work/log" 2>"$work/said"
same "one folder for two states: refused" "$?" 75
ok "and the reason given" grep -q "belongs to the state in another folder" "$work/said"
"$queries" --set user="$user" --follow-state "$work/state" --out "$work/out" --log "$work/none" 2>"$work/said"
same "no log: tried again later" "$?" 75
"$queries" --out "$work/out" "$work/log" 2>"$work/said"
same "--out without --follow-state: refused" "$?" 64
"$queries" --follow-state "$work/state" "$work/log" 2>"$work/said"
same "files with --follow-state: refused" "$?" 64
"$queries" collect "$work/log" 2>"$work/said"
same "collect with files: refused" "$?" 64
"$queries" --json "$work/log" 2>"$work/said"
same "--json without summary: refused" "$?" 64
"$queries" --zone Nowhere/Land "$work/log" 2>"$work/said"
same "no such zone: refused" "$?" 64
"$queries" "$work/none" 2>"$work/said"
same "no such file: tried again later" "$?" 75
"$queries" --set domain=example.com --share "$work" "$work/log" 2>"$work/said"
same "no test cases: 78" "$?" 78

# Damage.
head -c 100000 "$work/source" >"$work/cut"
"$queries" "$work/cut" >"$work/cut.jsonl" 2>"$work/said"
same "a file that is cut is read" "$?" 0
ok "as far as it goes" [ "$(wc -l <"$work/cut.jsonl")" -gt 200 ]
ok "and that is said" grep -q "1 lines, frames or packets are damaged" "$work/said"
"$queries" --strict "$work/cut" >"$work/cut.jsonl" 2>"$work/said"
same "--strict: 65" "$?" 65
gzip -c "$work/source" | head -c 50000 >"$work/cut.gz"
"$queries" "$work/cut.gz" >"$work/cut.jsonl" 2>"$work/said"
same "one that was compressed, too" "$?" 0
ok "as far as it goes" [ "$(wc -l <"$work/cut.jsonl")" -gt 200 ]
"$queries" --strict - <"$work/cut.gz" >"$work/cut.jsonl" 2>"$work/said"
same "--strict: 65" "$?" 65
if [ -c /dev/full ]; then
	"$queries" "$work/source" >/dev/full 2>"$work/said"
	same "a full disk for standard output: 75" "$?" 75
fi
tap_end
