#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole site on one machine: each mail role a Postfix of its own (postmulti), each DNS role an NSD of its own, told
# apart by address.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
for program in nsd drill postmulti; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
[ -e /usr/lib/postfix/postfix-pcre.so ] || skip_all "postfix-pcre is not installed"
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
site=$root/site.conf
tree=$root/tree
"$OBJ/site/emt-site" init --domain $M --ipv4 198.51.100.16/28 --ipv6 2001:db8::/64 --layout single -o "$site"
ok "emt-site render" "$OBJ/site/emt-site" render -c "$site" --set tokens_per_case=3 --set base_dir=/srv -o "$tree"
ok "emt-site sign" "$OBJ/site/emt-site" sign -c "$site" --set tokens_per_case=3 -o "$tree"
ok "emt-site testca" "$OBJ/site/emt-site" testca -c "$site" "$tree"
same "one machine" "$(cd "$tree" && ls | grep -v '^ca\.' | xargs)" "mail.$M owner"
# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses "$site") 203.0.113.11
mount -t tmpfs -o mode=755 emt-test /usr/local/bin
cp "$OBJ/delivery/emt-deliver" /usr/local/bin/

boot_host "$tree" mail.$M
make_folders mail.$M
for host in dns dns-v6 dns-dnssec-broken; do
	ok "NSD of $host" start_nsd mail.$M -$host
done
on mail.$M sh -c ': >/etc/resolv.conf'
ok "the first Postfix" start_postfix_of mail.$M
for role in mail plaintext dane tls-force tls-invalid greylisting; do
	ok "Postfix of $role" start_postfix_of mail.$M -$role
done
same "postmulti knows them all" "$(on mail.$M postmulti -l | awk '{ print $1 }' | xargs)" \
	"- postfix-mail postfix-plaintext postfix-dane postfix-tls-force postfix-tls-invalid postfix-greylisting"

rcode() { # ADDRESS NAME TYPE
	drill -t "@$1" "$2" "$3" | sed -n 's/.*rcode: \([A-Z]*\),.*/\1/p'
}
same "dns answers for its zone" "$(rcode 198.51.100.28 v4-mail.$M MX)" NOERROR
same "and of v6only knows the delegation alone" \
	"$(drill @198.51.100.28 v4-mail.v6only.$M MX | awk '/^;; ANSWER/ { a = 1 } /^;; AUTH/ { a = 0 } a && /IN\tMX/')" ""
same "dns-v6 answers for v6only" "$(rcode 2001:db8::29 v4-mail.v6only.$M MX)" NOERROR
same "and for nothing above it" "$(rcode 2001:db8::29 v4-mail.$M MX)" REFUSED
same "dns-dnssec-broken answers for dnssec-ok" "$(rcode 198.51.100.30 v4-mail.dnssec-ok.$M MX)" NOERROR
same "and for nothing above it" "$(rcode 198.51.100.30 v4-mail.$M MX)" REFUSED

says() { # ADDRESS RECIPIENT: the host's name in the greeting, and the reply codes to a mail in clear text
	/usr/bin/env python3 - "$@" <<'PY'
import socket, sys
s = socket.create_connection((sys.argv[1], 25), 10)
f = s.makefile("rwb")
def reply():
    while True:
        line = f.readline().decode("latin-1")
        if line[3:4] != "-":
            return line
said = [reply().split()[1]]
for line in ("EHLO x.example.net", "MAIL FROM:<a@example.com>", "RCPT TO:<%s>" % sys.argv[2], "QUIT"):
    f.write(line.encode() + b"\r\n"); f.flush()
    said.append(reply()[:3])
print(*said)
PY
}
same "mail" "$(says 198.51.100.22 measurement@mail-ok.$M)" "mail.$M 250 250 250 221"
same "mail, IPv6" "$(says 2001:db8::22 measurement@v6-mail.$M)" "mail.$M 250 250 250 221"
same "plaintext" "$(says 198.51.100.23 measurement@mail-plaintext.$M)" "plaintext.$M 250 250 250 221"
same "dane, both cases" "$(says 198.51.100.24 measurement@mail-dane-ok.$M) $(says 2001:db8::21 measurement@mail-dane-bad.$M)" \
	"dane.$M 250 250 250 221 dane.$M 250 250 250 221"
same "tls-force" "$(says 198.51.100.25 measurement@mail-tls-force.$M)" "tls-force.$M 250 530 530 221"
same "tls-invalid, both cases" \
	"$(says 198.51.100.26 measurement@mail-tls-invalid.$M) $(says 198.51.100.20 measurement@mail-tlsa-invalid.$M)" \
	"tls-invalid.$M 250 530 530 221 tls-invalid.$M 250 530 530 221"
same "greylisting without postgrey lets nobody in" "$(says 198.51.100.27 measurement@v4-mail-greylisting.$M)" \
	"greylisting.$M 250 250 451 221"
same "no host takes another's mail" "$(says 198.51.100.22 measurement@mail-dane-ok.$M)" "mail.$M 250 250 554 221"

/usr/bin/env python3 - <<PY
import smtplib
smtplib.SMTP("198.51.100.22", 25, local_hostname="x.example.net").sendmail(
    "probe@example.com", ["measurement@v4-mail.$M"], b"From: x@example.com\r\n\r\nx\r\n")
PY
stored() {
	on mail.$M grep -qrl "^Delivered-To: measurement@v4-mail.$M\$" /srv/mails
}
ok "a mail is stored" wait_for 20 stored
ok "its session is in the log of its host" on mail.$M grep -qi 'postfix-mail/smtpd.*< .*RCPT TO:<measurement@v4-mail' \
	/var/log/maillog-mail
tap_end
