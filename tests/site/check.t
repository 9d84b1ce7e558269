#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-site check, offline: a sound tree has no finding, and each of a list of sabotaged ones has the right one.  Each entry
# changes one thing of the tree and names what the finding must say.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
command -v ldns-signzone >/dev/null || skip_all "ldnsutils is not installed"

M=measurement.example.com
now=1795000000
root=$(mktemp -d "${TMPDIR:-/tmp}/emt-check.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
. tests/site/installed.sh
installed "$root/installed"
sound=$root/sound tree=$root/tree
conf=$root/site.conf
DNS=dns.$M/etc/nsd/zones DNS6=dns-v6.$M/etc/nsd/zones

grep -v '^tls_pin\|^tokens_per_case' example-setup/site.conf >"$conf"
echo "tokens_per_case = 2" >>"$conf"
"$emt_site" testca -c "$conf" --now $now "$sound" >/dev/null
echo "tls_pin = $("$emt_site" pin "$sound/dane.$M/etc/emt/tls/dane.pem")" >>"$conf"
"$emt_site" render -c "$conf" --now $now -o "$sound"
"$emt_site" sign -c "$conf" --now $now -o "$sound" >/dev/null || exit 1

as_user=
if [ "$(id -u)" -eq 0 ]; then
	# Not as root: postfix check, a second each time, has its turn further down.
	as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"
	chown -R 65534:65534 "$root"
fi
check() { # [OPTION...]
	# shellcheck disable=SC2086 # a list of words
	$as_user "$emt_site" check -c "$conf" -o "$tree" --now $now "$@"
}
renew() { # the tree as it was
	rm -rf "$tree"
	cp -a "$sound" "$tree"
}
sign() {
	# shellcheck disable=SC2086
	$as_user "$emt_site" sign -c "$conf" -o "$tree" --now $now >/dev/null
}

says() { # REGEX: `check` finds it, and ends with 1
	check >"$root/said"
	status=$?
	grep -qE "$1" "$root/said" && [ $status -eq 1 ] && return
	echo "exit $status; no finding matches $1; it says:"
	cat "$root/said"
	return 1
}
# sabotage WHAT REGEX COMMAND...: COMMAND changes the tree, from within.
sabotage() {
	what=$1 regex=$2
	shift 2
	renew
	if (cd "$tree" && "$@"); then
		ok "$what" says "$regex"
	else
		ok "$what: the tree could be changed" false
	fi
}
edit() { # FILE SED-SCRIPT: fails if nothing changed
	sed -i.before "$2" "$1"
	! cmp -s "$1" "$1.before" && rm "$1.before"
}
edit_and_sign() {
	edit "$@" && sign
}
append() { # FILE TEXT
	printf '%s\n' "$2" >>"$1"
}
append_and_sign() {
	append "$@" && sign
}
# sign_otherwise ZONE-FILE KEYS ORIGIN [OPTION...]: by ldns-signzone, with the records of `extra` added
sign_otherwise() {
	so_file=$1 so_keys=$2 so_origin=$3
	shift 3
	cat "$so_file" "$root/extra" >"$root/otherwise"
	ldns-signzone "$@" -o "$so_origin" -i $((now - 3600)) -e $((now + 2000000)) -f "$so_file.signed" \
		"$root/otherwise" "$so_keys/$so_origin"
}
ds_files() { # the DS records of the zones below the measurement's
	cat $DNS/*.ds
}

renew
ok "a sound tree has no finding" check

# Zone files.
sabotage "zone file gone" "^$M: .*No such file" rm "$DNS/$M.zone"
sabotage "record gone" "$M.zone: lacks mail-v4.$M A" edit_and_sign "$DNS/$M.zone" '/^mail-v4	/d'
sabotage "token gone" "lacks .* MX" edit_and_sign "$DNS6/v6only.$M.zone" '/^[a-z2-7]*\.v4-mail	/d'
sabotage "record too many" "holds extra.$M A" append_and_sign "$DNS/$M.zone" "extra IN A 198.51.100.22"
sabotage "line that is none" "$M.zone:[0-9]+: " append "$DNS/$M.zone" "extra IN NONSENSE x"
sabotage "wildcard TXT" "\\*\\.v4-mail.$M holds TXT" append_and_sign "$DNS/$M.zone" '*.v4-mail IN TXT "x"'
sabotage "wildcard CAA" "\\*\\.$M holds CAA" append_and_sign "$DNS/$M.zone" '* IN CAA 0 issue "x"'
sabotage "long memory of no such name" "SOA record whose TTL and MINIMUM" \
	edit_and_sign "$DNS/$M.zone" '/IN SOA/s/5$/300/'
sabotage "host of one family has two" "v6-mail.*gets an answer" \
	append_and_sign "$DNS/$M.zone" "mail-v6 IN A 198.51.100.22"
sabotage "case leads to another host" "mail-plaintext.*is not 198.51.100.23 alone" \
	edit_and_sign "$DNS/$M.zone" '/^plaintext	/s/23$/22/'
sabotage "case shares an address" "dane-bad.$M A is not" edit_and_sign "$DNS/$M.zone" '/^dane-bad	/s/21$/24/'
sabotage "two MX records" "has several MX records" \
	append_and_sign "$DNS/$M.zone" "v4-mail IN MX 20 mail-v6"
sabotage "PTR record gone" "lacks host22.rdns.$M PTR" \
	edit_and_sign "$DNS/rdns.$M.zone" '/^host22	/d'
sabotage "PTR record gone: the address has none" "an IPv4-only resolver gets .* .of 198.51.100.22." \
	edit_and_sign "$DNS/rdns.$M.zone" '/^host22	/d'
sabotage "PTR record of IPv6 gone" "ip6.arpa: an IPv4-only resolver gets .* .of 2001:db8::22." \
	edit_and_sign "$DNS/0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.zone" "/PTR	mail.$M/d"
sabotage "CNAME that the provider is to have gone" "lacks the CNAME of 22.100.51.198.in-addr.arpa" \
	edit owner/100.51.198.in-addr.arpa.zone '/^22	/d'
sabotage "PTR record elsewhere" "is other.$M, which does not have the address .of 198.51.100.22" \
	edit_and_sign "$DNS/rdns.$M.zone" "/^host22	/s/[a-z.-]*\$/other.$M./"

# Signatures.
sabotage "not signed" "$M.zone.signed: missing" rm "$DNS/$M.zone.signed"
sabotage "signed before the last change" "signed: lacks extra.$M A .*of the zone file" \
	append "$DNS/$M.zone" "extra IN A 198.51.100.22"
sabotage "signature altered" "signature of mail-v4.$M does not hold" \
	edit "$DNS/$M.zone.signed" "/^mail-v4.*RRSIG.A /s/\\(.*\\) ....\\(.*\\)/\\1 AAAA\\2/"
sabotage "signature gone" "mail-v4.$M has no signature" edit "$DNS/$M.zone.signed" '/^mail-v4\..*RRSIG.A /d'
sabotage "NSEC3 record gone" "has no NSEC3 record" edit "$DNS/$M.zone.signed" '0,/IN.NSEC3.1/{/IN.NSEC3.1/d}'
sabotage "DNSKEY gone" "no DNSKEY record" edit "$DNS/$M.zone.signed" '/IN.DNSKEY/d'
: >"$root/extra"
sabotage "NSEC3 with opt-out" "has opt-out" sign_otherwise "$DNS/rdns.$M.zone" dns.$M/etc/emt/keys rdns.$M -n -t 0 -p
sabotage "NSEC3 with iterations" "has opt-out, iterations, a salt" \
	sign_otherwise "$DNS/rdns.$M.zone" dns.$M/etc/emt/keys rdns.$M -n -t 5
sabotage "NSEC3 with a salt" "has opt-out, iterations, a salt" \
	sign_otherwise "$DNS/rdns.$M.zone" dns.$M/etc/emt/keys rdns.$M -n -t 0 -s abcd
sabotage "NSEC in the place of NSEC3" "no NSEC3PARAM" \
	sign_otherwise "$DNS/rdns.$M.zone" dns.$M/etc/emt/keys rdns.$M
renew
now_before=$now
now=$((now_before + 22 * 86400))
ok "signatures in their last week" says "signatures end at"
now=$((now_before + 29 * 86400))
ok "signatures that have ended" says "does not hold: DNSSEC signature has expired"
ok "no case is secure then" says "finds it bogus: the signature"
now=$now_before

# DS records.
other_key() { # MACHINE ZONE PARENT: a new key for the zone, of which the parent knows nothing
	cp "$3.zone.signed" "$root/parent"
	rm "$1/etc/emt/keys/$2."* "$DNS/$2.ds"
	sign && cp "$root/parent" "$3.zone.signed"
}
sabotage "whole zone whose key is another" "DS record of dnssec-ok.$M: no DS record stands for a key" \
	other_key dns-dnssec-broken.$M dnssec-ok.$M "$DNS/$M"
make_whole() {
	ds_files | grep -v '^dnssec-broken' >"$root/extra"
	ldns-key2ds -n -2 "dns-dnssec-broken.$M/etc/emt/keys/dnssec-broken.$M.key" >>"$root/extra"
	sign_otherwise "$DNS/$M.zone" dns.$M/etc/emt/keys $M -n -t 0
}
sabotage "broken zone that is whole" "DS record of dnssec-broken.$M matches its key" make_whole
break_otherwise() { # SED-SCRIPT: on the DS record of the broken zone
	ds_files | sed "/^dnssec-broken/$1" >"$root/extra"
	sign_otherwise "$DNS/$M.zone" dns.$M/etc/emt/keys $M -n -t 0
}
sabotage "broken by another key tag" "dnssec-broken.$M is not as the recipe ds-no-key" \
	break_otherwise "s/DS [0-9]*/DS 1/"
sabotage "broken by a digest of type 4" "dnssec-broken.$M is not as the recipe ds-no-key" \
	break_otherwise "s/13 2 .*/13 4 $(printf '%096d' 0)/"
sabotage "broken by an algorithm that nobody has" "dnssec-broken.$M is not as the recipe ds-no-key" \
	break_otherwise "s/ 13 2 / 200 2 /"
sabotage "broken by having no DS" "dnssec-broken.$M is not as the recipe ds-no-key" break_otherwise d
sabotage "and so is not bogus" "it is meant to be bogus" break_otherwise d
sabotage "DS for the parent gone" "owner/$M.ds: No such file" rm "owner/$M.ds"
sabotage "DS for the parent of another key" "owner/$M.ds: the DS record of $M: no DS record stands" \
	edit "owner/$M.ds" 's/....$/0000/'
sabotage "delegation gone" "$M.delegation: No such file" rm "owner/$M.delegation"

# Name servers.
sabotage "configuration gone" "nsd.conf: No such file" rm dns.$M/etc/nsd/nsd.conf
sabotage "server of the parent holds the child" "nsd.conf: answers for v6only.$M, which is not host.dns's" \
	append dns.$M/etc/nsd/nsd.conf "zone:
	name: \"v6only.$M\"
	zonefile: \"v6only.$M.zone.signed\""
sabotage "and so an IPv4-only resolver gets at v6only" "an IPv4-only resolver .*v6only.$M MX gets an answer" \
	append dns.$M/etc/nsd/nsd.conf "zone:
	name: \"v6only.$M\"
	zonefile: \"v6only.$M.zone.signed\""
sabotage "v6only has IPv4 glue" "an IPv4-only resolver .*v6only.$M MX gets an answer" \
	append_and_sign "$DNS/$M.zone" "dns.v6only IN A 198.51.100.29"
sabotage "v6only-ok has none" "v6only-ok.$M: an IPv4-only resolver .*gets no answer" \
	edit_and_sign "$DNS/$M.zone" '/^dns.v6only-ok	IN A	/d'
sabotage "server does not listen on IPv6" "does not listen on 2001:db8::28" \
	edit dns.$M/etc/nsd/nsd.conf '/ip-address: 2001/d'
sabotage "server listens on another's address" "listens on 198.51.100.22, which is not host.dns's" \
	append dns.$M/etc/nsd/nsd.conf "	ip-address: 198.51.100.22"
sabotage "server serves the unsigned file" "that is not the signed file" \
	edit dns.$M/etc/nsd/nsd.conf "s/^\\(	zonefile: \"$M.zone\\).signed/\\1/"
sabotage "zone not served" "does not answer for rdns.$M" edit dns.$M/etc/nsd/nsd.conf "/\"rdns\\./d"
sabotage "queries not logged" "lacks the line \"dnstap-enable: yes\"" \
	edit dns-v6.$M/etc/nsd/nsd.conf 's/dnstap-enable: yes/dnstap-enable: no/'
sabotage "queries dropped" "lacks the line \"rrl-ratelimit: 0\"" edit dns.$M/etc/nsd/nsd.conf 's/rrl-ratelimit: 0/rrl-ratelimit: 200/'

# TLSA records and certificates.
pin=$(sed -n 's/^tls_pin = //p' "$conf")
sabotage "broken TLSA record that matches" "TLSA records of _25._tcp.dane-bad.$M match tls_pin" \
	edit_and_sign "$DNS/$M.zone" "/^_25._tcp.dane-bad	/s/TLSA.*/TLSA $pin/"
sabotage "whole TLSA record that does not" "TLSA records of _25._tcp.dane-ok.$M do not match tls_pin" \
	edit_and_sign "$DNS/$M.zone" '/^_25._tcp.dane-ok	/s/....$/0000/'
sabotage "TLSA record where none belongs" "_25._tcp.mail.$M has TLSA records" \
	append_and_sign "$DNS/$M.zone" "_25._tcp.mail IN TLSA $pin"
sabotage "TLSA record gone" "_25._tcp.dane-ok.$M TLSA gets" edit_and_sign "$DNS/$M.zone" '/^_25._tcp.dane-ok	/d'
tls() { # HOST
	echo "$1.$M/etc/emt/tls/$1.pem"
}
another_certificate() { # HOST NAME...: by openssl, of other names, with the host's own key
	ac_file=$(tls "$1")
	shift
	ac_names=$(printf ',DNS:%s' "$@")
	openssl pkey -in "$ac_file" >"$root/key" 2>/dev/null
	openssl req -new -x509 -key "$root/key" -subj "/CN=$1" -days 3650 -addext "subjectAltName=${ac_names#,}" \
		>"$root/crt" 2>/dev/null
	cat "$root/key" "$root/crt" >"$ac_file"
}
sabotage "wrong certificate that is right" "tls-invalid.pem: is good for .*recipe certificate-other-name" \
	another_certificate tls-invalid "*.$M"
sabotage "right certificate that lacks a name" "mail.pem: is not good for .* more names" \
	cp "$(tls tls-force)" "$(tls mail)"
sabotage "certificate of another key than the pin's" "dane.pem: its pin, .* is not in tls_pin" \
	cp "$(tls mail)" "$(tls dane)"
sabotage "certificate without its key" "holds no private key of its first certificate" \
	edit "$(tls mail)" '/BEGIN PRIVATE/,/END PRIVATE/d'
sabotage "no certificate" "mail.pem: no certificate in it" edit "$(tls mail)" '/BEGIN CERT/,/END CERT/d'
sabotage "private key for all to read" "mail.pem: has mode 644" chmod 644 "$(tls mail)"
renew
now=$((now_before + 91 * 86400))
ok "expired certificate" says "mail.pem: has expired"
now=$((now_before + 85 * 86400))
ok "certificate in its last week" says "mail.pem: expires within a week"
now=$((now_before - 86400))
ok "certificate of the future" says "mail.pem: is not valid yet"
now=$now_before

# Postfix.
cf=mail.$M/etc/postfix/main.cf
sabotage "main.cf gone" "main.cf: No such file" rm $cf
sabotage "case not taken" "does not take mail for v4-mail.$M" edit $cf "/^	v4-mail.$M,/d"
sabotage "tokens of a case not taken" "does not take mail for abc.*\\.v4-mail.$M" \
	edit mail.$M/etc/postfix/token-domains '/{26}\\.v4-mail\\.m/d'
sabotage "another host's case taken" "mail.$M/.*: takes mail for mail-dane-ok.$M" \
	edit $cf "s/^	v4-mail.$M,/&	mail-dane-ok.$M,/"
sabotage "another host's tokens taken" "takes mail for .*\\.mail-dane-ok.$M .a token" \
	append mail.$M/etc/postfix/token-domains "/^[a-z2-7]{26}\\.mail-dane-ok\\./ ok"
sabotage "anybody's mail taken" "takes mail for stranger.invalid" append mail.$M/etc/postfix/token-domains "/./ ok"
sabotage "open relay by mynetworks" "mynetworks holds 0.0.0.0/0" edit $cf 's,^mynetworks = ,&0.0.0.0/0 \,,'
sabotage "open relay by restrictions" "before reject_unauth_destination" \
	edit $cf 's/^smtpd_relay_restrictions = permit_mynetworks/smtpd_relay_restrictions = permit/'
sabotage "open relay by master.cf" "lacks reject_unauth_destination" \
	edit mail.$M/etc/postfix/master.cf 's/^	-o debug_peer_level=1/&\n	-o smtpd_relay_restrictions=/'
sabotage "relay for a domain" "relay_domains is" edit $cf 's/^relay_domains =/& example.net/'
sabotage "dialogue not logged" "smtp inet lacks debug_peer_list" \
	edit mail.$M/etc/postfix/master.cf '/debug_peer_list/d'
sabotage "more than the dialogue logged" "smtp inet lacks debug_peer_list" \
	edit mail.$M/etc/postfix/master.cf 's/debug_peer_level=1/debug_peer_level=3/'
sabotage "no log of its own" "maillog_file is not set" edit $cf '/^maillog_file/d'
sabotage "TLS not logged" "smtpd_tls_loglevel" edit $cf '/^smtpd_tls_loglevel/d'
sabotage "short queue ids" "enable_long_queue_ids" edit $cf '/^enable_long_queue_ids/d'
sabotage "commands run as another user" "default_privs is .daemon. and not .nobody" \
	edit $cf 's/^default_privs = .*/default_privs = daemon/'
sabotage "TLS not demanded" "tls-force.*security_level is .may. and not .encrypt" \
	edit tls-force.$M/etc/postfix/main.cf 's/^smtpd_tls_security_level = .*/smtpd_tls_security_level = may/'
sabotage "TLS demanded" "security_level is .encrypt. and not .may" \
	edit $cf 's/^smtpd_tls_security_level = .*/smtpd_tls_security_level = encrypt/'
sabotage "TLS on the plaintext host" "plaintext.*security_level is .may. and not .none" \
	edit plaintext.$M/etc/postfix/main.cf 's/^smtpd_tls_security_level = .*/smtpd_tls_security_level = may/'
sabotage "no TLS 1.0 where TLS is demanded" "tls-force.*smtpd_tls_mandatory_protocols is not .>=TLSv1" \
	edit tls-force.$M/etc/postfix/main.cf 's/^\(smtpd_tls_mandatory_protocols\) = .*/\1 = >=TLSv1.2/'
sabotage "no TLS 1.0" "lacks @SECLEVEL=0" edit $cf 's/@SECLEVEL=0/@SECLEVEL=1/'
sabotage "another certificate" "smtpd_tls_chain_files is" edit $cf 's,^smtpd_tls_chain_files.*,smtpd_tls_chain_files = /x,'
sabotage "listens everywhere" "listens on all, which is not host.mail's" \
	edit $cf 's/^inet_interfaces = .*/inet_interfaces = all/'
sabotage "listens on another's address" "listens on 198.51.100.24, which is not host.mail's" \
	edit $cf 's/^inet_interfaces = /&198.51.100.24, /'
sabotage "does not listen on an address of a case" "has no service 198.51.100.21:smtp inet" \
	edit dane.$M/etc/postfix/master.cf 's/^198.51.100.21:smtp/192.0.2.1:smtp/'
sabotage "does not listen on its own address" "listens on 1 of the 2 addresses" \
	edit $cf 's/^inet_interfaces = .*/inet_interfaces = 198.51.100.22/'
sabotage "sessions of two cases under one name" "2001:db8::21.:smtp inet logs as .postfix/mail-dane-ok. and not" \
	edit dane.$M/etc/postfix/master.cf 's,/mail-dane-bad,/mail-dane-ok,'
sabotage "a name of a case where several are" "smtp inet logs as .postfix/v4-mail. and not .postfix." \
	edit mail.$M/etc/postfix/master.cf 's,debug_peer_level=1,&\n\t-o syslog_name=postfix/v4-mail,'
sabotage "case and control differ in an option" "198.51.100.21:smtp inet has other options than smtp inet" \
	edit dane.$M/etc/postfix/master.cf '/^198/,/level=1/s/level=1/&\n\t-o smtpd_tls_security_level=may/'
sabotage "no extensions" "recipient_delimiter is" edit $cf 's/^recipient_delimiter.*/recipient_delimiter = -/'
sabotage "table gone" "etc/mail/aliases: No such file" rm mail.$M/etc/mail/aliases
sabotage "list gone" "etc/postfix/domains: No such file" rm mail.$M/etc/postfix/domains
sabotage "table with a bad pattern" "token-domains: has the line ./.unclosed" \
	append mail.$M/etc/postfix/token-domains "/(unclosed/ ok"
sabotage "table with a key alone" "aliases: has the line .lonely" append mail.$M/etc/mail/aliases "lonely"
sabotage "table that has to be compiled" "names a table of type hash" edit $cf 's/texthash:/hash:/'
sabotage "alias gone" "measurement is in no table" edit mail.$M/etc/mail/aliases '/^measurement/d'
sabotage "alias to somewhere else" "the alias of measurement is /dev/null" \
	edit mail.$M/etc/mail/aliases 's,^measurement.*,measurement	/dev/null,'
sabotage "alias of another flavour" "the alias of spam is" edit mail.$M/etc/mail/aliases 's/ -f spam//'
sabotage "alias that needs a shell" "shell's character >" \
	edit mail.$M/etc/mail/aliases 's,^measurement.*,measurement	"|/usr/local/bin/emt-deliver >/dev/null",'
sabotage "catch-all that swallows tokens" "alias_maps answers for owner-measurement" \
	edit mail.$M/etc/mail/catch-all 's,^/[^ ]*/	,/^.*/	,'
sabotage "catch-all gone" "any.body is in no table" edit $cf 's/, pcre:.etc.mail.catch-all//'
sabotage "no greylisting" "does not ask postgrey" edit greylisting.$M/etc/postfix/main.cf '/check_policy_service/d'
sabotage "greylisting elsewhere" "the role does not greylist" \
	append $cf "smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10023"
sabotage "greylisting with white lists" "postgrey: lacks --whitelist-clients=/dev/null" \
	edit greylisting.$M/etc/default/postgrey 's, --whitelist-clients=/dev/null,,'
sabotage "greylisting by network" "postgrey: lacks --lookup-by-host" \
	edit greylisting.$M/etc/default/postgrey 's, --lookup-by-host,,'

# Without tls_pin there is no case of DANE.
renew
cp "$conf" "$root/conf"
grep -v '^tls_pin' "$root/conf" >"$conf"
ok "tls_pin not set" says "mail-dane-ok: has no TLSA record, since tls_pin is not set"
cp "$root/conf" "$conf"

# Everything at once is told line by line, and nothing of a hostile file reaches the terminal as it is.
renew
rm "$tree"/*/etc/postfix/main.cf
ok "several findings" says "greylisting.$M/etc/postfix/main.cf: No such file"
renew
printf 'sp\033[2Jam\n' >>"$tree/mail.$M/etc/mail/aliases"
ok "control characters are shown as such" says 'has the line "sp.x1b\[2Jam"'

if [ "$(id -u)" -eq 0 ] && [ -x /usr/sbin/postfix ] && unshare -mn true 2>/dev/null; then
	as_user=
	# Root's own, as a tree on its way to the hosts is: Postfix demands that of what it trusts.
	chown -R 0:0 "$root"
	renew
	before=$(find /etc/postfix /var/spool/postfix /var/lib/postfix 2>/dev/null | sort | cksum)
	ok "a sound tree, with postfix check" check
	check >"$root/said"
	empty "which was not skipped" "$(grep '^skipped' "$root/said")"
	sabotage "postfix check: others may write main.cf" "postfix check says .*writable.*main.cf" chmod 666 $cf
	sabotage "postfix check: no master.cf" "master.cf: No such file" rm mail.$M/etc/postfix/master.cf
	sabotage "postfix check: a value that it cannot read" "postfix check says .*default_privs" \
		edit $cf 's/^default_privs.*/default_privs = no-such-user-here/'
	same "the machine's own Postfix has seen nothing of it" \
		"$(find /etc/postfix /var/spool/postfix /var/lib/postfix 2>/dev/null | sort | cksum)" "$before"
else
	echo "# postfix check: not tried, needs root and Postfix"
fi
tap_end
