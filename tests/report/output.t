#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-report verdicts and html: the matrix to the letter, records as their schemas say, tables that spreadsheets read as
# they are meant, pages in which nothing of a stranger's gets out of its place, stand-ins that hide what they should.
. tests/tap.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
report=$OBJ/report/emt-report
golden=tests/golden/report
unset NO_COLOR COLUMNS

now=$(tests/report/canned.py "$work/db") && tests/report/canned.py "$work/nasty" --hostile >/dev/null || exit 1

verdicts() { # DB ARGUMENT...
	v_db=$1
	shift
	"$report" verdicts --db "$work/$v_db" --now "$now" "$@"
}

html() { # DB DIR ARGUMENT...
	h_db=$1 h_dir=$2
	shift 2
	"$report" html --db "$work/$h_db" -o "$work/$h_dir" --now "$now" "$@" 2>"$work/said"
}

echo "a key of a publisher, for tests alone" >"$work/key"

# For people.
verdicts db >"$work/matrix.txt"
ok "the matrix of operators, the shares below" cmp "$work/matrix.txt" $golden/matrix.txt
verdicts db --by set >"$work/sets.txt"
ok "the matrix of sets" cmp "$work/sets.txt" $golden/sets.txt
ok "no line is wider than a terminal of 110 columns" [ "$(wc -L <"$work/matrix.txt")" -le 110 ]
terminal() { # ENVIRONMENT...: what a terminal gets to see
	env TERM=xterm "$@" script -qec "$report verdicts --db $work/nasty --now $now" /dev/null </dev/null
}
if has_terminals; then
	terminal A=B >"$work/colours"
	ok "colours on a terminal" grep -q "$(printf '\033')\[32myes" "$work/colours"
	terminal NO_COLOR=1 >"$work/colours"
	ok "none with NO_COLOR" fails grep -q "$(printf '\033')" "$work/colours"
	terminal TERM=dumb >"$work/colours"
	ok "none on a dumb one" fails grep -q "$(printf '\033')" "$work/colours"
fi
verdicts nasty --by set >"$work/sets.txt"
verdicts nasty >>"$work/sets.txt"
ok "a terminal gets no control character of a stranger's" python3 - "$work/sets.txt" <<'EOF'
import re, sys
text = open(sys.argv[1], encoding="utf-8", newline="").read()
assert "script" in text and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
EOF

# For programs.
for db in db nasty; do
	verdicts $db --format json >"$work/$db.jsonl"
	ok "$db: verdict/1" tests/tools/check_schema.py schema/verdict-1.json "$work/$db.jsonl"
	same "$db: one for each set and capability" "$(wc -l <"$work/$db.jsonl")" 63
	verdicts $db --format json --by operator >"$work/$db.operators"
	ok "$db: operator-verdict/1" tests/tools/check_schema.py schema/operator-verdict-1.json "$work/$db.operators"
	verdicts $db --format csv >"$work/$db.csv"
	ok "$db: CSV says what JSON says, and no field is a formula" python3 - "$work/$db.jsonl" "$work/$db.csv" <<'EOF'
import csv, json, sys
raw = open(sys.argv[2], "rb").read()
assert raw.endswith(b"\r\n")
rows = list(csv.DictReader(raw.decode("utf-8").splitlines(keepends=True), strict=True))
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(rows) == len(lines)
for row, line in zip(rows, lines):
    for key in ("set", "capability", "state"):
        assert row[key] == line[key], (row, line)
    assert (row["testcase"] or None) == line["testcase"]
    assert (row["rule"] or None) == (line["rule"] and line["rule"].split("rule.")[1])
    assert (row["operator"] == "") == (line["operator"] is None)
    for value in row.values():
        assert value is not None and (not value or value[0] not in "=+-@\t\r"), value
EOF
done
verdicts db --format csv --by operator >"$work/operators.csv"
ok "operators as a table" cmp "$work/operators.csv" $golden/operators.csv
python3 - "$work/db" "$work/formula" <<'EOF'
import shutil, sqlite3, sys
shutil.copy(sys.argv[1], sys.argv[2])
db = sqlite3.connect(sys.argv[2])
for first, number in ("=", 1), ("+", 2), ("-", 3), ("@", 4):
    db.execute("UPDATE probe_set SET participant = ? WHERE participant LIKE ?", (first + 'cmd|"x",1', "%% %d" % number))
