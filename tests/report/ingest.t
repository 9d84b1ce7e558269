#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-report ingest: the index is a function of what was recorded, whatever the order in which it was read, in how many
# runs, and where these were killed.
. tests/tap.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
command -v strace >/dev/null || skip_all "strace is not installed"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
report=$OBJ/report/emt-report
data=$work/data
host=$data/hosts/mail
mkdir "$data"

ingest() { # NAME ARGUMENT...
	i_name=$1
	shift
	"$report" ingest --set domain=measurement.example.com --db "$work/$i_name" "$@" 2>"$work/said"
}

dump() { # NAME: a digest of the index
	tests/report/dump.py "$work/$1" >"$work/$1.dump" && sed -n 1p "$work/$1.dump" && sha256sum <"$work/$1.dump"
}

count() { # NAME SQL
	python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' "$work/$1" "$2"
}

"$OBJ/tests/tools/reportgen" "$data" 40 2 1 432000 || exit 1
ok "all at once" ingest once --ledger "$data/ledger.sqlite" "$data/hosts"
whole=$(dump once)
same "the index is sound" "$(echo "$whole" | sed -n 1p)" ok
same "every mail is there" "$(count once 'SELECT COUNT(*) FROM mail')" "$(find "$host/json" -type f | wc -l)"
same "every session" "$(count once 'SELECT COUNT(*) FROM session')" "$(cat "$host"/sessions/*.jsonl | wc -l)"
same "every query" "$(count once 'SELECT COUNT(*) FROM query')" "$(cat "$host"/queries/*.jsonl | wc -l)"
same "every probe" "$(count once 'SELECT COUNT(*) FROM probe')" $((40 * 19))
same "sessions without recipient are known by their case" "$(count once "SELECT COUNT(*) FROM bare")" \
	"$(grep -hc '"service":"postfix/mail-[a-z-]*/smtpd"' "$host"/sessions/*.jsonl | awk '{ n += $1 } END { print n }')"
ok "the index is for its owner alone" [ "$(stat -c %a "$work/once")" = 600 ]

ok "the same again" ingest once --ledger "$data/ledger.sqlite" "$data/hosts"
same "changes nothing" "$(dump once)" "$whole"
ok "and says so" grep -q 'mails: 0 new, 0 changed' "$work/said"
ok "one host's folder is as good" ingest once --ledger "$data/ledger.sqlite" "$host"
same "and the same host" "$(dump once)" "$whole"

