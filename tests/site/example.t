#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The files of example-setup are a site that works: real NSD and Postfix run from them, a validating resolver finds each
# case, and a sending Postfix delivers to them.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
for program in nsd unbound drill; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
[ -e /usr/lib/postfix/postfix-pcre.so ] || skip_all "postfix-pcre is not installed"
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
site=example-setup/site.conf
tree=$root/tree
cp -R example-setup "$tree"

# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses $site) 203.0.113.11 2001:db8:f::11
mount -t tmpfs -o mode=755 emt-test /usr/local/bin
cp "$OBJ/delivery/emt-deliver" "$OBJ/sessionparse/emt-sessions" "$OBJ/site/emt-site" "$OBJ/report/emt-report" /usr/local/bin/

ok "emt-site sign" "$OBJ/site/emt-site" sign -c $site -o "$tree"
ok "emt-site testca" "$OBJ/site/emt-site" testca -c $site "$tree"

for name in mail plaintext dane tls-force tls-invalid greylisting dns dns-v6 dns-dnssec-broken; do
	boot_host "$tree" $name.$M || echo "# $name did not boot"
	make_folders $name.$M
done
for name in dns dns-v6 dns-dnssec-broken; do
	ok "NSD of $name" start_nsd $name.$M
done

# Three resolvers that know this site and nothing else; the first is that of sender and receivers.
resolver() { # ADDRESS NAME OPTION...: a validating one that listens there
	r_ip=$1 r_name=$2
	shift 2
	{
		printf '%s\n' "server:" "interface: $r_ip" 'username: ""' 'chroot: ""' "directory: \"$root\"" \
			"pidfile: \"$root/$r_name.pid\"" "use-syslog: no" "logfile: \"$root/$r_name.log\"" \
			'module-config: "validator iterator"' "trust-anchor-file: \"$tree/owner/$M.ds\"" \
			"do-not-query-localhost: no" "local-zone: \"8.b.d.0.1.0.0.2.ip6.arpa.\" nodefault" "$@"
		for r_zone in $M 0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa; do
			printf '%s\n' "stub-zone:" "name: \"$r_zone\"" "stub-addr: 198.51.100.28" "stub-addr: 2001:db8::28"
		done
	} >"$root/$r_name.conf"
	unbound -c "$root/$r_name.conf"
}
resolver 127.0.0.1 both
resolver 127.0.0.2 ipv4 "do-ip6: no"
resolver 127.0.0.3 ipv6 "do-ip4: yes" "outgoing-interface: ::1" "prefer-ip6: yes" "do-not-query-address: 0.0.0.0/0"
printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n' >"$root/resolv.conf"

asked() { # NAME TYPE [RESOLVER]: rcode, "ad" if validated, and the data of the answers
	drill -D "@${3-127.0.0.1}" "$1" "$2" | awk '
		/rcode:/ { sub(/.*rcode: /, ""); sub(/,.*/, ""); printf "%s", $0 }
		/^;; flags:.* ad / { printf " ad" }
		/^;; ANSWER/ { answer = 1; next }
		/^;; AUTHORITY/ { answer = 0 }
		answer && NF > 4 && $4 != "RRSIG" { for (i = 5; i <= NF; i++) printf " %s", $i }
		END { print "" }'
}
answers() {
	asked $M SOA "$1" | grep -q "NOERROR ad"
}
for ip in 127.0.0.1 127.0.0.2 127.0.0.3; do
	ok "the resolver at $ip validates the site" wait_for 20 answers $ip
done