db.commit()
EOF
verdicts formula --format csv >"$work/formula.csv"
for first in = + - @; do
	ok "a name that begins with $first is text" grep -qF ",\"'${first}cmd|\"\"x\"\",1\"," "$work/formula.csv"
done
verdicts db --format json >/dev/full 2>"$work/said"
same "a full disk: 75" $? 75

# Pages.
ok "pages" html db pages --set domain=measurement.example.com --set contact=postmaster@measurement.example.com
ok "as another parser reads them" tests/report/pages.py "$work/pages"
for name in verdict operator-verdict share; do
	case $name in
	verdict) file=verdicts ;;
	operator-verdict) file=operators ;;
	share) file=shares ;;
	esac
	ok "beside them $name/1" tests/tools/check_schema.py schema/$name-1.json "$work/pages/$file.jsonl"
done
ok "the same as verdicts prints" cmp "$work/db.jsonl" "$work/pages/verdicts.jsonl"
ok "as a table, too" cmp "$work/db.csv" "$work/pages/verdicts.csv"
ok "who measured" grep -q '<dd>postmaster@measurement.example.com</dd>' "$work/pages/index.html"
ok "five shares with their captions" [ "$(grep -c 'class="bar"' "$work/pages/index.html")" -ge 3 ]
ok "the paper's words" grep -q 'insist on the certificate&#39;s name' "$work/pages/index.html"
set2=$(printf 'set 2' | sha256sum | cut -c1-12)
page2=$(ls "$work/pages/sets/$set2"*)
for words in 'it saw the certificate and left' 'no DANE at' 'Dialogue' 'probable' 'Our site was not well' 'DNSKEY' \
	'Returned mail' 'Query at the zone cut' 'EHLO mx.strict.example'; do
	ok "a set's page says: $words" grep -q "$words" "$page2"
done
page=$work/pages/operators/all.example.html
for words in 'Retry curve' 'Time to delivery' '2001:db8::1' 'TLS_AES_256_GCM_SHA384' 'out-192-0-2-1.all.example' 'DMARC record' \
	'list.example' '2001:db8:53::1' 'MTA-STS'; do
	ok "an operator's page says: $words" grep -q "$words" "$page"
done
ok "how it came again, of its sets" grep -q 'Of 2 mails of its sets that were put off 2 came again, half of them within [67][^;]*; 2 were let in' \
	"$page"
ok "as JSON" grep -q '"greylisting":{"mails":2,"again":2,"accepted":2,"sender_changed":0,"client_changed":0,"first_gap":400[.0]*,"accepted_after":400' \
	"$work/pages/operators.jsonl"
ok "and of a set" grep -q '"greylisting":\[{"testcase":"v4-mail-greylisting","attempts":2,"gaps":\[400[.0]*\],"accepted_after":400' \
	"$work/pages/verdicts.jsonl"
ok "on its page" grep -q 'Coming again after a 450' "$page2"
ok "other mail is counted" [ "$(grep -c '<th scope="row">spam' "$work/pages/flavours.html")" = 3 ]
ok "hostile pages" html nasty nasty-pages
ok "nothing got out of its place" tests/report/pages.py "$work/nasty-pages"
ok "and it was there" grep -rq '&lt;script&gt;alert(' "$work/nasty-pages/sets"
cp -r "$work/pages" "$work/before"
ok "again" html db pages --set domain=measurement.example.com --set contact=postmaster@measurement.example.com
ok "the same input gives the same pages" diff -r "$work/before" "$work/pages"
python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute("DELETE FROM probe_set WHERE id LIKE ?", (sys.argv[2] + "%",)); d.commit()' \
	"$work/formula" "$set2"
ok "other sets" html formula pages
ok "pages of before are gone" [ ! -e "$page2" ]
ok "links lead somewhere still" tests/report/pages.py "$work/pages"
touch "$work/pages/notes.txt"
html db pages
same "a folder with something else in it: 78" $? 78
ok "is named" grep -q 'holds notes.txt' "$work/said"
ok "and left alone" [ -e "$work/pages/notes.txt" ]
rm "$work/pages/notes.txt"
# Names that could be a report's, and are somebody else's.
for name in operators/notes.html sets/mine.jsonl notes.html index.html.html; do
	echo mine >"$work/pages/$name"
	html db pages
	same "$name of somebody else: 78" "$? $(cat "$work/said")" "78 emt-report: $work/pages: holds $name, which emt-report did \
not write there, and would be replaced as a whole; move that away, or name a new folder with -o DIR"
	same "$name is left alone" "$(cat "$work/pages/$name")" mine
	rm "$work/pages/$name"
