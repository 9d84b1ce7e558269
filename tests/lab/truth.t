#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The truth of each provider is what its configuration says: the file is what "derive" reads from it, and "derive" notices
# when the configuration changes.
. tests/tap.sh

for folder in lab/providers/*/; do
	folder=${folder%/}
	lab/providers/derive "$folder" >"${TMPDIR:-/tmp}/truth.$$" || :
	if [ -e "$folder/truth" ]; then
		ok "${folder##*/}" diff "$folder/truth" "${TMPDIR:-/tmp}/truth.$$"
	else
		ok "${folder##*/} sends no probes, and has no truth" test ! -s "${TMPDIR:-/tmp}/truth.$$"
	fi
done
rm -f "${TMPDIR:-/tmp}/truth.$$"

states="supported not-supported strict broken inconclusive absent-unexplained refused-at-submission"
same "every truth has nine capabilities in the report's order, each with a state and a reason" \
	"$(for truth in lab/providers/*/truth; do
		awk -v states="$states" 'index(" " states " ", " " $2 " ") && NF > 2 { printf "%s ", $1 }
			END { print "" }' "$truth"
	done | sort -u)" \
	"$(sed -n 's/^    {"\([a-z0-9-]*\)",.*/\1/p' report/capability.c | tr '\n' ' ')"

# after FOLDER FILE SED-PROGRAM CAPABILITY: its state once the configuration is another one
copy=$(mktemp -d)
cp -R lab testcases "$copy/"
after() {
	cp "lab/providers/$1/$2" "$copy/lab/providers/$1/$2"
	sed -i "$3" "$copy/lab/providers/$1/$2"
	cmp -s "lab/providers/$1/$2" "$copy/lab/providers/$1/$2" && echo "unchanged: "
	"$copy/lab/providers/derive" "$copy/lab/providers/$1" 2>&1 | sed -n "s/^$4 \([^ ]*\).*/\1/p"
	cp "lab/providers/$1/$2" "$copy/lab/providers/$1/$2"
}
level() { # WORD: the SED-PROGRAM for that level
	echo "s/^smtp_tls_security_level = .*/smtp_tls_security_level = $1/"
}
same "Postfix without DANE" "$(after alpha main.cf.in "$(level may)" dane)" not-supported
same "DANE that is not asked for" "$(after alpha main.cf.in s/dnssec/enabled/ dane)" not-supported
same "DANE whose resolver does not validate" "$(after alpha unbound.conf 's/validator //' dane)" not-supported
same "a smarthost without DANE" "$(sed -i "$(level may)" "$copy/lab/providers/smarthost/main.cf.in"
	after relayed main.cf.in '$a #' dane
	cp lab/providers/smarthost/main.cf.in "$copy/lab/providers/smarthost/")" not-supported
same "a resolver that does not validate" "$(after secure unbound.conf 's/validator //' dnssec-validation)" not-supported
same "two resolvers that validate" "$(after tworesolvers unbound-plain.conf 's/iterator/validator iterator/' \
	dnssec-validation)" strict
same "a BIND that does not" "$(after bind named.conf.in 's/dnssec-validation yes/dnssec-validation no/' \
	dnssec-validation)" not-supported
same "a Knot Resolver without IPv6" "$(after knot kresd.conf.in 's/net.ipv6 = true/net.ipv6 = false/' ipv6-resolver)" \
	not-supported
same "a network without IPv6" "$(after alpha provider.conf '$a NETWORK=ipv4' ipv6-delivery)" not-supported
same "a mail server without IPv4" "$(after alpha main.cf.in '$a inet_protocols = ipv6' ipv4-delivery)" not-supported
same "Postfix that demands TLS" "$(after alpha main.cf.in "$(level encrypt)" plaintext)" strict
same "Postfix that has none" "$(after alpha main.cf.in "$(level none)" starttls)" not-supported
same "and never sees a certificate" "$(after alpha main.cf.in "$(level none)" certificate-name)" inconclusive
same "Exim that does not fall back to clear text" "$(after fallback exim.conf.in 's/tryclear = true/tryclear = false/' \
	certificate-name)" strict
same "Exim without DANE" "$(after exim exim.conf.in 's/hosts_try_dane = \*/hosts_try_dane =/' dane)" not-supported
same "Exim without IPv6" "$(after exim exim.conf.in 's/^host_lookup =/&\ndisable_ipv6 = yes/' ipv6-delivery)" not-supported
same "Exim that looks for IPv4 addresses alone" "$(after exim exim.conf.in 's/^host_lookup =/&\ndns_ipv4_lookup = */' \
	ipv6-delivery)" not-supported
same "Exim with a list of hosts to verify and none to try" "$(after exim exim.conf.in \
	's/tls_try_verify_hosts = \*/tls_try_verify_hosts =\n\ttls_tempfail_tryclear = false/' certificate-name)" strict
