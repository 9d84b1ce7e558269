#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# example-setup/ is exactly what emt-site renders from its site file, and so are the golden trees of the other layout and
# name servers; the servers' own tools find nothing wrong with any of them.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

ok "the trees can be rendered" tests/site/golden-trees "$tmp"
same "example-setup is what its site file renders to" "$(diff -r example-setup "$tmp/example-setup" 2>&1 | head -n 20)" ""
same "so are the golden trees" "$(diff -r tests/golden/site "$tmp/tests/golden/site" 2>&1 | head -n 20)" ""

emt_site=$OBJ/site/emt-site
site=example-setup/site.conf
find "$tmp/example-setup" -type f -exec touch -d '2001-01-01' {} +
ok "again" "$emt_site" render -c $site -o "$tmp/example-setup"
same "what is the same already is left alone" "$(find "$tmp/example-setup" -type f -newermt '2001-01-02')" ""
same "but for the secrets of a name server's machine, everybody may read it" \
	"$(cd "$tmp/example-setup" && find . -type f ! -perm 644 -printf '%P %m\n' | sort)" \
	"$(for h in dns-dnssec-broken dns-v6 dns; do
		echo "$h.measurement.example.com/etc/emt/reload 755"
		echo "$h.measurement.example.com/etc/emt/sign.conf 600"
	done | sort)"

"$emt_site" render -c $site --now 1700000000 -o "$tmp/a" && "$emt_site" render -c $site --now 1800000000 -o "$tmp/b"
same "the setting serial wins over --now" "$(diff -r "$tmp/a" "$tmp/b")" ""
grep -v '^serial' $site >"$tmp/site.conf"
"$emt_site" render -c "$tmp/site.conf" --now 1700000000 -o "$tmp/c"
ok "without it the time is the serial" grep -q 'SOA.* 1700000000 28800' \
	"$tmp/c/dns.measurement.example.com/etc/nsd/zones/measurement.example.com.zone"
grep -v '^tls_pin' $site >"$tmp/site.conf"
same "without tls_pin render says what is missing" \
	"$("$emt_site" render -c "$tmp/site.conf" -o "$tmp/d" 2>&1 | grep -c 'tls_pin is not set.*mail-dane-ok')" 1
same "and mail-dane-ok has no TLSA record" "$(grep -r 'TLSA.*c0ffee' "$tmp/d")" ""

# 26 octets of a token and 21 of v4-mail.dnssec-broken leave 15 for the domain.
render_of() { # DOMAIN: what render says, with its exit code
	sed "s/^domain = .*/domain = $1/" $site >"$tmp/site.conf"
	r_status=0
	"$emt_site" render -c "$tmp/site.conf" -o "$tmp/e" 2>&1 || r_status=$?
	echo "$r_status"
}
place="$tmp/site.conf:$(grep -n '^domain = ' $site | cut -d: -f1)"
longest="a domain of at most 15 octets would do"
same "a domain of 15 octets: addresses that all mail servers take" "$(render_of 23456.example.c)" 0
same "of 16: a warning, and rendered all the same" "$(render_of 23456.example.co)" \
	"emt-site: $place: domain = 23456.example.co: addresses' domains have 65 octets (v4-mail.dnssec-broken); OpenSMTPD takes \
no more than 64: $longest
0"
mkdir "$tmp/share"
cp -R zones postfix-conf cron testcases "$tmp/share"
sed 's/^address = .*/&-over-ipv6-and-nothing-else-at/' testcases/v6-mail.conf >"$tmp/share/testcases/v6-mail-over-ipv6-and-nothing-else-at.conf"
same "a test case whose name alone is too long" \
	"$("$emt_site" render -c $site --share "$tmp/share" -o "$tmp/f" 2>&1 | grep -c 'domains have 88 octets (v6-mail-over-.*: rename that test case$')" 1

checks() { # PROGRAM: is it here?
	command -v "$1" >/dev/null || { echo "# $1 is not installed: not asked"; return 1; }
}
if checks nsd-checkzone; then
	for zone in example-setup/*/etc/nsd/zones/*.zone example-setup/owner/*.zone; do
		origin=${zone##*/}
		ok "nsd-checkzone ${origin%.zone}" nsd-checkzone "${origin%.zone}" "$zone"
	done
fi
if checks nsd-checkconf; then
	for conf in example-setup/*/etc/nsd/nsd.conf tests/golden/site/single/*/etc/nsd/*.conf; do
		ok "nsd-checkconf $conf" nsd-checkconf "$conf"
	done
fi
if checks unbound-checkconf; then
	ok "unbound-checkconf" unbound-checkconf example-setup/mail.*/etc/unbound/unbound.conf.d/emt.conf
fi
if checks named-checkconf; then
	for conf in tests/golden/site/bind*/etc/bind/*.conf; do
		ok "named-checkconf $conf" named-checkconf "$conf"
	done
fi
if checks knotc; then
	for conf in tests/golden/site/knot*/etc/knot/*.conf; do
		ok "knotc conf-check $conf" knotc -c "$conf" conf-check
	done
fi
tap_end