token() { # CASE: the first of its pool
	case $1 in
	*.*) tk_zone=${1#*.}.$M tk_case=${1%%.*} ;;
	*) tk_zone=$M tk_case=$1 ;;
	esac
	sed -n "s/^\([a-z2-7]\{26\}\)\.$tk_case	IN MX.*/\1/p" "$tree"/*/etc/nsd/zones/$tk_zone.zone | head -n 1
}

cases=$(cd testcases && ls ./*.conf | sed 's,^\./,,; s/\.conf$//')
for case in $cases; do
	want="NOERROR ad 10 $(token "$case").mx.$case.$M."
	case $case in *.dnssec-broken) want=SERVFAIL ;; esac
	same "$case: MX of a token" "$(asked "$(token "$case").$case.$M" MX)" "$want"
	same "$case: over IPv6 alone" "$(asked "$(token "$case").$case.$M" MX 127.0.0.3)" "$want"
	case $case in *.v6only) want=SERVFAIL ;; esac
	same "$case: over IPv4 alone" "$(asked "$(token "$case").$case.$M" MX 127.0.0.2)" "$want"
done
same "a wildcard answers for a token that is not in the pool" \
	"$(asked aaaaaaaaaaaaaaaaaaaaaaaaaa.v4-mail.$M MX)" "NOERROR ad 10 mail-v4.$M."
same "and has no other type" "$(asked _mta-sts.v4-mail.$M TXT)" "NOERROR ad"
same "nor is there one below a token" "$(asked "_mta-sts.$(token v4-mail).v4-mail.$M" TXT)" "NXDOMAIN ad"
same "TLSA of a token of mail-dane-ok" "$(asked "_25._tcp.$(token mail-dane-ok).mx.mail-dane-ok.$M" TLSA)" \
	"NOERROR ad 3 1 1 $(sed -n 's/^tls_pin = 3 1 1 //p' $site)"
same "an address of one family has none of the other" "$(asked mail-v4.$M AAAA)" "NOERROR ad"
same "IPv6 reverse name" "$(asked 1.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR)" \
	"NOERROR dane-bad.$M."
same "IPv4 reverse name, where the CNAMEs lead" "$(asked host21.rdns.$M PTR)" "NOERROR ad dane-bad.$M."

for name in mail plaintext dane tls-force tls-invalid greylisting; do
	on $name.$M cp "$root/resolv.conf" /etc/resolv.conf
	ok "Postfix of $name" start_postfix_of $name.$M
	same "postconf complains of nothing" "$(on $name.$M postconf 2>&1 >/dev/null)" ""
done
on greylisting.$M sh -c '. /etc/default/postgrey; install -d -o postgrey /var/lib/postgrey
	exec postgrey $POSTGREY_OPTS --daemonize --pidfile=/run/postgrey.pid'

# The sender: another Postfix, in the namespaces of this shell.
cp "$root/resolv.conf" "$root/etc.resolv"
mount --bind "$root/etc.resolv" "$(readlink -f /etc/resolv.conf)"
printf 'probe\t/dev/null\n' >"$root/aliases"
printf '%s\n' 'smtp unix - - n - - smtp' 'tlsmgr unix - - n 1000? 1 tlsmgr' >"$root/master"
start_postfix <<CONF
smtp_bind_address = 203.0.113.11
smtp_bind_address6 = 2001:db8:f::11
smtp_tls_security_level = may
smtp_tls_loglevel = 1
CONF
sed -i 's/^inet_protocols = ipv4/inet_protocols = all/' "$root/etc/main.cf"
touch -d '1 hour ago' "$root/etc/main.cf"
kill -HUP "$(cat "$root/queue/pid/master.pid")"

probe() { # ADDRESS
	printf 'From: probe@example.com\nTo: %s\nSubject: probe\n\nx\n' "$1" |
		sendmail -C "$root/etc" -f probe@example.com -- "$1"
}
stored() { # HOST ADDRESS
	on "$1.$M" grep -qrl "^Delivered-To: $2\$" /srv/mails
}
host_of() { # CASE
	sed -n 's/^host = //p' "testcases/$1.conf"
}
for case in $cases; do
	probe "measurement@$(token "$case").$case.$M"
done
for case in $cases; do
	rcpt=measurement@$(token "$case").$case.$M
	case $case in
	*greylisting)
		ok "$case: refused with 450 at first" wait_for 30 \
			grep -q "to=<$rcpt>.*status=deferred.*450 4.2.0.*Greylisted" "$root/mail.log"
		;;
	*.dnssec-broken)
		ok "$case: not found by a validating resolver" wait_for 30 \
			grep -q "to=<$rcpt>.*status=deferred.*Name service error" "$root/mail.log"
		;;
	*)
		ok "$case: stored" wait_for 30 stored "$(host_of "$case")" "$rcpt" ||
			{ grep "$rcpt" "$root/mail.log"; on "$(host_of "$case").$M" tail -n 5 /var/log/maillog; } | sed 's/^/# /'
		;;
	esac
done
received() { # HOST ADDRESS: the protocol that it came by
	on "$1.$M" sh -c "grep -rhl '^Delivered-To: $2\$' /srv/mails | head -n 1 | xargs sed -n 's/.*(Postfix) with \([A-Z]*\) id.*/\1/p'"
}
same "plaintext: without TLS" "$(received plaintext "measurement@$(token mail-plaintext).mail-plaintext.$M")" ESMTP
same "tls-force: with TLS" "$(received tls-force "measurement@$(token mail-tls-force).mail-tls-force.$M")" ESMTPS

