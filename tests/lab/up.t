#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A laboratory by hand: up, a look at its DNS from inside, a mail to a token, down.
. tests/lab/lab.sh
need_lab

base=measurement.example.com
status=0
lab/emt-lab up -o "$tmp/out" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
[ "$status" -ne 77 ] || skip_all "$(cat "$tmp/stderr")"
trap 'lab/emt-lab down -o "$tmp/out" 2>/dev/null; rm -rf "$tmp"' EXIT
is "up" 0 "$status" || sed 's/^/# /' "$tmp/stderr"

in_lab() { # HOST COMMAND...
	lab/emt-lab sh -o "$tmp/out" "$@"
}

dns() { # HOST NAME TYPE: prints rcode, "ad" if validated, and the answers' data without signatures
	in_lab "$1" drill -D @127.0.0.1 "$2" "$3" | awk '
		/rcode:/ { sub(/.*rcode: /, ""); sub(/,.*/, ""); printf "%s", $0 }
		/^;; flags:.* ad / { printf " ad" }
		/^;; ANSWER/ { answer = 1; next }
		/^;; AUTHORITY/ { answer = 0 }
		answer && NF > 4 && $4 != "RRSIG" { for (i = 4; i <= NF; i++) printf " %s", $i }
		END { print "" }'
}

read -r unshare _ <"$tmp/out/lab.pid"
is "no uplink: the bridge, and a cable to each host" "alpha br0 dns infra lo mail" "$(
	nsenter -t "$unshare" -n ip -o link | awk -F '[ @:]+' '{ print $2 }' | sort | xargs
)"
is "one laboratory in one output folder" 1 "$(
	lab/emt-lab up -o "$tmp/out" 2>/dev/null
	echo $?
)"
is "a host has its own name" "mail.$base" "$(in_lab mail hostname)"
ok "an unknown host is refused" fails in_lab nohost true

is "v4-mail" "NOERROR ad MX 10 mail-v4.$base." "$(dns alpha "v4-mail.$base" MX)"
is "mail-v4" "NOERROR ad A 198.51.100.22" "$(dns alpha "mail-v4.$base" A)"
is "mail-v4 has no IPv6 address" "NOERROR ad" "$(dns alpha "mail-v4.$base" AAAA)"
is "v6-mail" "NOERROR ad MX 10 mail-v6.$base." "$(dns alpha "v6-mail.$base" MX)"
is "mail-v6" "NOERROR ad AAAA 2001:db8::22" "$(dns alpha "mail-v6.$base" AAAA)"
is "mail-v6 has no IPv4 address" "NOERROR ad" "$(dns alpha "mail-v6.$base" A)"
is "a name that is not there" "NXDOMAIN ad" "$(dns alpha "nosuch.$base" MX)"
is "IPv4 reverse, by CNAME" "NOERROR ad CNAME host22.rdns.$base. PTR mail.$base." \
	"$(dns alpha 22.100.51.198.in-addr.arpa PTR)"
is "IPv6 reverse" "NOERROR ad PTR mail.$base." "$(dns alpha \
	2.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR)"
is "the provider's reverse, as the receiving host sees it" "NOERROR ad PTR mx.alpha.example." \
	"$(dns mail 11.113.0.203.in-addr.arpa PTR)"
is "the same for IPv6" "NOERROR ad PTR mx.alpha.example." "$(dns mail \
	1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR)"
is "the provider's SPF" 'NOERROR ad TXT "v=spf1 mx -all"' "$(dns mail alpha.example TXT)"
is "the provider's DMARC" 'NOERROR ad TXT "v=DMARC1; p=reject"' \
	"$(dns mail _dmarc.alpha.example TXT)"
is "NSEC3: SHA-1, no opt-out, no iterations, no salt" "1 0 0 -" "$(in_lab alpha \
	drill @198.51.100.28 "$base" NSEC3PARAM |
	awk '$4 == "NSEC3PARAM" && NF > 4 { print $5, $6, $7, $8 }')"
is "algorithm 13, and DS by SHA-256" "13 2" "$(in_lab alpha drill -D @127.0.0.1 "$base" DS |
	awk '$4 == "DS" && NF > 5 { print $6, $7 }')"
is "SOA TTL and MINIMUM" "5 5" "$(in_lab alpha drill @198.51.100.28 "$base" SOA |
	awk '$4 == "SOA" && NF > 10 { print $2, $11 }')"
for zone in "$base" "rdns.$base" com example.com alpha.example root; do
	ok "$zone: every signature verifies" \
		in_lab dns ldns-verify-zone "/mnt/zones/$zone.zone.signed"
done

for version in tls1 tls1_1 tls1_2 tls1_3; do
	ok "the receiving host speaks $version with a good certificate" in_lab alpha sh -c "
		echo QUIT | openssl s_client -starttls smtp -$version -cipher DEFAULT@SECLEVEL=0 \
			-CAfile /etc/postfix/lab-ca.pem -verify_return_error \
			-verify_hostname any.v4-mail.$base -connect mail-v4.$base:25"
done

for family in 4 6; do
	token=$(in_lab alpha sed -n "s/^v$family-mail //p" /mnt/zones/tokens.list | head -n 1)
	ok "v$family-mail has a token" expr "$token" : '[a-z2-7]\{26\}$'
	rcpt=measurement@$token.v$family-mail.$base
	printf 'From: probe@alpha.example\nTo: %s\nSubject: token\n\nx\n' "$rcpt" >"$tmp/mail"
	in_lab alpha sendmail -f probe@alpha.example -- "$rcpt" <"$tmp/mail"
	ok "a mail to it arrives" wait_until 30 in_lab mail \
		grep -q "to=<$rcpt>.*status=sent (delivered to command" /var/log/maillog
done
ok "another local part is refused in the session" in_lab alpha sh -c "
	echo x | sendmail -f probe@alpha.example -- other@v4-mail.$base"
ok "so that the sender gets the bounce" wait_until 30 in_lab alpha \
	grep -q "to=<other@v4-mail.*status=bounced.*User unknown" /var/log/maillog

lab_processes "$unshare" >"$tmp/processes"
ok "there are processes" test -s "$tmp/processes"
is "down" 0 "$(
	lab/emt-lab down -o "$tmp/out" >&2
	echo $?
)"
ok "every process has ended" all_gone "$tmp/processes"
is "only the log of the start is left" lab.log "$(ls "$tmp/out")"
tap_end