done
for place in pages/sub pages/operators pages/sets/x/y pages/sub/; do
	html db $place
	same "-o $place, within a report: 78" "$? $(grep -c "lies in the report $work/pages, .* outside of it" "$work/said")" "78 1"
done
(program=$(realpath "$report") && cd "$work/pages/sets" && "$program" html --db "$work/db" -o new --now "$now" 2>"$work/said")
same "nor by a relative name" $? 78
ok "the report is still one" html db pages
html db nowhere/pages
same "no folder above: 78" "$? $(cat "$work/said")" "78 emt-report: $work/nowhere/pages: the folder above it cannot be written \
to: No such file or directory; make it, or name another place with -o DIR"
printf 'x\n../victim\nsets/../../victim\n/etc/x\n' >>"$work/pages/.emt-report" && echo mine >"$work/victim"
ok "a mark that lists what is elsewhere" html db pages
same "touches nothing there" "$(cat "$work/victim")" mine
ok "nothing is left beside" [ -z "$(find "$work" -maxdepth 1 -name '*.new-*')" ]
mkdir "$work/stranger" && touch "$work/stranger/index.html"
html db stranger
same "somebody else's page is no report: 78" $? 78

# A sender whose IPv6 address has no confirmed name: by its greeting it is the operator's, and all is as before.
python3 - "$work/db" "$work/nameless" <<'EOF'
import shutil, sqlite3, sys
shutil.copy(sys.argv[1], sys.argv[2])
db = sqlite3.connect(sys.argv[2])
db.execute("UPDATE client SET name = '', operator = address WHERE address = '2001:db8::1'")
db.commit()
EOF
verdicts nameless >"$work/nameless.txt"
ok "an address without a name is its operator's" cmp "$work/nameless.txt" $golden/matrix.txt
verdicts nameless --format json >"$work/nameless.jsonl"
ok "verdict/1 that says so" tests/tools/check_schema.py schema/verdict-1.json "$work/nameless.jsonl"
ok "of its records" grep -q '"certainty":"probable","time":[0-9.]*,"ascribed":"helo"' "$work/nameless.jsonl"
verdicts nameless --format json --by operator >"$work/nameless.operators"
ok "operator-verdict/1" tests/tools/check_schema.py schema/operator-verdict-1.json "$work/nameless.operators"
ok "that counts the sets" grep -q '"operator":"all.example","capability":"dane".*"ascribed_sets":1,' "$work/nameless.operators"
ok "pages that say so" html nameless nameless-pages
ok "are pages" tests/report/pages.py "$work/nameless-pages"
ok "the operator's" grep -q 'mono">2001:db8::1</th><td>greets as one of its: probably</td><td class="number">1<' \
	"$work/nameless-pages/operators/all.example.html"
ok "the set's" grep -rq '<dd>2001:db8::1: greets as one of its: probably</dd>' "$work/nameless-pages/sets"
ok "and its evidence" grep -rq 'counted as of all.example, probably' "$work/nameless-pages/sets"
chmod 600 "$work/key"
ok "veiled" html nameless nameless-veiled --pseudonymise "$work/key"
ok "the address is not told" fails grep -rqF 2001:db8::1 "$work/nameless-veiled"

python3 - "$work/nameless" <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE client SET as_number = 64499 WHERE address IN ('192.0.2.1', '2001:db8::1')")
db.commit()
EOF
ok "by its AS" html nameless nameless-pages
ok "are pages, too" tests/report/pages.py "$work/nameless-pages"
ok "the set's says so" grep -rq '<dd>2001:db8::1: of the same AS64499</dd>' "$work/nameless-pages/sets"
ok "and the evidence" grep -rq 'counted as of all.example: the same AS64499 and domain' "$work/nameless-pages/sets"