smtp() { # ADDRESS LINE...: the reply codes of a session from outside
	/usr/bin/env python3 - "$@" <<'PY'
import socket, sys
s = socket.create_connection((sys.argv[1], 25), 10)
f = s.makefile("rwb")
def reply():
    while True:
        line = f.readline().decode("latin-1")
        if line[3:4] != "-":
            return line[:3]
codes = [reply()]
for line in sys.argv[2:]:
    f.write(line.encode() + b"\r\n"); f.flush()
    codes.append(reply())
print(*codes)
PY
}
ehlo="EHLO sender.example.net"
from="MAIL FROM:<probe@example.com>"
same "tls-force refuses clear text" "$(smtp 198.51.100.25 "$ehlo" "$from" QUIT)" "220 250 530 221"
same "so does tls-invalid" "$(smtp 198.51.100.26 "$ehlo" "$from" QUIT)" "220 250 530 221"
same "plaintext does not know STARTTLS" "$(smtp 198.51.100.23 "$ehlo" STARTTLS)" "220 250 502"
same "mail takes clear text; its cases, by name and by token; +TOKEN; no one else's domain, no relay, no other user" \
	"$(smtp 198.51.100.22 "$ehlo" "$from" "RCPT TO:<measurement@v4-mail.$M>" \
		"RCPT TO:<measurement@$(token v4-mail).v4-mail.$M>" \
		"RCPT TO:<measurement+$(token v4-mail)@v4-mail.$M>" \
		"RCPT TO:<measurement@mail-tls-force.$M>" "RCPT TO:<measurement@x.v4-mail.$M>" \
		"RCPT TO:<somebody@example.org>" QUIT)" "220 250 250 250 250 250 554 554 554 221"

same "the catch-all takes anybody, but owner-" "$(smtp 198.51.100.22 "$ehlo" "$from" \
	"RCPT TO:<any.body@spam.example.net>" "RCPT TO:<owner-measurement@spam.example.net>" QUIT)" "220 250 250 250 550 221"

named() { # ADDRESS NAME: the certificate there is good for that name
	echo QUIT | openssl s_client -starttls smtp -connect "$1:25" -CAfile "$tree/ca.pem" -verify_return_error \
		-verify_hostname "$2" 2>/dev/null
}
ok "the certificate of mail is good for its host" named 198.51.100.22 mail.$M
ok "for a recipient domain" named 198.51.100.22 v4-mail.$M
ok "and for a token's MX host" named 198.51.100.22 "$(token v4-mail).mx.v4-mail.$M"
ok "that of tls-invalid is good" named 198.51.100.26 tls-force.$M
ok "but for another name" fails named 198.51.100.26 tls-invalid.$M
ok "also at the address of mail-tlsa-invalid" fails named 198.51.100.20 tlsa-invalid.$M

