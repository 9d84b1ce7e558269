#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-enrich --once and --file against real servers: good, bogus and dead DNS, killed, twice at once, misused.  daemon.t has
# the daemon.
. tests/tap.sh
. tests/dns/servers.sh
enter_namespaces "$0"
command -v jq >/dev/null || skip_all "jq is not installed"
start_servers
srv=$dir/srv
mkdir -p "$srv/json" "$srv/spam/json" "$srv/all/json"

# record FILE DOMAIN
record()
{
	printf '{"schema":"mail/1","tool":"emt-deliver 0.1","headers":{"from":"a@%s"},"enrichment":"pending"}\n' \
		"$2" >"$srv/$1"
}

enrich()
{
	"$OBJ/delivery/emt-enrich" -c "$dir/site.conf" "$@"
}

printf 'base_dir = %s\ntrust_anchor = %s/root.ds\ndnsbl_lists = none\n' "$srv" "$dir" >"$dir/site.conf"

record json/ok ok.test
record spam/json/bad bad.test
record all/json/plain plain.test
chmod 600 "$srv/json/ok"
chown 65534:65534 "$srv/json/ok"
message=$(enrich --once 2>&1)
same '--once ends well' $? 0
empty 'and says nothing' "$message"
same 'MX' "$(jq -c .mx "$srv/json/ok")" '["10 mx1.ok.test.","20 mx2.ok.test."]'
same 'TXT' "$(jq -c .spf.IN_TXT "$srv/json/ok")" '["\"v=spf1 -all\""]'
same 'look-ups' "$(jq -c '[.lookups[] | select((.type == "MX" or .type == "TXT") and .name == "ok.test") |
	[.name, .type, .outcome, .rcode, .dnssec, .server, .why]]' "$srv/json/ok")" \
	'[["ok.test","MX","ok",0,"secure","127.0.0.1",null],["ok.test","TXT","ok",0,"secure","127.0.0.1",null]]'
same 'DNSSEC trace' "$(jq -c '.dnssec_trace.sender.res | map_values(.DS[0] != null and .DNSKEY[0] != null)' "$srv/json/ok")" \
	'{"test.":true,"ok.test.":true}'
ok 'the message is kept' jq -e '.lookups | map(select(.outcome == "ok")) | length > 3 and
	all(.wire | @base64d | length > 50)' "$srv/json/ok"
same 'state' "$(jq -r .enrichment "$srv/json/ok" "$srv/spam/json/bad" "$srv/all/json/plain" | uniq)" complete
same 'mode and owner stay' "$(stat -c %a:%u:%g "$srv/json/ok")" 600:65534:65534
like 'bogus' "$(jq -c '[.mx] + (.lookups[] | select(.type == "MX") | [.dnssec, .answer])' "$srv/spam/json/bad")" \
	'*"BOGUS: DNSSEC validation failed (*DS*)"*,"bogus",*"10 mx.bad.test."*'
same 'insecure' "$(jq -r '.lookups[] | select(.type == "MX") | .dnssec' "$srv/all/json/plain")" insecure
same 'no file beside the records' "$(ls -A "$srv/json")" ok

