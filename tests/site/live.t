#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-site check --live against the example site, whose NSD, Postfix and postgrey are real: a sound site has no finding and
# a full set of records; then each of a list of sabotages makes just the right parts of the right cases red.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
for program in nsd unbound postgrey ldns-signzone openssl; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
[ -e /usr/lib/postfix/postfix-pcre.so ] || skip_all "postfix-pcre is not installed"
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
conf=$root/site.conf
tree=$root/tree
emt_site=$OBJ/site/emt-site
grep -v '^tls_pin' example-setup/site.conf >"$conf"
"$emt_site" testca -c "$conf" "$tree" >/dev/null
{
	echo "tls_pin = $("$emt_site" pin "$tree/dane.$M/etc/emt/tls/dane.pem")"
	echo "ehlo_name = checker.example.net"
	echo "resolver = 127.0.0.1"
	echo "trust_anchor = $root/root.ds"
} >>"$conf"
ok "render" "$emt_site" render -c "$conf" -o "$tree"
ok "sign" "$emt_site" sign -c "$conf" -o "$tree"

# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses "$conf") 203.0.113.1
mount -t tmpfs -o mode=755 emt-test /usr/local/bin
cp "$OBJ/delivery/emt-deliver" /usr/local/bin/
mails="mail plaintext dane tls-force tls-invalid greylisting"
servers="dns dns-v6 dns-dnssec-broken"
for name in $mails $servers; do
	boot_host "$tree" $name.$M
	make_folders $name.$M
done

# A root of the test's own, right above the site.
begin_root_zone "$tree" >"$root/root.zone"
sign_root
(
	cd "$root"
	cat >unbound.conf <<-CONF
		server:
			interface: 127.0.0.1
			username: ""
			chroot: ""
			directory: "$root"
			pidfile: "$root/unbound.pid"
			use-syslog: no
			logfile: "$root/unbound.log"
			module-config: "validator iterator"
			trust-anchor-file: "$root/root.ds"
			root-hints: "$root/hints"
			do-not-query-localhost: no
	CONF
)
ok "the root" nsd -c "$root/root.conf"
for name in $servers; do
	ok "NSD of $name" start_nsd $name.$M
done
asks() {
	"$OBJ/tests/tools/dnsask" --mode stub --resolver 127.0.0.1 --wait 500 . NS | grep -q ' ok '
}
new_resolver() { # one that remembers nothing
	if [ -s "$root/unbound.pid" ]; then
		nr_pid=$(cat "$root/unbound.pid")
		kill "$nr_pid"
		wait_for 20 test ! -e "/proc/$nr_pid"
	fi
	unbound -c "$root/unbound.conf"
	wait_for 20 asks
}
printf 'nameserver 127.0.0.1\n' >"$root/resolv.conf"
start_postgrey() {
	on greylisting.$M sh -c '. /etc/default/postgrey; install -d -o postgrey /var/lib/postgrey
		exec postgrey $POSTGREY_OPTS --daemonize --pidfile=/run/postgrey.pid'
}
for name in $mails; do
	on $name.$M cp "$root/resolv.conf" /etc/resolv.conf
	ok "Postfix of $name" start_postfix_of $name.$M
done
start_postgrey
mkdir "$root/health"
chown nobody "$root/health"

