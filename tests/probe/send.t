#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-probe send against a scripted submission server: TLS, AUTH, refusals, what is written down.
. tests/tap.sh
. tests/probe/probe.sh

tmp=$(mktemp -d)
trap 'kill $server_pid 2>/dev/null; wait; rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP
server_pid=
mkdir "$tmp/server"
make_ca "$tmp/server"
write_site "$tmp/data"
configure '{"user": "bob@example.net", "password": "pass word$#", "token": "ya29.x", "mechanisms": ["PLAIN"]}'
start_server "$tmp/server" || exit 1
n=$(($(ls testcases/*.conf | wc -l) + 1))

auth_file() { # LINES
	rm -f "$tmp/auth"
	(umask 077 && printf "$1" >"$tmp/auth")
}

# again [new's switches]: a new set, and an empty log of the server
again() {
	rm -f "$tmp/ledger" "$tmp/server/log"
	set_id=$(emt new --address bob@example.net "$@" 2>/dev/null)
}

# send CODE SWITCH...: its output is in $tmp/out
send() {
	s_code=$1
	shift
	emt send --roots "$tmp/server/ca.pem" "$@" >"$tmp/out" 2>&1
	s_got=$?
	cat "$tmp/out"
	[ $s_got -eq "$s_code" ]
}

outcomes() { # what status says of each probe, as a line of counts
	emt status --format json | jq -r .state | sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }'
}

auth_file 'user = bob@example.net\npassword = pass word$#\n'
for mechanism in PLAIN LOGIN CRAM-MD5; do
	configure '{"user": "bob@example.net", "password": "pass word$#", "require_auth": true,
		"mechanisms": ["GSSAPI", "NTLM", "'$mechanism'"]}'
	again
	ok "$mechanism: all are taken" send 0 --submission "smtp://localhost:$starttls_port" --auth-file "$tmp/auth"
	same "$mechanism: each address once" "$(taken)" "$(emt list | sort)"
	same "$mechanism: by that, within TLS" "$(jq -c '[.auth, .tls]' "$tmp/server/log" | sort -u)" "[\"$mechanism\",true]"
	same "$mechanism: in the ledger" "$(outcomes)" "$n accepted"
done
auth_file 'user = bob@example.net\npassword = another\n'
again
ok "a wrong password ends it" send 78 --submission "smtp://localhost:$starttls_port" --auth-file "$tmp/auth"
ok "and is said" grep -q 'not sent at auth (535 5.7.8 wrong user or password)' "$tmp/out"
same "and tried once" "$(emt status --format json | jq -r '.submissions | length' | sort -n | tail -n 1)" 1
same "no password is shown" "$(grep -c 'pass word' "$tmp/out")" 0
ok "no password in the ledger" fails grep -q 'pass word' "$tmp/ledger"
auth_file 'user = bob@example.net\nbearer = ya29.x\n'
for mechanism in XOAUTH2 OAUTHBEARER; do
	configure '{"user": "bob@example.net", "token": "ya29.x", "require_auth": true,
		"mechanisms": ["PLAIN", "LOGIN", "'$mechanism'"]}'
	again
	ok "$mechanism: all are taken" send 0 --submission "smtps://localhost:$tls_port" --auth-file "$tmp/auth"
	same "$mechanism: by that" "$(jq -r .auth "$tmp/server/log" | sort -u)" $mechanism
	auth_file 'user = bob@example.net\nbearer = ya29.wrong\n'
	again
	ok "$mechanism: a wrong token ends it" send 78 --submission "smtps://localhost:$tls_port" --auth-file "$tmp/auth"
	ok "$mechanism: and is said" grep -q 'not sent at auth (' "$tmp/out"
	same "$mechanism: and tried once" "$(emt status --format json | jq -r '.submissions | length' | sort -n | tail -n 1)" 1
	auth_file 'user = bob@example.net\nbearer = ya29.x\n'
done

# The mails themselves.
jq -r 'select(.to | contains("v6-mail.v6only")) | .data' "$tmp/server/log" >"$tmp/mail" 2>/dev/null
configure '{}'
again --seed 7
ok "no AUTH where nobody asks for it" send 0 --submission "smtp://localhost:$starttls_port" --set ehlo_name=probe.example.net
same "the EHLO name is the setting's" "$(jq -r .ehlo "$tmp/server/log" | sort -u)" probe.example.net
same "in the order of the set" "$(jq -r .to "$tmp/server/log" | sed 's/^RCPT TO:<\(.*\)>.*/\1/')" "$(emt list)"
same "the envelope's sender" "$(jq -r .from "$tmp/server/log" | sed 's/ .*:/ FROM:/' | sort -u)" "MAIL FROM:<bob@example.net>"
jq -r 'select(.to | contains("v6-mail.v6only")) | .data' "$tmp/server/log" >"$tmp/mail"
python3 - "$tmp/mail" "$set_id" >"$tmp/out" 2>&1 <<'PY'
import email, email.policy, email.utils, re, sys
m = email.message_from_file(open(sys.argv[1]), policy=email.policy.strict)
assert re.fullmatch(r"[0-9]{10}:%s:[0-9]+" % sys.argv[2], m["Subject"]), m["Subject"]
assert m["From"].addresses[0].addr_spec == "bob@example.net" and "v6-mail.v6only" in m["To"]
assert email.utils.parsedate_to_datetime(m["Date"]).timestamp() == int(m["Subject"][:10])
assert re.fullmatch(r"<[^@<>]+@example.net>", m["Message-ID"]) and m["Auto-Submitted"] == "auto-generated"
text = m.get_content()
assert "hostmaster@example.com" in text and "no longer" in text and "measurement.example.com" in text
print("fine")
PY
same "a mail is one by another parser" "$(cat "$tmp/out")" fine
same "its subject id is in the ledger" "$(grep '^Subject: ' "$tmp/mail" | cut -c10-)" \
	"$(emt status --format json | jq -r 'select(.testcase == "v6-mail.v6only") | .submissions[0].subject_id')"
same "Message-IDs are unique" "$(jq -r .data "$tmp/server/log" | grep -c '^Message-ID: ')" \
	"$(jq -r .data "$tmp/server/log" | grep '^Message-ID: ' | sort -u | wc -l)"

# TLS
again
ok "a certificate of another name ends it" send 78 --submission "smtp://127.0.0.1:$starttls_port"
ok "and is said" grep -q 'not sent at tls' "$tmp/out"
ok "with the mend" grep -q 'name the server in --submission as its certificate does, or .* with --roots FILE' "$tmp/out"
ok "with TLS at once, too" send 78 --submission "smtps://127.0.0.1:$tls_port"
ok "an authority that nobody knows ends it" test "$(emt send --submission "smtp://localhost:$starttls_port" >"$tmp/out" 2>&1; echo $?)" -eq 78
configure '{"starttls": false}'
ok "no STARTTLS ends it" send 78 --submission "smtp://localhost:$starttls_port"
ok "which is said, with the mend" grep -q 'smtps://HOST.*--clear-text' "$tmp/out"
same "nothing was sent in clear text" "$(taken)" ""
ok "unless that is asked for" send 0 --submission "smtp://localhost:$starttls_port" --clear-text
same "then it is" "$(jq -r .tls "$tmp/server/log" | sort -u)" false
ok "but never a password" send 64 --submission "smtp://localhost:$starttls_port" --clear-text --auth-file "$tmp/auth"
configure '{"mechanisms": ["GSSAPI", "NTLM"]}'
again
ok "no mechanism that is known ends it" send 78 --submission "smtp://localhost:$starttls_port" --auth-file "$tmp/auth"
ok "and is said" grep -q 'offers no way to authenticate' "$tmp/out"
same "nothing was sent" "$(taken)" ""

# Refusals
configure '{"answers": {"rcpt": [["v6-mail.dnssec-broken", "550-5.1.2 no such\n550 5.1.2 domain \u001b[2J%s", 0],
	["v4-mail.v6only-ok", "451 4.3.0 later", 2], ["v6-mail-greylisting", "450 later", 0]],
	"dot": [["mail-dane-ok", "554 5.7.1 spam", 0]], "data": [["mail-tls-force", "452 full", 1]],
	"mail": [["nobody", "550 x", 0]]}}'
