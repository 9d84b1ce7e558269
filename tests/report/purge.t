#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-report purge: what is older than retention_days goes, mails of unknown tokens and of the catch-all after a week,
# and nothing else; a dry run says the same and deletes nothing.
. tests/tap.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
report=$OBJ/report/emt-report
base=$work/srv
now=1800000000
day=86400
known=aaaaaaaaaaaaaaaaaaaaaaaaaa
unknown=bbbbbbbbbbbbbbbbbbbbbbbbbb
mkdir -p "$base/mails" "$base/json" "$base/spam/mails" "$base/spam/json" "$base/all/mails" "$base/all/json" \
	"$base/sessions/dane" "$base/queries" "$base/health"

mail() { # FOLDER NAME DAYS-OLD FLAVOUR TOKEN
	set -- "$1" "$((now - $3 * day)):$2" "$3" "$4" "$5"
	echo text >"$base/$1mails/$2"
	printf '{"schema":"mail/1","id":"%s","flavour":"%s","token":%s,"arrived":%s,"headers":{},"client":{}}\n' \
		"$2" "$4" "$5" $((now - $3 * day)) >"$base/$1json/$2"
	touch -d "@$((now - 2 * day))" "$base/$1json/$2" "$base/$1mails/$2"
}

purge() { # ARGUMENT...
	"$report" purge --set domain=measurement.example.com --now $now --db "$work/db" --ledger "$work/ledger" "$@" "$base" \
		>"$work/said" 2>"$work/errors"
}

files() {
	(cd "$base" && find . -type f | sort)
}

mail "" old 91 measurement "\"$known\""
mail "" kept 89 measurement "\"$known\""
mail "" plain 8 measurement null
mail "" unknown 8 measurement "\"$unknown\""
mail "" unknown-new 6 measurement "\"$unknown\""
mail spam/ spam 8 spam null
mail spam/ spam-new 6 spam null
mail all/ all 8 all null
echo text >"$base/mails/1:alone" && touch -d "@$((now - 91 * day))" "$base/mails/1:alone"
echo text >"$base/mails/1:alone-new"
echo broken >"$base/json/1:broken" && touch -d "@$((now - 91 * day))" "$base/json/1:broken"
for folder in sessions sessions/dane queries health; do
	for age in 92 91 90 1; do
		date=$(date -u -d "@$((now - age * day))" +%F)
		: >"$base/$folder/$date.jsonl"
	done
done
for age in 91 89; do
	: >"$base/sessions/$((now - age * day)):abc"
	: >"$base/sessions/$((now - age * day)):abc.json"
done
echo x >"$base/queries/queries.dnstap" && touch -d "@$((now - 99 * day))" "$base/queries/queries.dnstap"
echo x >"$base/queries/queries.dnstap-20261121" && touch -d "@$((now - 99 * day))" "$base/queries/queries.dnstap-20261121"
for folder in mails json; do # of somebody else
	echo x >"$base/$folder/README" && touch -d "@$((now - 999 * day))" "$base/$folder/README"
done
echo x >"$base/sessions/other" && touch -d "@$((now - 99 * day))" "$base/sessions/other"
python3 - "$work/ledger" "$known" <<'EOF'
import hashlib, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(open("schema/ledger.sql").read())
db.execute("INSERT INTO site VALUES ('measurement.example.com', ?)", (hashlib.sha256(b"secret").hexdigest(),))
db.execute("INSERT INTO participant (id, name, created) VALUES (1, 'p', 1)")
db.execute("INSERT INTO probe_set VALUES ('s', 1, 1, 1, 'one-by-one')")
db.execute("INSERT INTO probe VALUES (?, 's', 1, 1, 'mail-ok', 1)", (sys.argv[2],))
db.commit()
EOF
"$report" ingest --set domain=measurement.example.com --db "$work/db" --ledger "$work/ledger" "$base" 2>/dev/null

before=$(files)

# The ledger is that of this site, of this secret, and of these mails.
purge --set domain=example.org
same "another site's ledger: 78" "$? $(cat "$work/errors")" "78 emt-report: $work/ledger: is of the measurement at \
measurement.example.com, the site file is of example.org; name the ledger or the site file that belongs to it"
purge --set token_secret=another
same "another secret's: 78" "$? $(cat "$work/errors")" "78 emt-report: $work/ledger: was begun with another token_secret; \
its tokens are not those of the site file. Name the ledger or the site file that belongs to it"
"$report" purge -c /dev/null --ledger "$work/ledger" "$base" >"$work/said" 2>"$work/errors"
same "of which site this is must be known: 78" "$? $(grep -c 'the setting domain does not say' "$work/errors")" "78 1"
same "nothing was deleted" "$(files)" "$before"
python3 - "$work" <<'EOF'
import shutil, sqlite3, sys
for name, token in ("pool", "c" * 26), ("forgot", "d" * 26):
    shutil.copy(sys.argv[1] + "/ledger", sys.argv[1] + "/" + name)
    db = sqlite3.connect(sys.argv[1] + "/" + name)
    db.execute("UPDATE probe SET token = ?", (token,))
    if name == "forgot":
        db.execute("INSERT INTO forgotten VALUES ('mail-ok', 7, ?, 1)", ("b" * 26,))
    db.commit()