# A record as emt-deliver makes it keeps to the schema, before and after.
if command -v python3 >/dev/null; then
	mkdir -p "$dir/real/mails" "$dir/real/json"
	printf '%s\n' 'From b@bounce.ok.test  Thu Jan  1 00:00:00 1970' 'Delivered-To: measurement@example.com' \
		'Received: from mx1.ok.test (unknown [2001:db8::7])' '	by mail.example.com with ESMTP id 4Q1 for <measurement@example.com>;' \
		'	Mon, 5 Jan 2026 10:00:00 +0000' 'DKIM-Signature: v=1; s=one; d=ok.test; b=' 'DKIM-Signature: d=bad.test; b=' \
		'DomainKey-Signature: s=old; d=plain.test; b=' 'From: a@ok.test' '' 'hello' |
		SENDER=b@bounce.ok.test RECIPIENT=measurement@example.com CLIENT_ADDRESS=IPv6:2001:db8::7 CLIENT_HELO=mx1.ok.test \
		CLIENT_HOSTNAME=unknown CLIENT_PROTOCOL=ESMTP "$OBJ/delivery/emt-deliver" -o "base_dir=$dir/real"
	ok 'a pending record keeps to the schema' python3 tests/tools/check_schema.py schema/mail-1.json "$dir"/real/json/*
	enrich --once -o "base_dir=$dir/real" -o dnsbl_lists='bl.ok.test bl.bad.test'
	ok 'a completed record keeps to the schema' python3 tests/tools/check_schema.py schema/mail-1.json "$dir"/real/json/*
	same 'its state' "$(jq -r .enrichment "$dir"/real/json/*)" complete
	same 'its client, names and lists' "$(jq -c '[.ehlo.ip, .ehlo.rdns, .ehlo.ehlo_A, .dkim.dkim.selector, (.dkim_keys | length),
		.dmarc_org.domain, (.mx_tlsa | map(.host)), .open_relay, .rbl.count, (.dnsbl | length)]' "$dir"/real/json/*)" \
		'["2001:db8::7","unknown",["192.0.2.1"],"one",3,"ok.test",["mx1.ok.test","mx2.ok.test"],"not tested",0,2]'
fi

before=$(stat -c '%i %y' "$srv/json/ok")
enrich --once
same 'a completed record is not touched again' "$(stat -c '%i %y' "$srv/json/ok")" "$before"

record json/stub ok.test
ok 'by the stub' enrich --once --set dns_mode=stub
same 'its answers' "$(jq -c '[.mx] + (.lookups[] | select(.type == "MX") | [.dnssec, .proto])' "$srv/json/stub")" \
	'[["10 mx1.ok.test.","20 mx2.ok.test."],"secure","udp"]'

record json/file ok.test
record json/other ok.test
ok '--file' enrich --file "$srv/json/file"
same 'completes that one alone' "$(jq -r .enrichment "$srv/json/file" "$srv/json/other" | tr '\n' ' ')" \
	'complete pending '
(cd "$srv/json" && enrich --file other)
same '--file in the folder itself' "$(jq -r .enrichment "$srv/json/other")" complete

record json/dead ok.test
started=$(date +%s%3N)
ok 'a silent resolver' enrich --once --set resolver=127.0.0.9 --set enrich_deadline=1s
took=$(($(date +%s%3N) - started))
same 'gives a partial record' "$(jq -c '[.enrichment, .mx[0], .lookups[0].outcome]' "$srv/json/dead")" \
	'["partial","TIMEOUT: no answer in time (no answer by the deadline)","timeout"]'
ok "by the deadline ($took ms)" [ "$took" -lt 3000 ]

# More records than are in flight at once, and more than a process has descriptors.
for i in $(seq 300); do record "json/m$i" "n$i.ok.test"; done
ok 'many records' sh -c "ulimit -n 1024; \"$OBJ/delivery/emt-enrich\" -c \"$dir/site.conf\" --once -o enrich_parallel=100"
same 'all completed' "$(jq -r .enrichment "$srv"/json/m* | sort | uniq -c | tr -s ' ')" ' 300 complete'

# Killed at some moment, again and again: each record is pending or complete, and in the end all are.
for i in $(seq 100); do record "json/m$i" "k$i.ok.test"; done
for wait in 0.005 0.02 0.03 0.04 0.05 0.06; do
	timeout -s KILL "$wait" "$OBJ/delivery/emt-enrich" -c "$dir/site.conf" --once -o enrich_parallel=5 2>/dev/null
done
same 'after kills no record is broken' "$(jq -r '.schema + " " + .enrichment' "$srv"/json/m* |
	grep -vcE '^mail/1 (pending|complete)$')" 0
ok 'the next run' enrich --once
same 'completes the rest' "$(jq -r .enrichment "$srv"/json/m* | sort -u)" complete

# Two at once.  The first holds the folders until its deadline; the second leaves them alone.
for i in $(seq 5); do record "json/m$i" "n$i.ok.test"; done
"$OBJ/delivery/emt-enrich" -c "$dir/site.conf" --once --set resolver=127.0.0.9 --set enrich_deadline=2s &
first=$!
wait_for 'the lock' sh -c "grep -q FLOCK /proc/$first/fdinfo/*"
ok 'a second --once ends well' enrich --once
same 'and has touched nothing' "$(jq -r .enrichment "$srv"/json/m[1-5] | sort -u)" pending
enrich --file "$srv/json/m1" 2>"$dir/message"
same '--file says try again' $? 75
like 'and why' "$(cat "$dir/message")" '*another emt-enrich is at work there'
wait "$first"
same 'the first ends well' $? 0

# A disk that takes nothing.
mkdir "$dir/full"
mount -t tmpfs -o size=16k tmpfs "$dir/full"
mkdir "$dir/full/json"
cp "$srv/json/dead" "$dir/full/json/one"
sed -i 's/"partial"/"pending"/' "$dir/full/json/one"
dd if=/dev/zero of="$dir/full/rest" 2>/dev/null
cp "$dir/full/json/one" "$dir/before"
enrich --once --set "base_dir=$dir/full" 2>"$dir/message"
same 'a full disk: try again' $? 75
like 'and said so' "$(cat "$dir/message")" '*one: not written: No space left on device'
ok 'the record is as it was' cmp "$dir/full/json/one" "$dir/before"
same 'and alone' "$(ls -A "$dir/full/json")" one

for arguments in '--once --file x' '--once x' '--bogus' '--once --set enrich_parallel'; do
	enrich $arguments >"$dir/out" 2>"$dir/message"
	code=$?
	case $arguments in *--set*) want=78 ;; *) want=64 ;; esac
	same "emt-enrich $arguments: $want" "$code" "$want"
	ok 'said on standard error alone' [ -s "$dir/message" -a ! -s "$dir/out" ]
done
enrich --once --set "trust_anchor=$dir/none" 2>"$dir/message"
same 'no trust anchor: 78' $? 78
like 'and how to mend it' "$(cat "$dir/message")" '*install dns-root-data, or set trust_anchor*'
enrich --once --set "base_dir=$dir/none" 2>"$dir/message"
same 'no folder: 78' $? 78
tap_end