# Pieces in another order: the ledger last, days from the end, mails by halves.
parts=$work/parts/mail
mkdir -p "$parts/json" "$parts/sessions" "$parts/queries" "$parts/health"
for day in $(cd "$host" && ls -r health/*.jsonl queries/*.jsonl sessions/*.jsonl); do
	cp "$host/$day" "$parts/$day"
	ingest pieces "$work/parts" || break
done
find "$host/json" -type f | sort -r | head -n 200 | xargs -d '\n' cp -p -t "$parts/json"
ok "in pieces" ingest pieces "$work/parts"
find "$host/json" -type f -print0 | xargs -0 cp -p -n -t "$parts/json"
ok "all pieces" ingest pieces "$work/parts"
ok "and the ledger" ingest pieces --ledger "$data/ledger.sqlite" "$work/parts"
same "in any order: the same index" "$(dump pieces)" "$whole"

# A daily file that grows, in the middle of lines, too.
day=$(ls "$host/queries" | sed -n 3p)
rm -rf "$work/parts" && mkdir -p "$parts/queries"
for part in 1 10 5000 5001 100000 1000000000; do
	head -c $part "$host/queries/$day" >"$parts/queries/$day"
	ingest grow "$parts" || break
done
same "lines of a file that grows are there once" "$(count grow 'SELECT COUNT(*) FROM query')" "$(wc -l <"$host/queries/$day")"
same "and its lines are counted on" "$(count grow 'SELECT lines_read FROM source')" "$(wc -l <"$host/queries/$day")"
before=$(dump grow)
sed -n '5,$p' "$host/queries/$day" >"$parts/queries/$day.new" && mv "$parts/queries/$day.new" "$parts/queries/$day"
ok "a file that was made anew" ingest grow "$parts"
same "is read from its start, and known" "$(dump grow)" "$before"

# Killed at any write to the disk.
killed=0
refused=0
for write in 1 2 3 5 8 13 21 34 55 89 144 233 377 610; do
	strace -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=$write \
		"$report" ingest --set domain=measurement.example.com --db "$work/killed" --ledger "$data/ledger.sqlite" \
		"$data/hosts" >/dev/null 2>&1
	[ $? -ne 137 ] || killed=$((killed + 1))
	"$report" verdicts --db "$work/killed" 2>&1 >/dev/null | grep -q 'first ingest has not come to its end' && refused=$((refused + 1))
done
ok "killed, again and again" [ $killed -ge 5 ]
ok "nobody reads what is not whole" [ $refused -ge 1 ]
ok "the next run completes" ingest killed --ledger "$data/ledger.sqlite" "$data/hosts"
same "and the index is whole" "$(dump killed)" "$whole"
for index in once pieces killed; do
	same "$index: all that it is searched by is there" "$(count $index "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND
		sql IS NOT NULL")" "$(grep -c '^CREATE INDEX' schema/index.sql)"
done

# A record that emt-enrich completed is read again; it takes the place of the one before.
mkdir -p "$parts/json"
letter=$(find "$host/json" -type f | sort | sed -n 1p)
sed 's/"enrichment":"complete".*/"enrichment":"pending"}/' "$letter" >"$parts/json/${letter##*/}"
ingest grow "$parts"
ok "a pending record has no facts" [ "$(count grow "SELECT text FROM mail m JOIN facts f ON f.id = m.facts" | grep -c '"spf":"unknown"')" = 1 ]
cp "$letter" "$parts/json/new" && mv "$parts/json/new" "$parts/json/${letter##*/}"
ok "completed" ingest grow "$parts"
ok "it has them" [ "$(count grow "SELECT text FROM mail m JOIN facts f ON f.id = m.facts" | grep -c '"spf":"yes"')" = 1 ]
ok "and is one mail" [ "$(count grow 'SELECT COUNT(*) FROM mail')" = 1 ]

# What is bad is named and counted, and stops nothing.
bad=$work/bad
mkdir -p "$bad/sessions/dane" "$bad/queries" "$bad/json"
sed -n 1p "$host/sessions/$(ls "$host/sessions" | sed -n 1p)" >"$bad/sessions/dane/2026-11-20.jsonl"
{
	echo '{"schema":"session/1","id":"x"}'
	echo 'not JSON'
	echo '{"schema":"query/1"}'
	sed -n 2p "$host/sessions/$(ls "$host/sessions" | sed -n 1p)"
	printf '{"schema":"session/1"'
} >>"$bad/sessions/dane/2026-11-20.jsonl"
echo '[]' >"$bad/json/list"
mkfifo "$bad/queries/2026-11-20.jsonl"
ok "bad lines stop nothing" ingest odd "$bad"
same "the good ones are there" "$(count odd 'SELECT COUNT(*) FROM session')" 2
ok "a member that is missing is named" grep -q 'dane/2026-11-20.jsonl:2: lacks a member of: session/1' "$work/said"
ok "so is what is no JSON" grep -q 'dane/2026-11-20.jsonl:3: is no JSON' "$work/said"
ok "another kind's record" grep -q 'dane/2026-11-20.jsonl:4: is no record that belongs there' "$work/said"
ok "a file that is a list" grep -q 'json/list: is no JSON object' "$work/said"
ok "a FIFO is not waited for" grep -q 'queries/2026-11-20.jsonl: could not be read: is no file' "$work/said"
ingest strict --strict "$bad"
same "--strict: 65" $? 65

