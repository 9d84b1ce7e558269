#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-probe forget: of a participant nothing is left in mails, records, sessions, queries and the ledger; of others
# nothing is missing, and the jobs that write these files go on as if nothing had been.
. tests/tap.sh
. tests/probe/probe.sh
command -v flock >/dev/null || skip_all "flock is not installed"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP
data=$tmp/data
user=$(id -un)
chmod 755 "$tmp"
mkdir "$data"
if [ "$(id -u)" -eq 0 ]; then
	user=nobody
	chown nobody "$data"
fi
write_site "$data"
printf 'user = %s\n' "$user" >>"$tmp/site.conf"
chmod 644 "$tmp/site.conf"

as_user() {
	if [ "$(id -u)" -eq 0 ]; then setpriv --reuid nobody --regid nogroup --clear-groups "$@"; else "$@"; fi
}
forget() { # CODE OPERAND...: what it says is in $tmp/out
	f_code=$1
	shift
	emt forget "$@" >"$tmp/out" 2>&1
	f_got=$?
	cat "$tmp/out"
	[ $f_got -eq "$f_code" ]
}
tree() {
	python3 tests/probe/forget.py "$@"
}

emt new --participant "Bob's" --address bob@example.net --provider Example >/dev/null 2>&1
emt new --participant Jane --address jane@example.org >"$tmp/jane" 2>/dev/null
jane=$(cat "$tmp/jane")
bob=$(emt status --format json | jq -r 'select(.participant == "Bob'"'"'s") | .set' | head -n 1)
emt list --probe-set "$bob" >"$tmp/bobs"
emt list --probe-set "$jane" >"$tmp/janes"
sort "$tmp/bobs" >"$tmp/bobs.sorted"
tokens=$(sed 's/measurement@\([^.]*\).*/\1/' "$tmp/bobs")
nth() { # N FILE
	sed -n "$1p" "$2"
}

# Programs of root's tree that the user may run.
cp "$OBJ/delivery/emt-deliver" "$OBJ/sessionparse/emt-sessions" "$OBJ/queryparse/emt-queries" "$tmp/"
cp -R testcases "$tmp/testcases"
for flavour in . spam all; do
	as_user mkdir -p "$data/$flavour/mails" "$data/$flavour/json"