deadline=60
check() { # [OPTION...]: leaves what it says, its exit code, and the records of this run
	rm -f "$root"/health/*
	new_resolver
	"$emt_site" check -c "$conf" --live --deadline "$deadline" --health "$root/health" --roots "$tree/ca.pem" "$@" \
		>"$root/said" 2>"$root/said.err"
	echo $? >"$root/code"
	cat "$root"/health/*.jsonl >"$root/records" 2>/dev/null
}
red() { # "PART FAMILY CASE..." for each part that is red
	jq -r 'select(.ok | not) | .part + " " + (.family // "-") + " " + .testcase' "$root/records" | sort |
		awk '{ k = $1 " " $2; if (k != last) { if (NR > 1) print line; line = k; last = k } line = line " " $3 }
			END { if (NR) print line }'
}
findings() {
	grep -v 'live checks$\|findings$' "$root/said"
}

check
same "a sound site: exit code" "$(cat "$root/code")" 0
same "nothing is red" "$(red)" ""
same "and nothing is found" "$(findings; cat "$root/said.err")" ""
ok "every record fits its schema" tests/tools/check_schema.py schema/health-1.json "$root/records"
same "each check has one record" "$(sed -n 's/ live checks$//p' "$root/said")" "$(wc -l <"$root/records")"
same "with an envelope sender of its own it asks for recipients" "recipient health" "$(
	jq -r 'select(.part == "recipient" or .sender) | "\(.part) \(.sender)"' "$root/records" |
		sort -u | sed 's/-[a-z]\{20\}@.*//')"
same "ids are of one record each" "$(jq -r .id "$root/records" | sort | uniq -d)" ""
same "every case has its parts" "$(jq -r .testcase "$root/records" | sort -u)" \
	"$(cd testcases && ls ./*.conf | sed 's,^\./,,; s/\.conf$//' | sort)"
parts() { # CASE
	jq -r "select(.testcase == \"$1\") | .part + \"/\" + (.family // \"-\")" "$root/records" | sort | tr '\n' ' '
}
same "those of v4-mail" "$(parts v4-mail)" "address/ipv4 address/ipv6 certificate/ipv4 delegation/- dnssec/- listener/ipv4 \
mx/- name-server/ipv4 name-server/ipv6 recipient/ipv4 records/ipv4 records/ipv6 relay/ipv4 starttls/ipv4 tls/ipv4 tlsa/ipv4 "
same "those of v6-mail.v6only" "$(parts v6-mail.v6only)" "address/ipv4 address/ipv6 certificate/ipv6 delegation/- \
delegation/ipv4 delegation/ipv6 dnssec/- listener/ipv6 mx/- name-server/ipv4 name-server/ipv6 recipient/ipv6 records/ipv6 \
relay/ipv6 starttls/ipv6 tls/ipv6 tlsa/ipv6 "
same "they are for the user of the data alone" "$(stat -c '%U %a' "$root"/health/*)" "nobody 600"
cp "$root/records" "$root/before"
"$emt_site" check -c "$conf" --live --health "$root/health" --roots "$tree/ca.pem" >"$root/said"
same "greylisting challenges every run" "$(tail -n 1 "$root/said")" "0 findings"
same "a second run adds to the file" "$(cat "$root"/health/*.jsonl | head -n "$(wc -l <"$root/before")")" "$(cat "$root/before")"
same "no mail was sent" "$(for name in $mails; do on $name.$M sh -c 'ls /srv/mails; grep -h "DATA$" /var/log/maillog'; done)" ""

# sabotage WHAT RED FINDING-REGEX: RED has a line for each part and family; one finding at least matches the regex.
sabotage() {
	check
	same "$1: exit code" "$(cat "$root/code")" 1
	same "$1: what is red" "$(red)" "$2"
	ok "$1: the finding" grep -qE "$3" "$root/said" || sed 's/^/# /' "$root/said"
}
nsd_pid() {
	on "$1" cat /run/nsd/nsd.pid
}
stop_nsd() {
	sn_pid=$(nsd_pid "$1")
	on "$1" kill "$sn_pid"
	wait_for 20 test ! -e "/proc/$sn_pid"
}
restart_nsd() {
	stop_nsd "$1" && start_nsd "$1"
}
edit_main() { # HOST SETTING...: changes Postfix' main.cf, and has it read again
	em_host=$1.$M
	shift
	on "$em_host" cp -p /etc/postfix/main.cf /etc/postfix/main.cf.sound
	on "$em_host" postconf -e "$@"
	restart_postfix "$em_host"
}
sound_main() { # HOST
	on "$1.$M" mv /etc/postfix/main.cf.sound /etc/postfix/main.cf
	restart_postfix "$1.$M"
}
restart_postfix() { # FQDN
	rp_pid=$(on "$1" cat /var/spool/postfix/pid/master.pid | tr -d ' ')
	on "$1" kill "$rp_pid"
	wait_for 20 test ! -e "/proc/$rp_pid"
	rm -f "$root/host/$1/var/spool/postfix/pid/master.pid"
	restarted_postfix "$1"
}
restarted_postfix() { # FQDN
	on "$1" find /etc/postfix /etc/mail -type f -exec touch -d '1 hour ago' {} +
	on "$1" env MAIL_CONFIG=/etc/postfix /usr/lib/postfix/sbin/master -c /etc/postfix -w
}
broken="v4-mail.dnssec-broken v6-mail.dnssec-broken"
twins="v4-mail.dnssec-ok v6-mail.dnssec-ok"

stop_nsd dns-v6.$M
sabotage "the name server of v6only is stopped" "address ipv4 v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
address ipv6 v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
delegation - v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
dnssec - v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
mx - v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
name-server ipv4 v4-mail.v6only-ok
name-server ipv6 v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
records ipv4 v4-mail.v6only-ok
records ipv6 v4-mail.v6only v4-mail.v6only-ok v6-mail.v6only
tlsa ipv4 v4-mail.v6only v4-mail.v6only-ok
tlsa ipv6 v6-mail.v6only" "^2001:db8::29: the name server of v6only.$M does not answer"
start_nsd dns-v6.$M

edit_main plaintext "inet_interfaces = 198.51.100.23"
sabotage "a listener has lost IPv6" "listener ipv6 mail-plaintext
recipient ipv6 mail-plaintext
relay ipv6 mail-plaintext
starttls ipv6 mail-plaintext" "^2001:db8::23: .*Connection refused"
sound_main plaintext

on tls-force.$M sh -c "cp -p /etc/emt/tls/tls-force.pem /etc/emt/tls/sound.pem"
cp "$tree/dane.$M/etc/emt/tls/dane.pem" "$root/dane.pem"
on tls-force.$M cp "$root/dane.pem" /etc/emt/tls/tls-force.pem
restart_postfix tls-force.$M
sabotage "a good host has another's certificate" "certificate ipv4 mail-tls-force
certificate ipv6 mail-tls-force" "^198.51.100.25: shows a certificate that is not of tls-force.$M;"
on tls-force.$M sh -c "cat /etc/emt/tls/sound.pem >/etc/emt/tls/tls-force.pem"
restart_postfix tls-force.$M

on tls-invalid.$M sh -c "cp -p /etc/emt/tls/tls-invalid.pem /etc/emt/tls/sound.pem"
(
	cd "$root" || exit 1
	openssl ecparam -name prime256v1 -genkey -noout -out good.key
	openssl req -new -key good.key -subj /CN=x -out good.csr
	printf 'subjectAltName=DNS:tls-invalid.%s,DNS:*.mail-tls-invalid.%s\n' $M $M >good.ext
	openssl x509 -req -in good.csr -CA "$tree/ca.pem" -CAkey "$tree/ca.key" -CAcreateserial -days 90 \
		-extfile good.ext -out good.crt
	cat good.key good.crt >good.pem
) >"$root/openssl.log" 2>&1
on tls-invalid.$M sh -c "cat $root/good.pem >/etc/emt/tls/tls-invalid.pem"
restart_postfix tls-invalid.$M
sabotage "tls-invalid has a certificate of its own name" "certificate ipv4 mail-tls-invalid
certificate ipv6 mail-tls-invalid" "^198.51.100.26: shows a certificate of tls-invalid.$M; a broken case that is whole"
on tls-invalid.$M sh -c "cat /etc/emt/tls/sound.pem >/etc/emt/tls/tls-invalid.pem"
restart_postfix tls-invalid.$M

# Zone files of the tree, signed again, then copied to the host: `sign` keeps the keys.
zone=measurement.example.com.zone
zones=/etc/nsd/zones
resign() { # [SCRIPT]: the measurement's zone with a change, on its server
	rm -rf "$root/other"
	cp -a "$tree" "$root/other"
	[ -z "${1-}" ] || sed -i "$1" "$root/other/dns.$M$zones/$zone"
	"$emt_site" sign -c "$conf" -o "$root/other" >/dev/null
	on dns.$M cp "$root/other/dns.$M$zones/$zone.signed" "$zones/$zone.signed"
	restart_nsd dns.$M
}
pin=$(sed -n 's/^tls_pin = 3 1 1 //p' "$conf")
resign "s/^\(_25._tcp.*dane-bad.*TLSA[^0-9]*3 1 1 \).*/\1$pin/"
sabotage "TLSA of mail-dane-bad is whole" "tlsa ipv4 mail-dane-bad
tlsa ipv6 mail-dane-bad" "dane-bad.$M: matches the certificate at .*; a broken case that is whole"

# The right DS record in the place of the broken one.
rm -rf "$root/other"
cp -a "$tree" "$root/other"
key=$(find "$tree" -path "*/keys/*dnssec-broken*" -name '*.key' | head -n 1)
ds=$(ldns-key2ds -n -2 "$key" | awk '{ print $(NF - 3), $(NF - 2), $(NF - 1), $NF }')
zone_keys=$(find "$tree/dns.$M/etc/emt/keys" -name "*$M*.key" ! -name '*rdns*' ! -name '*arpa*' | grep -v "ok\|only\|broken" | head -n 1)
(
	cd "$root" || exit 1
	grep -v 'RRSIG\|NSEC3\|DNSKEY' "$tree/dns.$M$zones/$zone.signed" |
		sed "s/^\(dnssec-broken.$M\..*[[:space:]]DS[[:space:]]\).*/\1$ds/" >repaired
	cp "$zone_keys" repaired.key
	cp "${zone_keys%.key}.private" repaired.private
	ldns-signzone -n -o $M -f repaired.signed repaired repaired
) >"$root/repair.log" 2>&1
on dns.$M cp "$root/repaired.signed" "$zones/$zone.signed"
restart_nsd dns.$M
sabotage "the DS of dnssec-broken is repaired" "dnssec - $broken" \
	"^dnssec-broken.$M: the resolver's answer is secure .*it is meant to be bogus"

resign
edit_main mail "mynetworks = 0.0.0.0/0 [::]/0"
check
same "an open relay: what is red" "$(red | cut -d ' ' -f 1,2)" "relay ipv4
relay ipv6"
same "of the mail host's cases alone" "$(jq -r 'select(.ok | not) | .testcase' "$root/records" | sort -u | while read -r case; do
	sed -n 's/^host = //p' "testcases/$case.conf"
done | sort -u)" mail
ok "the finding" grep -q "^198.51.100.22: does not refuse mail for others: .*; an open relay" "$root/said"
sound_main mail

