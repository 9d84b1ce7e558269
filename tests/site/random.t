#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Property: whatever the names, networks, addresses, layout and name server of a site are, it renders, signs and checks
# without a finding, and other people's verifiers call its zones whole.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
for program in python3 ldns-verify-zone nsd-checkzone; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done

emt_site=$OBJ/site/emt-site
now=1795000000
root=$(mktemp -d "${TMPDIR:-/tmp}/emt-random.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
if [ -n "${EMT_SOAK-}" ]; then sites=100; else sites=8; fi
as_user=
# postfix check is another test's, and takes a second each time.
[ "$(id -u)" -ne 0 ] || as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"

random_site() { # SEED
	python3 - "$1" <<'PY'
import ipaddress, random, sys
r = random.Random(int(sys.argv[1]))
def label(n=12):
    s = "".join(r.choice("abcdefghijklmnopqrstuvwxyz0123456789-") for _ in range(r.randint(1, n)))
    return "h" + s.strip("-") + "x"
domain = ".".join(label(r.choice([3, 12, 30])) for _ in range(r.randint(1, 3))) + ".example"
bits4 = r.randint(20, 27)
net4 = ipaddress.ip_network((int(ipaddress.ip_address("198.51.0.0")) + r.getrandbits(15) & ~((1 << 32 - bits4) - 1), bits4))
bits6 = r.choice([48, 52, 56, 60, 64, 96, 112])
net6 = ipaddress.ip_network((int(ipaddress.ip_address("2001:db8::")) + (r.getrandbits(90) & ~((1 << 128 - bits6) - 1)), bits6))
roles = ["mail", "plaintext", "dane", "tls-force", "tls-invalid", "greylisting", "dns", "dns-v6", "dns-dnssec-broken"]
names = {role: role if r.random() < 0.5 else label(8) for role in roles}
cases = ["mail-dane-bad", "mail-tlsa-invalid"]
# Others may have addresses to themselves as well, if their MX host's name is not the host's own.
cases += [c for c in ["mail-plaintext", "mail-tls-force"] if names[c[5:]] != c[5:] and r.random() < 0.5]
need = len(roles) + len(cases)
ip4 = r.sample(range(1, min(net4.num_addresses - 1, 4000)), need)
ip6 = r.sample(range(1, 60000), need)
def pair(i):
    return "%s %s" % (net4[ip4[i]], net6[ip6[i]])
lines = ["domain = " + domain, "contact = %s@%s.example" % (label(6), label(6)),
    "ipv4 = %s" % net4, "ipv6 = %s" % net6,
    "layout = " + r.choice(["multi", "single"]),
    "name_server = " + r.choice(["nsd", "bind", "powerdns", "knot"]),
    "token_secret = " + label(40), "tokens_per_case = %d" % r.randint(1, 4)]
for i, role in enumerate(roles):
    lines.append("host.%s = %s %s" % (names[role], role, pair(i)))
for i, case in enumerate(cases):
    lines.append("addresses.%s = %s" % (case, pair(len(roles) + i)))
if r.random() < 0.5:
    lines.append("spam_domains = " + " ".join(label() + ".example.net" for _ in range(r.randint(1, 3))))
if r.random() < 0.5:
    lines.append("caa = none")
if r.random() < 0.5:
    lines.append("serial = %d" % r.randint(1, 4294967295))
if r.random() < 0.3:
    lines.append("base_dir = /data/" + label())
head, rest = lines[0], lines[1:]
r.shuffle(rest)
print("\n".join([head] + rest))
PY
}
verified() { # every signed zone, by others
	for file in $(find "$root/tree" -name '*.zone.signed'); do
		zone=$(basename "$file" .zone.signed)
		ldns-verify-zone -t "$(date -u -d "@$now" +%Y%m%d%H%M%S)" "$file" >/dev/null || return 1
		nsd-checkzone "$zone" "$file" >/dev/null || return 1
	done
}
checked() {
	# shellcheck disable=SC2086 # a list of words
	$as_user "$emt_site" check -c "$root/site.conf" -o "$root/tree" --now $now
}

seed=1
while [ $seed -le "$sites" ]; do
	rm -rf "$root/tree"
	random_site $seed >"$root/site.conf"
	"$emt_site" testca -c "$root/site.conf" --now $now "$root/tree" >/dev/null
	dane=$(sed -n 's/^host\.\([^ ]*\) = dane .*/\1/p' "$root/site.conf")
	echo "tls_pin = $("$emt_site" pin "$(find "$root/tree" -path "*/tls/$dane.pem")")" >>"$root/site.conf"
	ok "site $seed: render" "$emt_site" render -c "$root/site.conf" --now $now -o "$root/tree"
	ok "site $seed: sign" "$emt_site" sign -c "$root/site.conf" --now $now -o "$root/tree"
	ok "site $seed: others call its zones whole" verified
	[ -z "$as_user" ] || chown -R 65534:65534 "$root"
	ok "site $seed: no finding" checked || sed 's/^/# /' "$root/site.conf"
	seed=$((seed + 1))
done
tap_end