# A client that goes on without STARTTLS: whom it came for stands in the dialogue alone.  What our own host could not
# store is noted, whichever record says so.
mkdir -p "$work/dialogue/sessions"
id=0123456789abcdef0123456789abcdef
cat >"$work/dialogue/sessions/2026-11-20.jsonl" <<EOF
{"schema":"session/1","id":"$id","service":"postfix-tls-force/mail-tls-force/smtpd","client_ip":"192.0.2.7","client_name":"unknown","t_connect":1,"t_end":2,"helo":"h","tls":null,"mails":[{"from":"u@x","rcpts":[["a@b",250]],"queue_id":"Q1","code":250,"deliveries":[{"to":"a","status":"deferred","dsn":"4.3.0","text":"x"},{"to":"a","status":"sent","dsn":"2.0.0","text":"y"}]}],"end":{"kind":"quit","after":null},"complete":true,"dialogue":[["S","220 x"],["C","EHLO h"],["S","250-x"],["S","250 STARTTLS"],["C","MAIL FROM:<u@x> SIZE=1"],["S","530 5.7.0 Must issue a STARTTLS command first"],["C","RCPT TO:<measurement+ABCDEFGHIJKLMNOPQRSTUVWXYZ@mail-tls-force.measurement.example.com>"],["S","530 5.7.0 Must issue a STARTTLS command first"],["C","RCPT TO:<a@b>"],["S","250 2.1.5 Ok"],["C","QUIT"],["S","221 2.0.0 Bye"]]}
{"schema":"delivery/1","session":"$id","queue_id":"Q1","time":3,"to":"a","status":"bounced","dsn":"5.2.0","text":"z"}
{"schema":"delivery/1","session":"$id","queue_id":"Q1","time":3,"to":"a","status":"sent","dsn":"2.0.0","text":"z"}
EOF
ok "a dialogue" ingest talk "$work/dialogue"
same "tells what was demanded" "$(count talk "SELECT testcase || ' ' || ehlo || starttls || refused_clear || ' ' || recipients FROM session")" \
	"mail-tls-force 101 2"
same "whom it came for" "$(count talk "SELECT sender || ' ' || token || ' ' || testcase || ' ' || code || ' ' || enhanced || ' ' ||
	accepted || ' ' || reply FROM attempt WHERE token IS NOT NULL")" \
	"u@x abcdefghijklmnopqrstuvwxyz mail-tls-force 530 5.7.0 0 5.7.0 Must issue a STARTTLS command first"
same "and who was taken" "$(count talk "SELECT recipient || ' ' || code || ' ' || accepted || ' ' || queue_id FROM attempt WHERE token IS NULL")" \
	"a@b 250 1 Q1"
same "what could not be delivered here is noted" "$(count talk "SELECT group_concat(status) FROM undelivered")" "bounced,deferred"

# Whose addresses are, by tables: of clients without a name, and of resolvers.
mkdir -p "$work/dialogue/queries" "$work/dialogue/json"
printf '{"schema":"query/1","id":"%s","time":1,"client":"%s","apex":false}\n' \
	00000000000000000000000000000001 198.51.100.53 00000000000000000000000000000002 2001:db8::53 \
	00000000000000000000000000000003 not-an-address >"$work/dialogue/queries/2026-11-20.jsonl"
printf '192.0.2.0\t192.0.2.255\t64500\tZZ\tname\n198.51.100.0\t198.51.100.255\t64501\n' | gzip >"$work/as.gz"
printf '2001:db8::\t32\t64502_64503\nnonsense\n' >"$work/pfx2as"
operators='SELECT group_concat(x) FROM (SELECT address || " " || operator x FROM client UNION SELECT address || " " || operator
	FROM resolver ORDER BY 1)'