again
ok "refusals are findings" send 1 --submission "smtp://localhost:$starttls_port"
same "and stop no other" "$(outcomes)" "$((n - 3)) accepted, 3 refused"
same "code, enhanced code, step and text are kept" "$(emt status --format json |
	jq -c 'select(.testcase == "v6-mail.dnssec-broken") | .submissions[] | [.outcome, .step, .code, .enhanced, .text]')" \
	'["refused","rcpt",550,"5.1.2","no such domain \u001b[2J%s"]'
same "those after the mail, too" "$(emt status --format json |
	jq -c 'select(.testcase == "mail-dane-ok") | .submissions[] | [.step, .code, .enhanced, .text]')" '["data",554,"5.7.1","spam"]'
same "what was refused for now is tried again" "$(emt status --format json |
	jq -c 'select(.testcase == "v4-mail.v6only-ok") | [.submissions[] | [.outcome, .code]]')" \
	'[["refused",451],["refused",451],["accepted",250]]'
same "so often" "$(emt status --format json | jq -r 'select(.testcase == "v6-mail-greylisting") | .submissions | length')" 4
ok "status shows no octet of a terminal's" fails sh -c "'$probe' -c '$tmp/site.conf' --ledger '$tmp/ledger' status |
	LC_ALL=C grep -q '[^ -~]'"
