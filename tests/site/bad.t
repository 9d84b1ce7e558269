#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A site file or test case that makes no sense: one line "FILE:LINE: what, and the mend", exit code 78, nothing rendered.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
emt_site=$OBJ/site/emt-site
site=$tmp/site.conf
share=$tmp/share
mkdir "$share"
cp -R zones postfix-conf cron testcases "$share/"

line_of() { # FILE PATTERN: the number of its line
	grep -n -- "$2" "$1" | head -n 1 | cut -d: -f1
}

judge() { # WHAT FILE LINE WORDS: what render makes of $site and $share
	rm -rf "$tmp/tree"
	j_status=0
	"$emt_site" render -c "$site" --share "$share" -o "$tmp/tree" >"$tmp/out" 2>&1 || j_status=$?
	same "$1: exit code and number of lines" "$j_status $(wc -l <"$tmp/out")" "78 1"
	ok "$1: says \"$4\" of its line" grep -qF "emt-site: $2:$3: " "$tmp/out" || sed 's/^/# /' "$tmp/out"
	ok "$1: in these words" grep -q -- "$4" "$tmp/out" || sed 's/^/# /' "$tmp/out"
	ok "$1: nothing is rendered" test ! -e "$tmp/tree"
}

bad() { # WHAT SED-PROGRAM PATTERN WORDS: the example's site file, changed; PATTERN is on the line that is to be named
	sed "$2" example-setup/site.conf >"$site"
	judge "$1" "$site" "$(line_of "$site" "$3")" "$4"
}

bad "overlapping addresses" 's/^\(host.dane = .*\)198.51.100.24/\1198.51.100.22/' '^host.dane' \
	"198.51.100.22 is taken at $site:[0-9]* already; give each an address of its own"
bad "overlapping IPv6 addresses" 's/2001:db8::21$/2001:db8:0:0::30/' '^addresses.mail-dane-bad' '2001:db8::30 is taken at'
bad "IPv4 in an IPv6 field" 's/^\(host.mail = mail 198.51.100.22\) .*/\1 198.51.100.19/' '^host.mail' \
	'198.51.100.19 is an IPv4 address where the IPv6 address belongs'
bad "IPv4 as a mapped IPv6 address" 's/^\(host.mail = mail 198.51.100.22\) .*/\1 ::ffff:198.51.100.19/' '^host.mail' \
	'is an IPv4 address where the IPv6 address belongs'
bad "IPv6 in an IPv4 field" 's/^\(host.mail = mail\) .*/\1 2001:db8::22 198.51.100.22/' '^host.mail' \
	'is an IPv6 address where the IPv4 address belongs; the order is IPv4, IPv6'
bad "no address" 's/^host.mail = .*/host.mail = mail 198.51.100.22/' '^host.mail' 'no IPv6 address for "mail"'
bad "no address that is one" 's/2001:db8::22/2001:db8::22::/' '^host.mail' '"2001:db8::22::" is no address'
bad "too many addresses" 's/2001:db8::22/& 2001:db8::19/' '^host.mail' '"2001:db8::19" is too much'
bad "an address outside the network" 's/198.51.100.22/198.51.100.32/' '^host.mail' 'lies outside the site.s network (setting ipv4)'
bad "a missing host" '/^host.greylisting/d' '^host.dns-dnssec-broken' \
	'no host has role greylisting; add a line host.greylisting = greylisting IPV4 IPV6'
bad "an unknown role" 's/^host.dane = dane/host.dane = danish/' '^host.dane' \
	'there is no role "danish"; write one of mail, plaintext, dane'
bad "a role twice" 's/^host.dane = dane/host.dane = mail/' '^host.dane' 'has role mail, as host.mail at'
bad "a host twice" 's/^host.dane = /host.mail = /' '^host.mail = dane' 'host.mail is set at .* already'
bad "a host twice, in other letters" 's/^host.dane = /host.MAIL = /' '^host.MAIL' 'host.mail stands at'
bad "a host that is no host name" 's/^host.dane = /host.da_ne = /' '^host.da_ne' 'is no host name'
sed 's/^host.dane = /host.mail-ok = /' example-setup/site.conf >"$site"
judge "a host that is called as a case is" "$share/testcases/mail-ok.conf" 1 'the name mail-ok stands for other addresses'
bad "a host that is called as a zone is" 's/^host.dane = /host.rdns = /' '^host.rdns' 'the name rdns stands for other addresses'
bad "a host within a zone of cases" 's/^host.dane = /host.dane.v6only = /' '^host.dane' 'host.dane.v6only lies below v6only'
bad "a host within a case" 's/^host.dane = /host.mx.v4-mail = /' '^host.mx' 'host.mx.v4-mail lies below v4-mail'
bad "addresses of no case" 's/^addresses.mail-dane-bad/addresses.mail-dane-worse/' '^addresses.mail-dane-worse' \
	'there is no test case "mail-dane-worse"'