ok "without a table" ingest talk "$work/dialogue"
same "each address is its own" "$(count talk "$operators")" "192.0.2.7 192.0.2.7"
ok "with tables" ingest talk --as "$work/as.gz" --as "$work/pfx2as" "$work/dialogue"
same "each is its system's" "$(count talk "$operators")" "192.0.2.7 AS64500,198.51.100.53 AS64501,2001:db8::53 AS64502"
ok "a line that is none is named" grep -q 'pfx2as:2: left out: fewer than three columns: nonsense' "$work/said"
same "what follows from it follows" "$(count talk 'SELECT operator FROM bare UNION SELECT "none" ORDER BY 1')" none
ok "another table in their place" ingest talk --as "$work/pfx2as" "$work/dialogue"
same "tells anew" "$(count talk "$operators")" "192.0.2.7 192.0.2.7,2001:db8::53 AS64502"
ok "a run without" ingest talk "$work/dialogue"
same "leaves them" "$(count talk "$operators")" "192.0.2.7 192.0.2.7,2001:db8::53 AS64502"
ingest talk --as "$work/dialogue/sessions/2026-11-20.jsonl" "$work/dialogue"
same "what is no table ends it" "$? $(grep -c 'no table of autonomous systems' "$work/said")" "78 1"

# Mails that came back.
cat tests/fuzz/corpus/fuzz_dsn/postfix >"$work/mbox"
printf '\nFrom a@b Sat Nov 21 19:34:06 2026\nSubject: private\n\nhello\n' >>"$work/mbox"
sed -i 's/abc\.dane-bad\.example\.com/abcdefghijklmnopqrstuvwxyz.mail-dane-bad.measurement.example.com/' "$work/mbox"
ok "a mbox" ingest dsn --mailbox "$work/mbox"
same "one recipient is ours" "$(count dsn "SELECT token || ' ' || testcase || ' ' || action || ' ' || status FROM dsn")" \
	"abcdefghijklmnopqrstuvwxyz mail-dane-bad failed 4.7.5"
ok "the other one is left out" grep -q "recipients: 1 new, 0 changed, 0 known, 1 of no use" "$work/said"
mkdir -p "$work/Maildir/cur" "$work/Maildir/new"
sed '1d; /^From a@b/,$d' "$work/mbox" | sed '$d' >"$work/Maildir/new/1.a"
ok "a Maildir" ingest dsn --mailbox "$work/Maildir"
same "the same mail is the same" "$(count dsn 'SELECT COUNT(*) FROM dsn')" 1

# Who was forgotten leaves the index.
token=$(count once "SELECT token FROM mail WHERE testcase = 'mail-ok' ORDER BY token LIMIT 1")
python3 - "$data/ledger.sqlite" "$token" <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
s = db.execute("SELECT probe_set FROM probe WHERE token = ?", (sys.argv[2],)).fetchone()[0]
db.execute("INSERT INTO forgotten SELECT testcase, pool_number, token, 1 FROM probe WHERE probe_set = ?", (s,))
for table in ("submission WHERE token IN (SELECT token FROM forgotten)", "probe WHERE probe_set = '%s'" % s,
              "probe_set WHERE id = '%s'" % s):
    db.execute("DELETE FROM " + table)
db.commit()
EOF
ok "the ledger forgets a participant" ingest once --ledger "$data/ledger.sqlite" "$data/hosts"
same "his tokens are gone" "$(tests/report/dump.py "$work/once" | grep -c "$token")" 0
same "one set less" "$(count once 'SELECT COUNT(*) FROM probe_set')" 39
same "nothing stands alone" "$(count once "SELECT (SELECT COUNT(*) FROM attempt WHERE session NOT IN (SELECT id FROM session)) +
	(SELECT COUNT(*) FROM dialogue WHERE session NOT IN (SELECT id FROM session)) +
	(SELECT COUNT(*) FROM bare WHERE session NOT IN (SELECT id FROM session))")" 0