# Providers of the From domains.
printf '%s\n' '{"schema":"mx-id/1","tool":"emt-mxinfer 0.1","domain":"all.example","self_hosted":"no","dns":"mx","smtp":true,"ids":[{"mx":"mx.big.example","id":"big.example","type":"OK","source":"TLS","score":3,"corrected":0,"new_id":null,"company":"Big <Mail>","reason":null}],"no_id":[]}' >"$work/mx"
ok "with mailbox providers" html db mx-pages --mx-id "$work/mx"
ok "beside the From domain" grep -q 'mailboxes: Big &lt;Mail&gt;' "$work/mx-pages/operators/all.example.html"
ok "still pages" tests/report/pages.py "$work/mx-pages"
echo '{"schema":"mail/1"}' >"$work/mx"
html db mx-pages --mx-id "$work/mx"
same "another kind of record: 78" $? 78

# Stand-ins.
echo "a key of another publisher, for tests" >"$work/key2"
echo short >"$work/key3"
chmod 644 "$work/key"
for command in "verdicts --db $work/db" "html --db $work/db -o $work/open"; do
	# shellcheck disable=SC2086 # a list
	"$report" $command --pseudonymise "$work/key" >"$work/o" 2>"$work/said"
	same "${command%% *}: a key that others may read: 78" "$? $(cat "$work/said" "$work/o")" "78 emt-report: $work/key: others \
may read it (mode 0644); chmod 600 it, and change the key: what it veiled can be guessed"
done
ok "nothing was made" [ ! -e "$work/open" ]
chmod 600 "$work/key" "$work/key2" "$work/key3"
ok "veiled pages" html db veiled --pseudonymise "$work/key"
ok "are pages" tests/report/pages.py "$work/veiled"
for format in text json csv; do
	for by in set operator; do
		verdicts db --format $format --by $by --pseudonymise "$work/key" >"$work/veiled/$format.$by"
	done
done
html db plain
verdicts db --format json >"$work/plain/json"
for original in 192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2 192.0.2.77 192.0.2.5 2001:db8:53::1 198.51.100.53 198.51.100.54 \
	198.51.100.200 192.0.2.10 2001:db8::24 192.0.2.22 192-0-2-1 'Participant 1' 'Participant 2' 'Participant 7' person.1 person.2 \
	person.6 user.one out-192 mx.strict.example mx.numbered.example mail.example \
	6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b; do
	ok "plain: $original" grep -rqwF -- "$original" "$work/plain"
	ok "veiled: no $original" fails grep -rqF -- "$original" "$work/veiled"
done
ok "no name of a file tells" [ -z "$(find "$work/veiled" -name '*192.0*')" ]
for kept in all.example AS64500 5.7.5 TLS_AES_256_GCM_SHA384 'no DANE at'; do
	ok "kept: $kept" grep -rqF -- "$kept" "$work/veiled"
done
same "as many operators" "$(cut -d, -f2 <"$work/veiled/csv.operator" | sort -u | wc -l)" \
	"$(cut -d, -f2 <"$work/operators.csv" | sort -u | wc -l)"
same "the states are the same" "$(sed 's/.*"capability"//; s/"rule".*//' "$work/veiled/json.set")" \
	"$(sed 's/.*"capability"//; s/"rule".*//' "$work/db.jsonl")"
ok "verdict/1 still" tests/tools/check_schema.py schema/verdict-1.json "$work/veiled/json.set"
ok "identifiers in all clothes, in every text that strangers choose: none is left" tests/report/leaks.py "$work/leaks" "$report"
verdicts db --format json --pseudonymise "$work/key" >"$work/again"
ok "the same key: the same stand-ins" cmp "$work/again" "$work/veiled/json.set"
verdicts db --format json --pseudonymise "$work/key2" >"$work/again"
ok "another key: others" fails cmp -s "$work/again" "$work/veiled/json.set"
ok "one thing has one stand-in everywhere" [ "$(grep -rhoE 'participant-[0-9a-f]{16}' "$work/veiled" | sort -u | wc -l)" = 7 ]
ok "hostile and veiled" html nasty nasty-veiled --pseudonymise "$work/key"
ok "are pages, too" tests/report/pages.py "$work/nasty-veiled"
ok "of which none holds an address" fails grep -rqE '192\.0\.2\.|198\.51\.100\.|2001:db8|person\.[0-9]' "$work/nasty-veiled"
verdicts db --pseudonymise "$work/key3" 2>"$work/said"
same "a short key: 78" $? 78
ok "says what to do" grep -q 'openssl rand' "$work/said"

