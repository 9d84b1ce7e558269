#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-probe's commands: sets, lists and links, hostile values, mistakes with their exit codes, what it is linked with.
. tests/tap.sh
. tests/probe/probe.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP
write_site "$tmp/data"
n=$(($(ls testcases/*.conf | wc -l) + 1))
cr=$(printf 'a@b\r\nBcc: <x@y>.')
esc=$(printf 'a\033[2Jb')

refused() { # CODE PATTERN COMMAND...: one line says why, and nothing is printed
	r_code=$1 r_pattern=$2
	shift 2
	emt "$@" >"$tmp/out" 2>"$tmp/err"
	r_got=$?
	cat "$tmp/out" "$tmp/err"
	[ $r_got -eq "$r_code" ] && [ ! -s "$tmp/out" ] && grep -q -e "$r_pattern" "$tmp/err"
}

ok "no ledger yet" refused 78 'emt-probe new makes one' list
ok "which list does not make" fails test -e "$tmp/ledger"
id=$(emt new --participant "x'; DROP TABLE probe; -- %s <b>" --provider '"><script>' --address 'a%41+b@example.net' --seed 9 2>"$tmp/err")
same "an id" "$(printf %s "$id" | grep -cE '^[0-9a-f]{64}$')" 1
same "the ledger is its owner's" "$(stat -c %a "$tmp/ledger")" 600
same "an address for each case, and one more" "$(emt list | sort -u | wc -l)" "$n"
same "mail-ok first and last" "$(emt list | sed -n '1p;$p' | grep -c '\.mail-ok\.')" 2
same "the id's beginning will do" "$(emt list --probe-set "$(printf %.4s "$id")")" "$(emt list)"
emt list --format json >"$tmp/json"
ok "records are as their schema says" python3 tests/tools/check_schema.py schema/probe-1.json "$tmp/json"
same "a name is a name" "$(jq -r .participant "$tmp/json" | sort -u)" "x'; DROP TABLE probe; -- %s <b>"
same "CSV has the same" "$(emt list --format csv | python3 -c '
import csv, sys
print("\n".join(r["address"] for r in csv.DictReader(sys.stdin)))')" "$(emt list)"
same "links have the same, by another parser" "$(emt mailto | python3 -c '
import sys, urllib.parse
for line in sys.stdin:
    u = urllib.parse.urlsplit(line.rstrip("\n"))
    q = dict(urllib.parse.parse_qsl(u.query, strict_parsing=True))
    assert u.scheme == "mailto" and set(q) == {"subject", "body"} and "hostmaster@example.com" in q["body"], line
    print(urllib.parse.unquote(u.path), q["subject"].split(":", 1)[1])')" \
	"$(jq -r '"\(.address) \(.set):\(.number)"' "$tmp/json")"
same "HTML, too" "$(emt mailto --html | python3 -c '
import html.parser, sys
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in ("ol", "li", "a"), tag
        if tag == "a":
            print(dict(attrs)["href"].split("?")[0][7:])
P().feed(sys.stdin.read())')" "$(emt list)"
emt mailto --invitation >"$tmp/mail"
ok "an invitation says whom to ask and how to be forgotten" sh -c "grep -q hostmaster@example.com '$tmp/mail' && grep -q 'no longer' '$tmp/mail'"
same "and goes to the participant" "$(grep '^To:' "$tmp/mail")" "To: <a%41+b@example.net>"

# All in one, on request and marked
ok "not of a set that is not" refused 64 'emt-probe new --all-in-one' mailto --all-in-one
all=$(emt new --all-in-one 2>/dev/null)
ok "nor one by one of a set that is" refused 64 'say --all-in-one' mailto --probe-set "$all"
same "one link" "$(emt mailto --probe-set "$all" --all-in-one | wc -l)" 1
same "to all addresses" "$(emt mailto --probe-set "$all" --all-in-one | sed 's/?.*//; s/^mailto://' | tr , '\n')" "$(emt list --probe-set "$all")"
ok "it is marked" sh -c "'$probe' -c '$tmp/site.conf' --ledger '$tmp/ledger' status | grep -q '^set $all (all in one)'"
ok "and not sent" refused 64 'mailto --all-in-one' send --probe-set "$all" --from a@b --submission smtp://localhost:1
same "the answer to an invitation goes to all" "$(emt mailto --probe-set "$all" --all-in-one --invitation | python3 -c '
import email, email.policy, sys
m = email.message_from_file(sys.stdin, policy=email.policy.default)
print("\n".join(a.addr_spec for a in m["Reply-To"].addresses))')" "$(emt list --probe-set "$all")"

# Mistakes
emt new --participant Zoe --address zoe@example.net >/dev/null 2>&1
while IFS='|' read -r code pattern arguments; do
	# shellcheck disable=SC2086 # a list
	ok "$arguments" refused "$code" "$pattern" $arguments
done <<'CASES'
64|no such command|sing
64|new takes no --probe-set|new --probe-set abcd
64|list takes no --from|list --from a@b
64|takes nothing behind it|list abc
64|four at least|list --probe-set abc
64|four at least|list --probe-set %%%%
64|no such set|list --probe-set 0000
64|several sets; name one|mailto
64|no plain mail address|new --address a@b@c
64|no plain mail address|new --address <a@b>
64|--submission|send --from a@b
64|not of the form|send --from a@b --submission ftp://x
64|no plain mail address|send --from a --submission smtp://localhost
64|text or json|status --format csv
64|no token, no mail address, and no participant|forget nobody
64|ASCII, nothing quoted|new --address "b"@example.net
64|ASCII, nothing quoted|new --address bø@example.net
64|known with another address or provider; leave these away|new --participant Zoe --address other@example.net
64|known with another address or provider; leave these away|new --participant Zoe --provider Other
78|No such file|send --from a@b --submission smtp://localhost --auth-file none
78|No such file.*name a file of certificates in PEM with --roots|send --from a@b --submission smtp://localhost --roots none
78|probe_interval_max|send --from a@b --submission smtp://localhost -o probe_interval_min=9
CASES
ok "a line end in an address" refused 64 'no plain mail address' new --address "$cr"
ok "in a sender" refused 64 'no plain mail address' send --from "$cr" --submission smtp://localhost
ok "in a name" refused 64 'without control characters' new --participant "$cr"
ok "an escape in a name" refused 64 'without control characters' new --participant "$esc"
ok "in a provider" refused 64 'without control characters' new --provider "$esc"
ok "an escape in a set is not shown" refused 64 'four at least' list --probe-set "$esc"
ok "in what is to be forgotten it is escaped" refused 64 'a\\x1b\[2Jb' forget "$esc"
sed '/^contact/d' "$tmp/site.conf" >"$tmp/without"
ok "no contact" sh -c "'$probe' -c '$tmp/without' --ledger '$tmp/ledger' mailto --probe-set $id 2>&1 | grep -q 'contact is not set'"
sed '/^token_secret/d' "$tmp/site.conf" >"$tmp/without"
ok "no secret" sh -c "'$probe' -c '$tmp/without' --ledger '$tmp/ledger' new 2>&1 | grep -q 'token_secret is not set'"
ok "which is needed for nothing else" "$probe" -c "$tmp/without" --ledger "$tmp/ledger" list
ok "another site" sh -c "'$probe' -c '$tmp/site.conf' -o domain=example.org --ledger '$tmp/ledger' list 2>&1 | grep -q 'is of the measurement at'"
rm -f "$tmp/ledger"
for i in 1 2; do
	emt new -o tokens_per_case=5 >/dev/null 2>&1
done
ok "a pool that is used up" refused 78 'pool of mail-ok is used up.*set tokens_per_case higher' new -o tokens_per_case=5
"$probe" -c "$tmp/site.conf" --ledger "$tmp/no/ledger" new >"$tmp/out" 2>"$tmp/err"
same "no folder for the ledger: 78" "$? $(cat "$tmp/err")" "78 emt-probe: $tmp/no/ledger: No such file or directory; make its \
folder, or name another file with --ledger"
"$probe" -c "$tmp/site.conf" --ledger "$tmp" list >"$tmp/out" 2>"$tmp/err"
same "a folder for a ledger: 75" "$? $(cat "$tmp/err")" "75 emt-probe: $tmp: unable to open database file; name a file with --ledger"
cp "$tmp/ledger" "$tmp/damaged"
head -c $(($(stat -c %s "$tmp/ledger") - 8192)) /dev/zero | tr '\0' y | dd of="$tmp/damaged" bs=8192 seek=1 conv=notrunc status=none
"$probe" -c "$tmp/site.conf" --ledger "$tmp/damaged" list >"$tmp/out" 2>"$tmp/err"
same "a damaged ledger: 75" "$? $(grep -c 'damaged: database disk image is malformed; put back a copy' "$tmp/err")" "75 1"
mkdir -p "$tmp/share/schema" && cp -R testcases "$tmp/share/" && cp schema/ledger.sql "$tmp/share/schema/"
ok "another share folder" "$probe" -c "$tmp/site.conf" --ledger "$tmp/other" --share "$tmp/share" new
ok "a full standard output is no success" test "$(emt list >/dev/full 2>/dev/null; echo $?)" -eq 75

# Nothing but this program has a client for half the Internet's protocols in it.
for program in "$OBJ"/*/emt-*; do
	case $program in
	*.o | *.d | */emt-probe) continue ;;
	esac
	ok "${program##*/} is without libcurl" fails sh -c "ldd '$program' 2>/dev/null | grep -q libcurl"
done
tap_end