done
as_user mkdir -p "$data/sessions" "$data/queries" "$data/state"
chmod 700 "$data"/*

deliver() { # FROM TO TEXT [SWITCH...]
	d_from=$1 d_to=$2 d_text=$3
	shift 3
	printf 'From: <%s>\nTo: <%s>\nReceived: from x (x [192.0.2.1])\n\tby mail (Postfix) with ESMTP id Q1;\n\tSat, 21 Nov 2026 19:34:0%d +0000\n\n%s\n' \
		"$d_from" "$d_to" "$((delivered % 10))" "$d_text" |
		as_user env SENDER="$d_from" RECIPIENT="$d_to" ORIGINAL_RECIPIENT="$d_to" CLIENT_ADDRESS=192.0.2.1 \
			"$tmp/emt-deliver" -c "$tmp/site.conf" "$@" || echo "# delivery failed"
	delivered=$((delivered + 1))
}
delivered=0
for i in 1 2 3; do
	deliver bob@example.net "$(nth $i "$tmp/bobs")" hi
	deliver jane@example.org "$(nth $i "$tmp/janes")" "from jimbob@example.net and bob@example.network"
done
deliver bob@example.net "$(nth 4 "$tmp/bobs" | tr a-z A-Z)" hi -f spam
deliver Bob@Example.NET measurement@mail-ok.measurement.example.com "no token"
deliver jane@example.org "$(nth 4 "$tmp/janes")" "Bob is quoted: write to BOB@example.net." -f all
deliver jane@example.org "$(nth 5 "$tmp/janes")" hi -f all
# A big one, whose trace lies far behind.
deliver jimbob@example.net measurement@mail-ok.measurement.example.com "$(head -c 700000 /dev/zero | tr '\0' x) bob@example.net"
same "mails are there" "$(find "$data" -path '*/mails/*' -type f | wc -l)" 11

# Sessions and queries, of the same people.
"$OBJ/tests/tools/sessiongen" 5 300 20 1 | sed "s/to68@example\.net/$(nth 1 "$tmp/bobs")/g; s/to84@example\.net/bob@example.net/g
	s/to65@example\.net/$(nth 1 "$tmp/janes")/g; s/to53@example\.net/jimbob@example.net/g" >"$tmp/log"
head -n 30000 "$tmp/log" >"$tmp/maillog"
# One that is not over yet.
for line in "connect from p.example[192.0.2.9]" "< p.example[192.0.2.9]: EHLO p.example" \
	"< p.example[192.0.2.9]: MAIL FROM:<bob@example.net>" "< p.example[192.0.2.9]: RCPT TO:<$(nth 5 "$tmp/bobs")>"; do
	printf 'Dec 20 19:33:00 mx1 postfix/smtpd[31999]: %s\n' "$line"
done >"$tmp/open"
cat "$tmp/open" >>"$tmp/maillog"
sessions() { # SWITCH...
	as_user "$tmp/emt-sessions" -c "$tmp/site.conf" --zone UTC --year 2026 --follow-state "$data/state/sessions" \
		--log "$tmp/maillog" "$@"
}
query_of() { # ADDRESS
	q_name=${1#*@}
	printf '21-Nov-2026 19:49:2%d.621 client @0x7f 192.0.2.53#40000 (%s): query: %s IN MX -E(0)K (198.51.100.28)\n' \
		"$((queried % 10))" "$q_name" "$q_name"
	queried=$((queried + 1))
}
queried=0
for i in 1 2 3 4 5 6; do
	query_of "$(nth $i "$tmp/bobs")"
	query_of "$(nth $i "$tmp/janes")"
done >"$tmp/querylog"
queries() {
	as_user "$tmp/emt-queries" -c "$tmp/site.conf" --share "$tmp" --zone UTC --window 0 --follow-state "$data/state/queries" --log "$tmp/querylog"
}
chmod 644 "$tmp/maillog" "$tmp/querylog"
ok "sessions are read" sessions
ok "queries are read" queries
same "as many as there are" "$(cat "$data"/queries/*.jsonl | wc -l)" 12
ok "sessions have traces" grep -qi -e bob@example.net "$data"/sessions/*.jsonl

rm -rf "$tmp/before"
cp -a "$data" "$tmp/before"
tree want "$tmp/before" bob@example.net $tokens >"$tmp/want"
tree have "$data" >"$tmp/have"
ok "there is something to forget" fails cmp -s "$tmp/want" "$tmp/have"

ok "a dry run" sh -c ". tests/tap.sh; . tests/probe/probe.sh; tmp='$tmp'; emt forget --dry-run bob@EXAMPLE.net >'$tmp/dry' 2>&1; [ \$? -le 1 ]"
tree have "$data" >"$tmp/after"
ok "deletes nothing" cmp "$tmp/have" "$tmp/after"
same "and gives the tokens for other hosts" "$(grep -xE '[a-z2-7]{26}' "$tmp/dry" | sort)" "$(echo "$tokens" | sort)"

ok "not while emt-sessions is at work" flock "$data/state/sessions/lock" sh -c \
	"'$probe' -c '$tmp/site.conf' --ledger '$tmp/ledger' forget bob@example.net >'$tmp/out' 2>&1; [ \$? -eq 75 ]"
ok "it says so" grep -q 'another run is at work' "$tmp/out"
same "the ledger still knows them" "$(emt status | grep -c "Bob's")" 1

# Killed at any moment, and done again.
for pause in 0.002 0.004 0.008 0.012 0.02 0.03; do
	timeout -s KILL $pause "$probe" -c "$tmp/site.conf" --ledger "$tmp/ledger" forget bob@example.net >/dev/null 2>&1
done
# A killed one's ledger may have forgotten the name; by the tokens everything is found.
emt forget bob@example.net $tokens >"$tmp/out" 2>&1
same "what emt-sessions still waits with is told" "$? $(grep -c '^left, what waits there' "$tmp/out")" "1 1"
tree have "$data" >"$tmp/after"
ok "what is left is what has to be" diff "$tmp/want" "$tmp/after"
same "nowhere but in that state is a trace" "$(tree traces "$data" bob@example.net $tokens)" state/sessions/state
same "owners are as they were" "$(find "$data" -printf '%u\n' | sort -u)" "$user"
same "the ledger knows Jane alone" "$(emt status --format json | jq -r .participant | sort -u)" Jane
same "no octet of Bob is in it" "$(grep -aciE 'bob@example|Bob.s' "$tmp/ledger")" 0
ok "nor beside it" fails sh -c "ls '$tmp'/ledger-* 2>/dev/null | grep -q ."

# The jobs go on.  What waited is written, and found by the tokens that the ledger keeps aside.
printf 'Dec 20 19:34:00 mx1 postfix/smtpd[31999]: disconnect from p.example[192.0.2.9]\n' >>"$tmp/maillog"
tail -n +30001 "$tmp/log" >>"$tmp/maillog"
query_of "$(nth 7 "$tmp/janes")" >>"$tmp/querylog"
query_of "$(nth 7 "$tmp/bobs")" >>"$tmp/querylog"
ok "emt-sessions goes on" sessions
ok "emt-queries goes on" queries
same "it adds to the file" "$(cat "$data"/queries/*.jsonl | wc -l)" 8
ok "what came since is found" forget 0
same "no token of theirs is anywhere" "$(tree traces "$data" - $tokens)" ""
same "the file of queries has others' alone" "$(cat "$data"/queries/*.jsonl | wc -l)" 7
ok "each line is a record" sh -c "cat '$data'/queries/*.jsonl '$data'/sessions/*.jsonl | jq -e .schema >/dev/null"
ok "again: there is nothing" forget 0
same "and nothing is said" "$(grep -c '^deleted' "$tmp/out")" 0
ok "an address that nobody knows" forget 0 nobody@example.com
same "does nothing" "$(grep -c '^deleted' "$tmp/out")" 0
ok "and that is said" grep -q 'nobody@example.com: is nobody.s in the ledger' "$tmp/out"
ok "as is that there was nothing" grep -q 'nothing was found' "$tmp/out"
same "not that the index knows them" "$(grep -c 'still know' "$tmp/out")" 0
ok "a name that nobody has" forget 64 "Bob's"
ok "an address of a probe at another domain" forget 0 "measurement@$(nth 8 "$tmp/janes" | sed 's/.*@\([^.]*\).*/\1/').example.net"
ok "is a stranger's" grep -q 'nothing was found' "$tmp/out"
ok "the address that the token's session still had" forget 0 bob@example.net
same "is nowhere now" "$(tree traces "$data" bob@example.net $tokens)" ""