EOF
ok "a ledger that knows none of the tokens" purge --dry-run --ledger "$work/pool" --set token_secret=secret
ok "is doubted" grep -q 'pool: knows none of the tokens of 4 mails' "$work/errors"
same "and no token is unknown" "$(grep -c "srv/json: would delete 2 of 6 records" "$work/said")" 1
ok "one that knows them as forgotten" purge --dry-run --ledger "$work/forgot"
empty "is not doubted" "$(cat "$work/errors")"
same "and their mails go" "$(grep -c "srv/json: would delete 4 of 6 records" "$work/said")" 1

# So it is with the index, which has its sets from a ledger.
python3 -c 'import shutil, sqlite3, sys
shutil.copy(sys.argv[1] + "/db", sys.argv[1] + "/pool-db")
db = sqlite3.connect(sys.argv[1] + "/pool-db")
db.execute("UPDATE probe SET token = ?", ("c" * 26,)); db.commit()' "$work"
ok "an index" purge --dry-run
same "loses mails of unknown tokens" "$(grep 'db: .*mails' "$work/said")" "$work/db: would delete 4 mails"
ok "one whose ledger knew none" purge --dry-run --db "$work/pool-db"
same "keeps them" "$(grep 'db: .*mails' "$work/said")" "$work/pool-db: would delete 3 mails"

ok "a dry run" purge --dry-run
same "deletes nothing" "$(files)" "$before"
said=$(cat "$work/said")
ok "a purge" purge
same "does what the dry run said" "$(cat "$work/said")" "$(echo "$said" | sed 's/would delete/deleted/')"
gone=$(echo "$before" | grep -vxF "$(files)")
date91=$(date -u -d "@$((now - 91 * day))" +%F)
date92=$(date -u -d "@$((now - 92 * day))" +%F)
same "what is too old is gone, and nothing else" "$gone" "$(sort <<EOF
./all/json/$((now - 8 * day)):all
./all/mails/$((now - 8 * day)):all
./json/1:broken
./json/$((now - 91 * day)):old
./json/$((now - 8 * day)):unknown
./mails/1:alone
./mails/$((now - 91 * day)):old
./mails/$((now - 8 * day)):unknown
./queries/$date91.jsonl
./queries/$date92.jsonl
./queries/queries.dnstap-20261121
./sessions/$((now - 91 * day)):abc
./sessions/$((now - 91 * day)):abc.json
./sessions/$date91.jsonl
./sessions/$date92.jsonl
./sessions/dane/$date91.jsonl
./sessions/dane/$date92.jsonl
./spam/json/$((now - 8 * day)):spam
./spam/mails/$((now - 8 * day)):spam
EOF
)"
left=$(python3 -c 'import sqlite3, sys; print(*sorted(r[0].split(":")[-1] for r in sqlite3.connect(sys.argv[1]).execute("SELECT name FROM mail")))' "$work/db")
same "the index has lost the same mails" "$left" "kept plain spam-new unknown-new"
ok "once more" purge
empty "finds nothing" "$(cat "$work/said")"
ok "another retention" purge --set retention_days=5
ok "takes what is older than that" fails ls "$base/json/"*:kept "$base/json/"*:unknown-new

# A host that holds health records alone (the name servers' before the first query, the desk): nothing goes, and that is
# no trouble.
health=$work/hosts/desk/health
mkdir -p "$health"
: >"$health/2020-01-01.jsonl"
ok "a base_dir with health records alone" "$report" purge --set domain=measurement.example.com --now $now --ledger "$work/ledger" "$work/hosts/desk"
ok "or a folder of such" "$report" purge --set domain=measurement.example.com --now $now --ledger "$work/ledger" "$work/hosts"
ok "loses nothing" test -f "$health/2020-01-01.jsonl"
mkdir "$work/nothing"
ok "a folder of none is an error still" fails "$report" purge --set domain=measurement.example.com --now $now --ledger "$work/ledger" "$work/nothing"
tap_end