# Sessions that named nobody and were ascribed to him lose what names him; one of a host that came for him alone goes.
mkdir -p "$work/forget/sessions"
talk() { # ID CLIENT NAME TIME SERVICE MAILS WORDS
	printf '{"schema":"session/1","id":"%032x","service":"%s","client_ip":"%s","client_name":"%s","t_connect":%s,"t_end":%s,"helo":"h","tls":null,"mails":[%s],"end":{"kind":"quit","after":null},"complete":true,"dialogue":[["C","EHLO h"],["C","MAIL FROM:<%s@x.example>"]]}\n' \
		"$1" "$5" "$2" "$3" "$4" "$4" "$6" "$7"
}
rcpt() { # TOKEN
	printf '{"from":"f@x","rcpts":[["measurement+%s@mail-plaintext.measurement.example.com",250]],"queue_id":"Q","code":250}' "$1"
}
his=abcdefghijklmnopqrstuvwxyz
bare=postfix/mail-plaintext/smtpd
{
	talk 1 192.0.2.1 mx.home.example 1000000 smtpd "$(rcpt $his)" person
	talk 2 192.0.2.1 mx.home.example 1000100 $bare "" person
	talk 3 192.0.2.2 mx.big.example 1000200 smtpd "$(rcpt $his)" person
	talk 4 192.0.2.3 mx2.big.example 1000300 $bare "" person
	talk 5 192.0.2.2 mx.big.example 1000400 smtpd "$(rcpt bcdefghijklmnopqrstuvwxyza)" other
	talk 6 192.0.2.2 mx.big.example 9000000 $bare "" later
	talk 7 192.0.2.4 mx.else.example 1000300 $bare "" other
} >"$work/forget/sessions/2026-11-20.jsonl"
python3 - "$work/forget.ledger" $his <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(open("schema/ledger.sql").read())
db.execute("INSERT INTO site VALUES ('measurement.example.com', 'x')")
db.execute("INSERT INTO participant (id, name, created) VALUES (1, 'p', 1)")
db.execute("INSERT INTO probe_set VALUES ('s', 1, 1, 1, 'one-by-one')")
db.execute("INSERT INTO probe VALUES (?, 's', 1, 1, 'mail-plaintext', 1)", (sys.argv[2],))
db.commit()
EOF
ok "a participant, his sessions" ingest forgot --ledger "$work/forget.ledger" "$work/forget"
same "all of them" "$(count forgot 'SELECT COUNT(*) FROM session') $(count forgot 'SELECT COUNT(*) FROM dialogue')" "7 7"
python3 - "$work/forget.ledger" <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("INSERT INTO forgotten SELECT testcase, pool_number, token, 1 FROM probe")
db.executescript("DELETE FROM probe; DELETE FROM probe_set; DELETE FROM participant")
db.commit()
EOF
ok "he is forgotten" ingest forgot --ledger "$work/forget.ledger" "$work/forget"
same "what names him is gone" "$(tests/report/dump.py "$work/forgot" | grep -c "person\|$his\|home.example")" 0
same "a session of his provider stays, without its dialogue" \
	"$(count forgot "SELECT group_concat(c.address || ' ' || (SELECT COUNT(*) FROM dialogue d WHERE d.session = s.id)) FROM session s
	JOIN client c ON c.id = s.client ORDER BY s.record")" "192.0.2.3 0,192.0.2.2 1,192.0.2.2 1,192.0.2.4 1"
ok "from the start, and the ledger knows that he is forgotten" ingest anew --ledger "$work/forget.ledger" "$work/forget"
same "the index is the same" "$(dump anew)" "$(dump forgot)"