# What is wrong on the command line.
for wrong in "verdicts" "html --db x" "html -o x" "verdicts --db x y" "verdicts --db x --format xml" "verdicts --db x --by day"; do
	"$report" $wrong 2>"$work/said"
	same "emt-report $wrong: 64" $? 64
done
# Each option with each command: those of its synopsis are taken, others are 64 and nothing is read or written.
takes() { # COMMAND: its options
	case $1 in
	ingest) echo "ledger mailbox as strict" ;;
	verdicts) echo "format by pseudonymise now" ;;
	html) echo "output mx-id pseudonymise now" ;;
	purge) echo "ledger dry-run now" ;;
	esac
}
for command in ingest verdicts html purge; do
	for option in "ledger x" "mailbox x" "as x" strict dry-run "format csv" "by set" "output $work/o" "mx-id x" "pseudonymise x" "now 9"; do
		case " $(takes $command) " in *" ${option%% *} "*) continue ;; esac
		"$report" $command --db "$work/o.db" --$option "$work" 2>"$work/said"
		same "emt-report $command takes no --${option%% *}" "$? $(grep -c "$command takes no --${option%% *};" "$work/said")" "64 1"
	done
done
ok "and nothing was made" fails ls "$work/o" "$work/o.db"
ok "the manual's synopsis says the same" python3 - <<'EOF'
import re
text = open("report/emt-report.1").read().split(".Sh SYNOPSIS")[1].split(".Sh DESCRIPTION")[0]
got = {}
for part in text.split(".Nm\n")[1:]:
    name = re.search(r"^\.Cm (\w+)", part, re.M)
    if name:
        got[name.group(1)] = set(re.findall(r"Fl -([a-z-]+)", part)) | ({"output"} if "Fl o" in part else set())
want = {"ingest": "db ledger mailbox as strict", "verdicts": "db format by pseudonymise now",
        "html": "db output mx-id pseudonymise now", "purge": "db ledger dry-run now"}
assert got == {k: set(v.split()) for k, v in want.items()}, got
EOF
"$report" verdicts --db "$work/none" 2>"$work/said"
same "no index: 78" $? 78

# A browser.
browser=$(command -v chromium) || browser=
page_of() { # SWITCH... PAGE
	timeout 60 "$browser" --no-sandbox --headless --disable-gpu --disable-dev-shm-usage --disable-background-networking \
		--no-first-run --user-data-dir="$work/profile" "$@"
}
# One that cannot show an empty page cannot run on this machine at all.
if [ -n "$browser" ] && page_of --dump-dom about:blank >"$work/dom" 2>/dev/null && grep -q '<html>' "$work/dom"; then
	for name in pages nasty-pages; do
		rm -rf "${work:?}/$name" && html "$([ $name = pages ] && echo db || echo nasty)" $name \
			--set domain=measurement.example.com --set contact=postmaster@measurement.example.com
	done
	nasty=$(find "$work/nasty-pages/operators" -name '*script*' | sort | sed -n 1p)
	for page in "$work/pages/index.html" "$nasty" "$(ls "$work/nasty-pages/sets/$set2"*)" "$work/nasty-pages/index.html"; do
		page_of --enable-logging=stderr --v=0 --window-size=1360,1480 --hide-scrollbars \
			--screenshot="$work/page.png" "file://$page" >"$work/browser" 2>&1
		ok "browser: ${page#"$work"/} is drawn" [ -s "$work/page.png" ]
		empty "browser: its console is silent" "$(grep CONSOLE "$work/browser")"
		# EMT_REPORT_PNG=docs/report.png keeps the summary.
		[ "${page##*/pages/}" != index.html ] || [ -z "${EMT_REPORT_PNG-}" ] || cp "$work/page.png" "$EMT_REPORT_PNG"
		rm -f "$work/page.png"
	done
	page_of --dump-dom "file://$nasty" >"$work/dom" 2>/dev/null
	ok "browser: no script in what it made of a hostile page" fails grep -qi '<script\|<img' "$work/dom"
	ok "browser: which it read" grep -q '&lt;script&gt;' "$work/dom"
else
	echo "# no chromium that runs here: no page was drawn"
fi
tap_end