same "Exim without a retry rule" "$(after exim exim.conf.in 's/^\* \* F.*//' greylisting-retry)" not-supported
same "Exim whose sender stays" "$(after callout exim.conf.in 's/tod_epoch_l/primary_hostname/' greylisting-retry)" \
	supported
same "OpenSMTPD whose retries nobody forces" "$(sed -i 's/^BASE=.*/BASE=m.example/' "$copy/lab/plan.conf"
	after opensmtpd start /^setsid/d greylisting-retry)" not-supported
same "OpenSMTPD where domains are short" "$(after opensmtpd smtpd.conf.in '$a #' ipv6-resolver)" supported
same "and where they are long" "$(sed -i 's/^BASE=.*/BASE=long.long.long.long.example/' "$copy/lab/plan.conf"
	after opensmtpd smtpd.conf.in '$a #' ipv6-resolver)" inconclusive
same "Postfix that tries once" "$(after alpha main.cf.in '$a maximal_queue_lifetime = 0' greylisting-retry)" not-supported
same "a submission server that looks at no domain" "$(after picky main.cf.in /reject_unknown/d dnssec-validation)" strict
same "one whose resolver validates nothing" "$(after picky unbound.conf 's/validator //' dnssec-validation)" not-supported
same "one whose resolver has no IPv6" "$(after picky unbound.conf 's/do-ip6: yes/do-ip6: no/' ipv6-resolver)" \
	refused-at-submission
same "Exim without IPv6, on two lines" "$(after exim exim.conf.in 's/^host_lookup =/&\ndisable_ipv6 = \\\n\ttrue/' \
	ipv6-delivery)" not-supported
same "Exim that has no TLS" "$(after exim exim.conf.in 's/hosts_try_dane = \*/hosts_try_dane =\n\thosts_avoid_tls = */' \
	starttls)" not-supported
same "a customer who forgets nothing" "$(after forgetful provider.conf /NOT_SENT/d plaintext)" supported
same "or a mail that others rest on" "$(after forgetful provider.conf s/mail-plaintext/mail-tls-force/ \
	certificate-name)" inconclusive

# ---- what nobody has thought about is an error, and there is no truth

# unknown FOLDER FILE SED-PROGRAM LINE: with that change derive prints nothing, and tells of LINE
unknown() {
	cp "lab/providers/$1/$2" "$copy/kept"
	sed "$3" "$copy/kept" >"$copy/lab/providers/$1/$2"
	u_status=0
	u_truth=$("$copy/lab/providers/derive" "$copy/lab/providers/$1" 2>"$copy/stderr") || u_status=$?
	same "$1/$2: $4" "$u_status $u_truth $(sed -n "s,^$copy/lab/providers/$1/$2:[0-9]*: \(.*\): what this does .*,\1,p" \
		"$copy/stderr")" "1  $4"
	cp "$copy/kept" "$copy/lab/providers/$1/$2"
}
adds() { # FOLDER FILE LINE: a further line at the end
	unknown "$1" "$2" "\$ a $3" "$3"
}
unknown alpha main.cf.in "$(level fingerprint)" "smtp_tls_security_level = fingerprint"
adds alpha main.cf.in "smtp_tls_policy_maps = static:none"
adds alpha main.cf.in "smtp_enforce_tls = yes"
adds alpha main.cf.in "inet_protocols = ipv6, ipv4"
adds alpha main.cf.in "minimal_backoff_time = \$queue_run_delay"
unknown alpha main.cf.in '$ a smtp_connect_timeout =\n# of no account\n\t 1h' "smtp_connect_timeout = 1h"
unknown picky main.cf.in 's/= reject_unknown.*/= permit_mynetworks, reject_unknown_recipient_domain, reject/' \
	"smtpd_recipient_restrictions = permit_mynetworks, reject_unknown_recipient_domain, reject"
unknown roaming master.cf.in 's/-o smtp_bind_address=203.0.113.41/-o smtp_tls_security_level=none/' \
	"out2 unix - - n - - smtp -o smtp_tls_security_level=none -o smtp_bind_address6=2001:db8:f::41"