edit_main greylisting "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination"
sabotage "greylisting is off" "recipient ipv4 v4-mail-greylisting
recipient ipv6 v6-mail-greylisting" "^198.51.100.27: accepts .* at the first attempt; a broken case that is whole"
sound_main greylisting

edit_main tls-force "smtpd_tls_security_level = may"
sabotage "STARTTLS is not demanded" "starttls ipv4 mail-tls-force
starttls ipv6 mail-tls-force" "^198.51.100.25: does not demand STARTTLS"
sound_main tls-force

edit_main dane "smtpd_tls_protocols = >=TLSv1.2"
sabotage "an old version of TLS is refused" "tls ipv4 mail-dane-bad mail-dane-ok
tls ipv6 mail-dane-bad mail-dane-ok" "^198.51.100.24: does not speak TLSv1;"
sound_main dane

# A server that holds both parent and child answers for the child over IPv4.
on dns.$M cp /etc/nsd/nsd.conf /etc/nsd/sound.conf
cp "$tree/dns-v6.$M$zones/v6only.$M.zone.signed" "$root/child"
on dns.$M sh -c "cp $root/child $zones/child; printf 'zone:\n\tname: v6only.$M\n\tzonefile: child\n' >>/etc/nsd/nsd.conf"
restart_nsd dns.$M
check
same "the parent's server holds v6only as well: its cases alone" \
	"$(jq -r 'select(.ok | not) | .testcase' "$root/records" | sort -u | tr '\n' ' ')" "v4-mail.v6only v6-mail.v6only "