# What is none of ours is refused with the mend.
echo text >"$work/text"
ingest text "$host"
same "a file that is no database: 78" $? 78
ok "says so" grep -q 'name another file with --db' "$work/said"
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript("PRAGMA user_version = 99")' "$work/grow"
ingest grow "$host"
same "an index of another version: 78" $? 78
ok "says what to do" grep -q 'remove it and ingest again' "$work/said"
mkdir "$work/empty"
ingest empty-db "$work/empty"
same "a folder without records: 64" $? 64
"$report" ingest --db "$work/x" 2>/dev/null
same "no folder: 64" $? 64

# What would make an index of no use is said, not made.
"$report" ingest -c /dev/null --db "$work/nowhere" "$data/hosts" 2>"$work/said"
same "without a domain nothing is read" "$? $(cat "$work/said")" "78 emt-report: the setting domain is missing: name the \
site file with -c FILE, or give --set domain=DOMAIN"
"$report" ingest --set domain=example.org --db "$work/once" "$data/hosts" 2>"$work/said"
same "an index is of one domain" "$? $(cat "$work/said")" "78 emt-report: $work/once: is the index of another domain than \
example.org; name another file with --db"
python3 - "$data/ledger.sqlite" "$work" <<'EOF'
import shutil, sqlite3, sys
for name, sql in ("other-site", "UPDATE site SET domain = 'example.org'"), \
        ("other-secret", "UPDATE site SET secret_sha256 = 'x'"), ("no-site", "DELETE FROM site"):
    shutil.copy(sys.argv[1], sys.argv[2] + "/" + name)
    db = sqlite3.connect(sys.argv[2] + "/" + name)
    db.execute(sql)
    db.execute("DELETE FROM probe")
    db.commit()
EOF
before=$(dump once)
while IFS='|' read -r name words; do
	ingest once --ledger "$work/$name" "$data/hosts"
	same "ledger $name: 78" "$? $(grep -c "$words" "$work/said")" "78 1"
done <<'EOF'
other-site|other-site: is of the measurement at example.org, the site file is of measurement.example.com; name the ledger
other-secret|other-secret: was begun with another token_secret than the ledger that the index has its sets from; name that
no-site|no-site: does not say which site it is of; name a ledger
nowhere|nowhere: No such file or directory; name the ledger that emt-probe made with --ledger
EOF
ingest fresh --set token_secret=secret --ledger "$work/other-secret" "$data/hosts"
same "a secret that is not the site file's: 78" "$? $(grep -c 'are not those of the site file' "$work/said")" "78 1"
same "the index is what it was" "$(dump once)" "$before"
ingest once --mailbox "$work/no-mbox" "$data/hosts"
same "a mailbox that is not there: 78" "$? $(cat "$work/said")" "78 emt-report: $work/no-mbox: No such file or directory; name a \
mbox file or a Maildir with --mailbox"
ingest no-folder/db "$data/hosts"
same "no folder for the index: 78" "$? $(cat "$work/said")" "78 emt-report: $work/no-folder/db.lock: No such file or directory; \
make its folder, or name another file with --db"
mkdir "$work/folder"
ingest folder "$data/hosts"
same "a folder for an index: 78" "$? $(cat "$work/said")" "78 emt-report: $work/folder: unable to open database file; name a \
file with --db"
damage() { # FILE: behind its head
	head -c 4096 /dev/zero | tr '\0' x | dd of="$1" bs=4096 seek=1 conv=notrunc status=none
	size=$(stat -c %s "$1")
	head -c $((size - 8192)) /dev/zero | tr '\0' y | dd of="$1" bs=8192 seek=1 conv=notrunc status=none
}
cp "$data/ledger.sqlite" "$work/damaged-ledger" && damage "$work/damaged-ledger"
ingest once --ledger "$work/damaged-ledger" "$data/hosts"
same "a damaged ledger: 75" "$? $(grep -c 'damaged-ledger: database disk image is malformed.*put back a copy' "$work/said")" "75 1"
ingest setless "$data/hosts"
ok "that no ledger was read is said" grep -q 'no probe set is known.*--ledger FILE' "$work/said"
tap_end