# An address of a probe is pasted: its participant is meant, with all tokens.
kay=$(emt new --participant Kay --address kay@example.org 2>/dev/null)
emt list --probe-set "$kay" >"$tmp/kays"
for i in 1 2; do
	deliver kay@example.org "$(nth $i "$tmp/kays")" hi
done
ok "an address of a probe" forget 0 "$(nth 1 "$tmp/kays" | tr a-z A-Z)"
same "deletes all mails of its participant" "$(grep -c '^deleted.*/mails/' "$tmp/out")" 2
same "and the participant" "$(emt status --format json | jq -r .participant | sort -u) $(grep -c 'is nobody' "$tmp/out")" "Jane 0"
ok "in the other form, too, of somebody who is forgotten" forget 0 "measurement+$(nth 2 "$tmp/kays" |
	sed 's/measurement@\([^.]*\)\.\(.*\)/\1@\2/')"
ok "it finds nothing" grep -q 'nothing was found' "$tmp/out"

# A name server's log is not edited while it is read.
printf 'frame \032%s\007mail-ok frame\n' "$(nth 2 "$tmp/janes" | sed 's/measurement@\([^.]*\).*/\1/')" >"$tmp/dnstap"
as_user cp "$tmp/dnstap" "$data/queries/queries.dnstap"
ok "a raw log is told" forget 1 Jane
ok "by name" grep -q 'it goes when its log does: .*/queries.dnstap' "$tmp/out"
ok "and left" cmp "$tmp/dnstap" "$data/queries/queries.dnstap"
same "nobody is left in the ledger" "$(emt status; echo $?)" 0
emt new --seed 1 >/dev/null 2>&1
same "nobody gets their tokens" "$(emt list | sort | comm -12 - "$tmp/bobs.sorted" | wc -l)" 0

# Folders that are symbolic links within, and names of a stranger's making.
rm "$data/queries/queries.dnstap"
as_user ln -s /etc/passwd "$data/mails/evil"
as_user sh -c "printf 'bob@example.net' >'$data/mails/$(printf 'a\033[2J b')'"
ok "odd names" forget 0 bob@example.net
ok "are escaped" grep -q 'a\\x1b\[2J b' "$tmp/out"
ok "and links stay what they are" test -L "$data/mails/evil"
tap_end