ok "the finding" grep -q "^198.51.100.28: answers for v6only.$M over IPv4; a broken case that is whole" "$root/said"
on dns.$M cp /etc/nsd/sound.conf /etc/nsd/nsd.conf
restart_nsd dns.$M

check
same "whole again" "$(cat "$root/code") $(red)" "0 "
cp "$emt_site" /usr/local/bin/
on dns.$M cp "$root/resolv.conf" /etc/resolv.conf
job=$(on dns.$M sed -n 's/^ExecStart=//p' /etc/systemd/system/emt-health.service)
new_resolver
# shellcheck disable=SC2086 # a command line
ok "the job of the timer runs: $job" on dns.$M env SSL_CERT_FILE="$tree/ca.pem" $job --share "$PWD"
same "and leaves the same records" "$(on dns.$M sh -c 'cat /srv/health/*' | jq -c '[.testcase, .part, .family, .ok]' | sort)" \
	"$(jq -c '[.testcase, .part, .family, .ok]' "$root/before" | sort)"

kill "$(cat "$root/root.pid")"
deadline=12
check
same "without a root nothing is said of the site" "$(cat "$root/code") $(cat "$root/records")" "75 "
"$emt_site" check -c "$conf" >"$root/said" 2>&1
same "without --live nobody is asked" "$? $(cat "$root/said")" "64 emt-site: check needs -o DIR, or --live"
tap_end