unknown exim exim.conf.in 's/^host_lookup =/&\ndns_ipv4_lookup = !*.example/' "dns_ipv4_lookup = !*.example"
unknown exim exim.conf.in 's/^host_lookup =/&\ndisable_ipv6/' disable_ipv6
unknown exim exim.conf.in 's/\thosts_try_dane = .*/&\n\thosts_nopass_tls = */' "hosts_nopass_tls = *"
unknown exim exim.conf.in 's/^begin retry/begin rewrite\n*@@* x@@y\n\n&/' "*@@* x@@y"
adds opensmtpd smtpd.conf.in "limit mta inet4"
unknown opensmtpd smtpd.conf.in 's/relay helo/relay tls helo/' 'action "outside" relay tls helo @HOST@'
adds alpha unbound.conf "val-permissive-mode: yes"
unknown alpha unbound.conf 's/do-ip6: yes/do-ip6: yes do-ip6: no/' "do-ip6: yes do-ip6: no"
unknown alpha unbound.conf 's/^server:/server: val-permissive-mode: yes/' "server: val-permissive-mode: yes"
unknown bind named.conf.in 's/\trecursion yes;/&\n\tdnssec-accept-expired yes;/' "dnssec-accept-expired yes;"
unknown bind named.conf.in 's/dnssec-validation yes/dnssec-validation auto/' "dnssec-validation auto;"
adds knot kresd.conf.in "policy.add(policy.all(policy.FLAGS('NO_IPV6')))"
unknown knot kresd.conf.in 's/^net.ipv6/--[[ net.ipv6/' "--[[ net.ipv6 = true"
adds tworesolvers resolv.conf "options rotate"
unknown roaming master.cf.in 's/address=203.0.113.41/address=127.0.0.1/' \
	"out2 unix - - n - - smtp -o smtp_bind_address=127.0.0.1 -o smtp_bind_address6=2001:db8:f::41"
adds alpha start "postconf -e inet_protocols=ipv4"
same "a resolver whose key is removed again" "$(after knot kresd.conf.in "/trust_anchors.remove/d
	/trust_anchors.add/a trust_anchors.remove('.')" dnssec-validation)" not-supported

# refuses WHAT FOLDER FILE SED-PROGRAM WORDS: no truth, and these words
refuses() {
	cp "lab/providers/$2/$3" "$copy/kept"
	sed "$4" "$copy/kept" >"$copy/lab/providers/$2/$3"
	same "$1" "$("$copy/lab/providers/derive" "$copy/lab/providers/${6-$2}" 2>&1 | sed "s,^.*$copy/lab/providers/,,")" "$5"
	cp "$copy/kept" "$copy/lab/providers/$2/$3"
}
refuses "a setting that is there twice" alpha main.cf.in '$ a smtp_dns_support_level = enabled' \
	"alpha/main.cf.in:6: smtp_dns_support_level is there a second time; remove one of them"
refuses "one that is as the program has it, and not as facts.sh thinks" secure unbound.conf s/module-config/#module-config/ \
	'secure/unbound.conf: has no "module-config:", and without it facts.sh would be wrong: add it'
refuses "old TLS that the library does not let through" tls10 main.cf.in /^tls_medium/d \
	"tls10/main.cf.in: smtp_tls_protocols = TLSv1 works with tls_medium_cipherlist alone, and only there is that known: \
set both, or neither"
refuses "a map that goes round the smarthost" relayed main.cf.in "\$ a $(grep ^transport_maps lab/providers/roaming/main.cf.in)" \
	"relayed/main.cf.in: relayhost, and transport_maps that go round it: keep one"
refuses "a smarthost's customer who asks about recipients" relayed main.cf.in \
	'$ a smtpd_recipient_restrictions = reject_unknown_recipient_domain, permit_mynetworks, reject' \
	"relayed: what does not come to the relayhost is not known: remove smtpd_recipient_restrictions and NOT_SENT"
refuses "a smarthost that hands on to itself" smarthost main.cf.in '$ a relayhost = [mx.smarthost.example]' \
	"smarthost: a smarthost has a smarthost; remove its relayhost" relayed
refuses "or forgets a mail" relayed provider.conf '$ a NOT_SENT=mail-plaintext' \
	"relayed: what does not come to the relayhost is not known: remove smtpd_recipient_restrictions and NOT_SENT"
refuses "Exim that is to try DANE and to avoid TLS" exim exim.conf.in 's/hosts_try_dane = .*/&\n\thosts_avoid_tls = */' \
	"exim/exim.conf.in: hosts_avoid_tls beside hosts_require_tls or hosts_try_dane (which is * unless it is empty): keep one"
refuses "a resolver that the C library does not see" tworesolvers resolv.conf 's/^nameserver 127.0.0.2/ &/' \
	"tworesolvers/resolv.conf:$(grep -n 127.0.0.2 lab/providers/tworesolvers/resolv.conf | cut -d : -f 1): blanks in front: \
the C library passes this line over; remove them"
refuses "a key that is Debian's" knot kresd.conf.in /^trust_anchors/d \
	'knot/kresd.conf.in: has no "trust_anchors.remove", and without it facts.sh would be wrong: add it'
refuses "Exim that trusts nobody" fallback exim.conf.in '/tls_verify_cert/d; s/tryclear = true/tryclear = false/' \
	"fallback/exim.conf.in: it verifies certificates, and knows no authority: set tls_verify_certificates"
refuses "what is wrong with the smarthost is wrong with its customer" smarthost main.cf.in '$ a smtp_enforce_tls = yes' \
	"smarthost/main.cf.in:6: smtp_enforce_tls = yes: what this does to a verdict is not known; find out, teach facts.sh, \
and add a row to lab/providers/settings" relayed
rm -rf "$copy"
tap_end
