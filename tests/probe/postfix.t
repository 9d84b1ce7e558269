#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-probe send through a real Postfix' submission service: STARTTLS, AUTH, one recipient refused.
. tests/tap.sh
. tests/delivery/postfix.sh
own_machine "$@"
. tests/probe/probe.sh

tmp=$root/probe
mkdir "$tmp"
make_ca "$tmp"
write_site "$tmp/data"
n=$(($(ls testcases/*.conf | wc -l) + 1))
: >"$root/aliases"
python3 tests/probe/sasl.py "$root/sasl" &
wait_for 20 test -e "$root/sasl.ready"
printf '/v6-mail\\.dnssec-broken/ 550 5.1.2 no such domain\n' >"$root/refused"
cat >"$root/master" <<'CONF'
submission inet n - n - - smtpd
    -o smtpd_tls_security_level=encrypt -o smtpd_tls_auth_only=yes
    -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot -o smtpd_sasl_path=$queue_directory/../sasl
    -o smtpd_sasl_security_options=noanonymous
    -o smtpd_client_restrictions=permit_sasl_authenticated,reject
    -o smtpd_recipient_restrictions=$probe_recipients,permit_sasl_authenticated,reject
submissions inet n - n - - smtpd
    -o smtpd_tls_wrappermode=yes
    -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot -o smtpd_sasl_path=$queue_directory/../sasl
    -o smtpd_sasl_security_options=noanonymous
    -o smtpd_client_restrictions=permit_sasl_authenticated,reject
    -o smtpd_recipient_restrictions=$probe_recipients,permit_sasl_authenticated,reject
tlsmgr unix - - n 1000? 1 tlsmgr
discard unix - - n - - discard
CONF
start_postfix <<CONF
probe_recipients = check_recipient_access regexp:$root/refused
smtpd_tls_cert_file = $tmp/cert.pem
smtpd_tls_key_file = $tmp/key.pem
default_transport = discard:
CONF
ok "Postfix runs" test -s "$root/queue/pid/master.pid"

(umask 077 && printf 'user = bob@example.net\npassword = secret\n' >"$tmp/password" &&
	printf 'user = bob@example.net\npassword = secret2\n' >"$tmp/wrong" &&
	printf 'user = bob@example.net\nbearer = ya29.good\n' >"$tmp/bearer")

sent() { # prints the recipients that Postfix has done with
	grep 'postfix/discard.*status=sent' "$root/mail.log" | sed 's/.* to=<\([^>]*\)>.*/\1/' | sort
}
all_sent() {
	[ "$(sent | wc -l)" -eq "$1" ]
}

for way in smtp://localhost:587:password smtps://localhost:465:bearer; do
	server=${way%:*} auth=${way##*:}
	rm -f "$tmp/ledger"
	: >"$root/mail.log"
	emt new --address bob@example.net 2>/dev/null >"$tmp/id"
	emt send --submission "$server" --roots "$tmp/ca.pem" --auth-file "$tmp/$auth" >"$tmp/out" 2>&1
	same "$server: one is refused" "$?" 1
	same "$server: and no other" "$(tail -n 1 "$tmp/out")" \
		"emt-probe: $((n - 1)) accepted, 1 refused, 0 uncertain, 0 not sent"
	same "$server: with its code" "$(emt status --format json | jq -c 'select(.state == "refused") | .submissions[] |
		[.step, .code, .enhanced]')" '["rcpt",550,"5.1.2"]'
	ok "$server: Postfix did its part" wait_for 60 all_sent $((n - 1))
	same "$server: each address once" "$(sent)" "$(emt status --format json |
		jq -r 'select(.state == "accepted") | .address' | sort)"
	same "$server: authenticated" "$(grep -c 'sasl_username=bob@example.net' "$root/mail.log")" $((n - 1))
	same "$server: what Postfix said is kept" "$(emt status --format json |
		jq -r '.submissions[] | select(.outcome == "accepted") | .text' | grep -c '^Ok: queued as')" $((n - 1))
done
rm -f "$tmp/ledger"
emt new --address bob@example.net >/dev/null 2>&1
emt send --submission smtp://localhost:587 --roots "$tmp/ca.pem" --auth-file "$tmp/wrong" >"$tmp/out" 2>&1
same "a wrong password ends it" "$?" 78
ok "and is said" grep -q 'not sent at auth (535 5.7.8' "$tmp/out"
emt send --submission smtp://localhost:587 --roots "$tmp/ca.pem" >"$tmp/out" 2>&1
same "without one nothing is taken" "$(emt status --format json | jq -r .state | sort -u)" "refused"
tap_end
