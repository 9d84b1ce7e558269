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
same "one that is commented out" "$(after secure unbound.conf 's/module-config/#module-config/' dnssec-validation)" \
	not-supported
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
same "Exim with a list of hosts to verify and none to try" "$(after exim exim.conf.in \
	's/tls_try_verify_hosts = \*/tls_try_verify_hosts =\n\ttls_tempfail_tryclear = false/' certificate-name)" strict
same "Exim without a retry rule" "$(after exim exim.conf.in 's/^\* \* F.*//' greylisting-retry)" not-supported
same "Exim whose sender stays" "$(after callout exim.conf.in 's/tod_epoch_l/primary_hostname/' greylisting-retry)" \
	supported
same "OpenSMTPD whose retries nobody forces" "$(sed -i 's/^BASE=.*/BASE=m.example/' "$copy/lab/plan.conf"
	after opensmtpd start 's/smtpctl schedule all/true/' greylisting-retry)" not-supported
same "OpenSMTPD where domains are short" "$(after opensmtpd smtpd.conf.in '$a #' ipv6-resolver)" supported
same "and where they are long" "$(sed -i 's/^BASE=.*/BASE=long.long.long.long.example/' "$copy/lab/plan.conf"
	after opensmtpd smtpd.conf.in '$a #' ipv6-resolver)" inconclusive
same "Postfix that tries once" "$(after alpha main.cf.in '$a maximal_queue_lifetime = 0' greylisting-retry)" not-supported
same "a submission server that looks at no domain" "$(after picky main.cf.in /reject_unknown/d dnssec-validation)" strict
same "one whose resolver validates nothing" "$(after picky unbound.conf 's/validator //' dnssec-validation)" not-supported
same "a customer who forgets nothing" "$(after forgetful provider.conf /NOT_SENT/d plaintext)" supported
same "or a mail that others rest on" "$(after forgetful provider.conf s/mail-plaintext/mail-tls-force/ \
	certificate-name)" inconclusive
ok "an unknown level is an error" fails test -n "$(after alpha main.cf.in "$(level fingerprint)" dane)"
rm -rf "$copy"
tap_end