same "the last mail is mail-ok's" "$(jq -r .to "$tmp/server/log" | tail -n 1 | grep -c '\.mail-ok\.')" 1
before=$(wc -l <"$tmp/server/log")
ok "again" send 1 --submission "smtp://localhost:$starttls_port"
same "sends nothing" "$(wc -l <"$tmp/server/log")" "$before"
emt status --format json >"$tmp/status"
ok "records are as their schema says" python3 tests/tools/check_schema.py schema/probe-1.json "$tmp/status"

# A server that talks nonsense.
lines=$(printf '550-%04000d\\n' 1; i=0; while [ $i -lt 300 ]; do printf '550-%04d\\n' $i; i=$((i + 1)); done)
long=$(printf '550 5.7.1 %03000d' 7)
configure '{"answers": {"rcpt": [["v6-mail.dnssec-ok", "'"$lines"'550 end", 0], ["v4-mail.dnssec-ok", "'"$long"'", 0],
	["mail-tls-force", "999 what", 0], ["mail-tls-invalid", "hello\u0000\u001b[2J", 0], ["mail-dane-ok", "550", 0],
	["mail-dane-bad", "550 5.7 \u00ff\u0000 x", 0], ["v4-mail.v6only.", "251 2.1.5 will forward", 0]],
	"dot": [["mail-plaintext", "200 what is that", 0]]}}'
again
ok "nonsense is no end" send 75 --submission "smtp://localhost:$starttls_port" --set submission_timeout=1 \
	--set probe_attempts=1
emt status --format json >"$tmp/status"
ok "records are as their schema says" python3 tests/tools/check_schema.py schema/probe-1.json "$tmp/status"
same "long replies are cut" "$(jq -r 'select(.testcase == "v4-mail.dnssec-ok") | .submissions[0] |
	"\(.enhanced) \(.text | length)"' "$tmp/status")" "5.7.1 1000"
same "a bare code is a refusal" "$(jq -c 'select(.testcase == "mail-dane-ok") | .submissions | map([.outcome, .code, .text])' \
	"$tmp/status")" '[["refused",550,null]]'
same "an enhanced code that is none is text" "$(jq -r 'select(.testcase == "mail-dane-bad") | .submissions[0].enhanced' \
	"$tmp/status")" null
same "the others are sent" "$(jq -r 'select(.testcase == "v6-mail" or .testcase == "v4-mail") | .state' "$tmp/status" | sort -u)" \
	accepted
same "nothing of it reaches the terminal" "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0

# One whose reply does not end.
python3 -c 'import json; print(json.dumps({"answers": {"rcpt": [["v4-mail.dnssec-ok", "550 5.7.1 " + "x" * 3000000, 0]]}}))' \
	>"$tmp/server/config.new" && mv "$tmp/server/config.new" "$tmp/server/config"
again
ok "a reply of 3 MB is a finding" send 1 --submission "smtp://localhost:$starttls_port"
same "it refuses that mail" "$(outcomes)" "$((n - 1)) accepted, 1 refused"
same "and is named" "$(emt status --format json | jq -c 'select(.testcase == "v4-mail.dnssec-ok") | .submissions[0] |
	[.outcome, .step, .code, .text]')" '["refused","rcpt",null,"the reply is far longer than any may be"]'
ok "again: it is left alone" send 1 --submission "smtp://localhost:$starttls_port"

# A server that hangs up.
configure '{"answers": {"dot": [["v4-mail\\.dnssec-ok", "close", 0]], "rcpt": [["v4-mail\\.meas", "close", 1]]}}'
again
ok "a mail without an answer is a finding" send 1 --submission "smtp://localhost:$starttls_port"
same "it may have been accepted" "$(outcomes)" "$((n - 1)) accepted, 1 uncertain"
ok "again: it is left alone" send 1 --submission "smtp://localhost:$starttls_port"
ok "and said" grep -q 'v4-mail.dnssec-ok was handed over .* is not sent again' "$tmp/out"
configure '{}'
ok "on request it is sent again" send 0 --submission "smtp://localhost:$starttls_port" --resend-uncertain
same "then all is known" "$(outcomes)" "$n accepted"
emt status --format json >"$tmp/status"
ok "records are as their schema says" python3 tests/tools/check_schema.py schema/probe-1.json "$tmp/status"
configure '{"answers": {"greeting": [["", "421 4.3.2 busy", 0]]}}'
again
ok "a server that is busy" send 75 --submission "smtp://localhost:$starttls_port"
same "is tried so often" "$(grep -c 'not sent at connect (421 4.3.2 busy)' "$tmp/out")" 4
kill $server_pid
wait $server_pid
ok "a server that is gone" send 75 --submission "smtp://localhost:$starttls_port"
again
ok "a dry run" send 0 --submission "smtp://localhost:$starttls_port" --dry-run
same "names each address" "$(sed -n 's/^would send .* to //p' "$tmp/out")" "$(emt list)"
same "and does nothing" "$(outcomes)" "$n not-sent"
tap_end