to_spam() { # LOCAL-PART...: mails to the spam domain, by the mail host's own address
	for ts_local; do
		/usr/bin/env python3 - "$ts_local@spam.example.net" <<'PY'
import smtplib, sys
s = smtplib.SMTP("198.51.100.22", 25, local_hostname="sender.example.net")
s.sendmail("probe@example.com", [sys.argv[1]], b"From: x@example.com\r\n\r\nx\r\n")
PY
	done
}
to_spam spam anybody "measurement+$(token v4-mail)"
in_folder() { # FOLDER ADDRESS
	on mail.$M grep -qrl "^Delivered-To: $2\$" "/srv/$1/mails"
}
ok "spam@ is of flavour spam" wait_for 20 in_folder spam spam@spam.example.net
ok "anybody@ of flavour all" wait_for 20 in_folder all anybody@spam.example.net
ok "measurement+TOKEN@ is a measurement" wait_for 20 in_folder . "measurement+$(token v4-mail)@spam.example.net"
same "the envelope sender of none became an owner-" "$(on mail.$M grep -rhc '^Return-Path: <owner-' /srv | grep -v '^0')" ""

for name in mail plaintext dane tls-force tls-invalid greylisting; do
	ok "$name: emt-sessions misses nothing in Postfix' configuration" on $name.$M /usr/local/bin/emt-sessions --check-config
done
job=$(on mail.$M sed -n 's/^ExecStart=//p' /etc/systemd/system/emt-sessions.service)
# shellcheck disable=SC2086 # a command line
ok "the job of the timer runs: $job" on mail.$M $job
rcpt=measurement@$(token v4-mail).v4-mail.$M
same "and finds the session of a probe" "$(on mail.$M sh -c 'cat /srv/sessions/*.jsonl' |
	jq -c "select(any(.mails[]?; .queue_id and .rcpts[0][0] == \"$rcpt\")) | [.complete, .tls.protocol]")" '[true,"TLSv1.3"]'
same "a session without a recipient is known by its address; one with a mail has its outcome" \
	"$(smtp 198.51.100.21 "$ehlo" QUIT >"$root/codes"; on dane.$M sh -c "$job"; on dane.$M sh -c 'cat /srv/sessions/*.jsonl' |
		jq -r '[(.service | select(. != null)), (.mails[-1]?.deliveries[-1]?.status // "-")] | @tsv' | sort -u | tr '\t\n' ' ;')" \
	"postfix/mail-dane-bad/smtpd -;postfix/mail-dane-bad/smtpd sent;postfix/mail-dane-ok/smtpd sent;"
same "the files belong to the user of the data" "$(on mail.$M sh -c 'stat -c %U /srv/sessions/*' | sort -u)" nobody

job=$(on mail.$M sed -n 's/^ExecStart=//p' /etc/systemd/system/emt-purge.service)
# shellcheck disable=SC2086 # a command line
ok "what is fresh is not purged: $job" on mail.$M sh -c "before=\$(ls /srv/mails) && [ \"\$before\" ] &&
	setpriv --reuid=nobody --regid=nogroup --clear-groups $job && [ \"\$(ls /srv/mails)\" = \"\$before\" ]"

signature() {
	drill -D @198.51.100.29 v6only.$M SOA | awk '$4 == "RRSIG" { print $NF; exit }'
}
before=$(signature)
job=$(on dns-v6.$M sed -n 's/^ExecStart=//p' /etc/systemd/system/emt-sign.service | head -n 1)
# shellcheck disable=SC2086 # a command line
ok "a name server renews its signatures: $job" on dns-v6.$M $job --share "$PWD"
on dns-v6.$M /etc/emt/reload
renewed() {
	[ -n "$before" ] && [ -n "$(signature)" ] && [ "$(signature)" != "$before" ]
}
ok "and serves them after /etc/emt/reload" wait_for 20 renewed

ok "the dialogue is in the log" on dane.$M grep -q 'smtpd\[.*: < .*\]: EHLO' /var/log/maillog
same "no host has warned, but of names and of the client that did not like the certificate" "$(for name in mail plaintext dane tls-force tls-invalid; do
	on $name.$M grep -E 'warning|fatal|panic' /var/log/maillog
done | grep -v 'does not resolve to address\|hostname .* verification failed\|SSL alert number 42')" ""
tap_end