bad "cases that share addresses and may not" '/^addresses.mail-dane-bad/d' '^host.dane' \
	'shares the addresses of host.dane with mail-dane-ok; add addresses.mail-dane-bad = IPV4 IPV6, or addresses.mail-dane-ok'
bad "the other case of such a pair" '/^addresses.mail-tlsa-invalid/d' '^host.tls-invalid' \
	'shares the addresses of host.tls-invalid with mail-tlsa-invalid'
bad "an unknown setting" 's/^contact = /contect = /' '^contect' 'no setting is called "contect"'
bad "no contact" '/^contact/d' 'SPDX' 'contact is not set'
bad "a contact that is no address" 's/^contact = .*/contact = hostmaster/' '^contact' 'contact is no plain mail address'
bad "a contact that would change a zone" 's/^contact = .*/contact = a;b@example.com/' '^contact' 'no plain mail address'
bad "an IPv6 network for IPv4" 's/^ipv4 = .*/ipv4 = 2001:db8::\/64/' '^ipv4' 'ipv4 holds an IPv6 network'
bad "a network with host bits" 's/^ipv4 = .*/ipv4 = 198.51.100.17\/28/' '^ipv4' 'bits set behind its prefix'
bad "an IPv6 network cut within a nibble" 's/^ipv6 = .*/ipv6 = 2001:db8::\/63/' '^ipv6' 'a multiple of 4'
bad "no network" '/^ipv6/d' 'SPDX' 'ipv6 is not set'
bad "a pin that is none" 's/^tls_pin = .*/tls_pin = 3 1 1 c0ffee/' '^tls_pin' 'tls_pin is not of the form 3 1 1 HEX'
bad "a pin of another form" 's/^tls_pin = 3 1 1/tls_pin = 2 1 1/' '^tls_pin' 'tls_pin is not of the form 3 1 1 HEX'
bad "a path that would be a command" '$a base_dir = /srv;reboot' '^base_dir' 'base_dir holds ";"'
bad "a domain with the root's dot" 's/^domain = .*/&./' '^domain' 'domain ends in a dot; write it without'
bad "a user with privileges" '$a user = root' '^user = root' 'the name of a user without privileges'
bad "a user by number" '$a user = 0' '^user = 0' 'the name of a user without privileges'
bad "a log where Postfix writes none" '$a mail_log = /srv/mail.log' '^mail_log' 'mail_log lies outside /var'
bad "a socket whose name is too long" "\$a dnstap_socket = /run/$(printf '%0110d' 0)" '^dnstap_socket' \
	'dnstap_socket is longer than the 107 octets'
bad "a case's domain among those of spam" 's/^spam_domains = .*/& Mail-ok.measurement.example.com/' '^spam_domains' \
	'spam_domains holds .*, which lies within the domain of the measurement'
bad "challenges in a zone of ours" 's/^acme_zone = .*/acme_zone = acme.measurement.example.com/' '^acme_zone' 'acme_zone holds acme.meas'
# _25._tcp.TOKEN.mx.mail-tlsa-invalid.DOMAIN has 57 characters more than DOMAIN: 196 fit, 197 do not.
long=$(printf '%063d.%063d.%063d.' 1 2 3)
sed "s/^domain = .*/domain = ${long}xx.y/" example-setup/site.conf >"$site"
ok "a domain of 196 characters: rendered" "$emt_site" render -c "$site" -o "$tmp/long"
ok "... and signed" "$emt_site" sign -c "$site" -o "$tmp/long"
sed "s/^domain = .*/domain = ${long}xxx.y/" example-setup/site.conf >"$site"
judge "a domain whose tokens would be too long" "$share/testcases/mail-tlsa-invalid.conf" 1 \
	'names below mail-tlsa-invalid would have 254 characters, and DNS has 253 at most; shorten setting domain'
bad "an unknown layout" 's/^layout = .*/layout = double/' '^layout' 'none of multi|single'

cp example-setup/site.conf "$site"
case_is() { # WHAT CASE SED-PROGRAM PATTERN WORDS: a test case, changed
	ci_file=$share/testcases/$2.conf
	cp "testcases/$2.conf" "$tmp/kept" 2>/dev/null || :
	sed "$3" "$tmp/kept" >"$ci_file"
	judge "$1" "$ci_file" "$(line_of "$ci_file" "$4")" "$5"
	cp "testcases/$2.conf" "$ci_file" 2>/dev/null || rm "$ci_file"
}
case_is "a case that names an unknown control" v4-mail 's/^control = .*/control = mail-okay/' '^control' \
	'there is no test case "mail-okay" to be the control'
case_is "a case that is its own control" v4-mail 's/^control = .*/control = v4-mail/' '^control' \
	'the controls of v4-mail lead back to it'
case_is "cyclic controls" mail-dane-ok 's/^control = .*/control = mail-tlsa-invalid/' '^control' 'lead back to it'
case_is "no control" v4-mail 's/^control = .*/control = none/' '^control' 'only mail-ok has no control'
case_is "an unknown role" v4-mail 's/^host = .*/host = post/' '^host' 'no mail host has the role "post"'
case_is "a name server as mail host" v4-mail 's/^host = .*/host = dns/' '^host' 'no mail host has the role "dns"'
case_is "an unknown state" v4-mail 's/^rule.nothing = not-supported/rule.nothing = unsupported/' '^rule.nothing' \
	'its first word is no state'
case_is "unknown evidence" v4-mail 's/^rule.nothing/rule.nothing-at-all/' '^rule.nothing' 'no evidence is called that'
case_is "a rule without words" v4-mail 's/^\(rule.nothing = not-supported\).*/\1/' '^rule.nothing' 'says nothing behind its state'
case_is "no rule for absence" v4-mail '/^rule.nothing/d' '^capability' 'no rule.nothing says what absence leads to'
case_is "an unknown capability" v4-mail 's/^capability = .*/capability = flying/' '^capability' 'is none of none|ipv4-delivery'
case_is "an address that is not the file's" v4-mail 's/@v4-mail/@v5-mail/' '^address' 'write measurement@v4-mail'
case_is "a missing line" v4-mail '/^differs/d' 'SPDX' 'differs is missing'
case_is "TLSA without a certificate" mail-plaintext 's/^tlsa = .*/tlsa = match/' '^tlsa' 'no certificate'
case_is "an MX host that stands for something else" v4-mail 's/^families = .*/families = both/' '^mx' \
	'the name mail-v4 stands for other addresses'
case_is "a zone that there is not" v4-mail.v7only 's/@v4-mail.*/@v4-mail.v7only/' 'SPDX' 'there is no zone "v7only" below'

cp example-setup/site.conf "$site"
(umask 077 && "$emt_site" render -c "$site" -o "$tmp/masked") >"$tmp/out" 2>&1
same "folders that become a machine's /etc do not ask the umask; the tree itself does" \
	"$(stat -c %a "$tmp/masked") $(find "$tmp/masked" -mindepth 1 -type d -exec stat -c %a {} + | sort -u)" "700 755"

mkdir "$tmp/empty"
same "a folder that holds no templates: 78" "$("$emt_site" render -c "$site" --share "$tmp/empty" -o "$tmp/tree" 2>&1
	echo $?)" "emt-site: $tmp/empty: has no postfix-conf/main.cf.in; name another folder with --share
78"
same "no such site file: 78" "$("$emt_site" render -c "$tmp/nosuch" -o "$tmp/tree" >/dev/null 2>&1
	echo $?)" 78
printf 'host.mail = \033[1mx\n' >"$site"
same "what a file holds reaches the terminal as text alone" \
	"$("$emt_site" render -c "$site" -o "$tmp/tree" 2>&1 | tr -d '\n -~' | wc -c)" 0

usage() { # WHAT ARGUMENT...
	u_what=$1
	shift
	same "$u_what: 64" "$("$emt_site" "$@" >/dev/null 2>&1
		echo $?)" 64
}
cp example-setup/site.conf "$site"
usage "no command"
usage "an unknown command" shine
usage "render without -o" render -c "$site"
usage "render with an empty -o" render -c "$site" -o ''
usage "testca with an empty name" testca -c "$site" ''
usage "sign before signatures can be" sign -c "$site" -o "$tmp/tree" --now 0
usage "sign when signatures would end too late" sign -c "$site" -o "$tmp/tree" --now 4294967295
usage "render with --live" render -c "$site" -o "$tmp/tree" --live
usage "render with an operand" render "$site" -o "$tmp/tree"
usage "init without networks" init --domain a.example
usage "init with a small network" init --domain a.example --ipv4 192.0.2.0/29 --ipv6 2001:db8::/64
usage "init with the networks changed about" init --domain a.example --ipv4 2001:db8::/64 --ipv6 192.0.2.0/28
usage "init for a domain at the top" init --domain example --ipv4 192.0.2.0/28 --ipv6 2001:db8::/64
usage "pin without a certificate" pin
tap_end
