#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-site sign: keys that stay, zones that other people's verifiers call whole, DS records for the zones above, the one that
# is broken on purpose, and nothing half written.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
for program in ldns-verify-zone ldns-key2ds nsd-checkzone; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done

emt_site=$OBJ/site/emt-site
M=measurement.example.com
now=1795000000 later=1795600000
root=$(mktemp -d "${TMPDIR:-/tmp}/emt-sign.XXXXXX")
trap 'rm -rf "$root"' EXIT
tree=$root/tree
conf=$root/site.conf
keys=$tree/dns.$M/etc/emt/keys
keysb=$tree/dns-dnssec-broken.$M/etc/emt/keys
zones=$tree/dns.$M/etc/nsd/zones
umask 022

grep -v '^tokens_per_case\|^serial' example-setup/site.conf >"$conf"
echo "tokens_per_case = 5" >>"$conf"
sign() { # [OPTION...]
	"$emt_site" sign -c "$conf" -o "$tree" "$@"
}
signed_files() {
	find "$tree" -name '*.zone.signed' | sort
}
verifies() { # FILE SECONDS
	ldns-verify-zone -t "$(date -u -d "@$2" +%Y%m%d%H%M%S)" "$1"
}
# Everything but the octets of signatures, which hold a random number each.
without_signatures() {
	sed 's/\(IN.RRSIG.*\) [^ ]*$/\1/' "$@"
}
serial() { # FILE
	awk '$4 == "SOA" { print $7; exit }' "$1"
}

ok "render" "$emt_site" render -c "$conf" --now $now -o "$tree"
ok "sign" sign --now $now
same "every zone is signed" "$(signed_files | wc -l)" "$(find "$tree" -name '*.zone' ! -path '*/owner/*' | wc -l)"
for file in $(signed_files); do
	zone=$(basename "$file" .zone.signed)
	ok "$zone: ldns-verify-zone calls it whole" verifies "$file" $now
	ok "$zone: nsd-checkzone takes it" nsd-checkzone "$zone" "$file"
	same "$zone: algorithm 13 alone" "$(awk '$4 == "RRSIG" { print $6 }' "$file" | sort -u)" 13
	same "$zone: NSEC3 with SHA-1, no opt-out, no iterations, no salt" \
		"$(awk '$4 == "NSEC3" { print $5, $6, $7, $8 }' "$file" | sort -u)" "1 0 0 -"
	same "$zone: one key, that signs everything" "$(awk '$4 == "DNSKEY" { print $5, $6, $7 }' "$file")" "257 3 13"
	same "$zone: begins with its SOA record" "$(awk '{ print $4; exit }' "$file")" SOA
	same "$zone: may be read by the name server" "$(stat -c %a "$file")" 644
done
same "signatures hold for 28 days, and since an hour before" \
	"$(awk '$4 == "RRSIG" { print $9, $10; exit }' "$zones/$M.zone.signed")" \
	"$(date -u -d "@$((now + 28 * 86400))" +%Y%m%d%H%M%S) $(date -u -d "@$((now - 3600))" +%Y%m%d%H%M%S)"

# Keys and DS records.
same "private keys are for their owner alone" \
	"$(find "$tree" -name '*.private' -exec stat -c %a {} + | sort -u) $(stat -c %a "$keys")" "600 700"
ds_of() { # KEYS ZONE: the DS of type 2 that ldns makes of its key
	ldns-key2ds -n -2 "$1/$2.key" | awk '{ print $5, $6, $7, $8 }'
}
published() { # ZONE: what its parent holds
	awk -v n="$1." '$1 == n && $4 == "DS" { print $5, $6, $7, $8 }' "$zones/$M.zone.signed"
}
same "the parent holds the DS of rdns" "$(published rdns.$M)" "$(ds_of "$keys" rdns.$M)"
same "... of dnssec-ok, on another machine" "$(published dnssec-ok.$M)" "$(ds_of "$keysb" dnssec-ok.$M)"
same "owner/ holds our own, for the zone above" "$(sed 's/.* DS //' "$tree/owner/$M.ds")" "$(ds_of "$keys" $M)"
same "dnssec-broken: key tag, algorithm and digest type are those of its key" \
	"$(published dnssec-broken.$M | cut -d ' ' -f 1-3)" "$(ds_of "$keysb" dnssec-broken.$M | cut -d ' ' -f 1-3)"
same "dnssec-broken: every digit of the digest is another" "$(published dnssec-broken.$M | cut -d ' ' -f 4)" \
	"$(ds_of "$keysb" dnssec-broken.$M | cut -d ' ' -f 4 | tr 0123456789abcdef fedcba9876543210)"
same "the twins have the same TTLs" \
	"$(awk -v n="dnssec-ok.$M." '$1 == n { print $2, $4 }' "$zones/$M.zone.signed")" \
	"$(awk -v n="dnssec-broken.$M." '$1 == n { print $2, $4 }' "$zones/$M.zone.signed")"

# Again, and later.
cp -a "$tree" "$root/first"
ok "sign again at the same time" sign --now $now
same "nothing but signatures has changed" "$(for file in $(signed_files); do
	without_signatures "$file" | cksum
done)" "$(for file in $(signed_files | sed "s,^$tree,$root/first,"); do
	without_signatures "$file" | cksum
done)"
empty "and no other file" "$(diff -rq --exclude='*.signed' "$root/first" "$tree")"
ok "sign later" sign --now $later
empty "keys and DS records stay" "$(diff -rq --exclude='*.signed' "$root/first" "$tree")"
ok "the zone is whole then" verifies "$zones/$M.zone.signed" $((later + 27 * 86400))
ok "and would not have been with the old signatures" fails \
	verifies "$root/first/dns.$M/etc/nsd/zones/$M.zone.signed" $((later + 27 * 86400))
same "its serial goes with the time" "$(serial "$zones/$M.zone.signed")" $later
ok "a validity of its own" sign --now $now --validity 2d
same "is that of the signatures" "$(awk '$4 == "RRSIG" { print $9; exit }' "$zones/$M.zone.signed")" \
	"$(date -u -d "@$((now + 2 * 86400))" +%Y%m%d%H%M%S)"
ok "with setting serial" sign --now $now --set serial=2022020915
same "it is that one" "$(serial "$zones/$M.zone.signed")" 2022020915

# Re-signing on a machine by itself, where the tree lies in its root folder.
machine=$root/machine
cp -a "$tree/dns.$M" "$machine"
ok "a machine signs its own zones" "$emt_site" sign -c "$conf" -o "$machine" --machine dns.$M --now $later
ok "... whole" verifies "$machine/etc/nsd/zones/$M.zone.signed" $((later + 20 * 86400))
same "... with the DS of zones whose keys lie elsewhere" \
	"$(awk '$4 == "DS" { print $1, $5, $6, $7, $8 }' "$machine/etc/nsd/zones/$M.zone.signed")" \
	"$(awk '$4 == "DS" { print $1, $5, $6, $7, $8 }' "$zones/$M.zone.signed")"
complains() { # REGEX COMMAND...: it fails with 75 and says so in one line
	c_regex=$1
	shift
	"$@" >"$root/out" 2>"$root/said"
	c_status=$?
	grep -qE "$c_regex" "$root/said" && [ $c_status -eq 75 ] && [ "$(wc -l <"$root/said")" -eq 1 ] && return
	echo "exit $c_status; want a line that matches $c_regex"
	cat "$root/said"
	return 1
}
rm "$machine/etc/emt/keys/rdns.$M".*
ok "it never makes a key" complains "rdns.$M.private: missing" \
	"$emt_site" sign -c "$conf" -o "$machine" --machine dns.$M --now $later
rm "$machine/etc/nsd/zones/v6only.$M.ds"
cp "$keys/rdns.$M".* "$machine/etc/emt/keys/"
ok "it wants the DS records of the zones below" complains "v6only.$M.ds: .*sign the whole tree once" \
	"$emt_site" sign -c "$conf" -o "$machine" --machine dns.$M --now $later
ok "a machine that is none" complains "no zone is served there" \
	"$emt_site" sign -c "$conf" -o "$machine" --machine mail.$M --now $later

# What it refuses.  The signed zone stays as it is.
before=$(cksum "$zones/$M.zone.signed")
refuses() { # WHAT REGEX COMMAND...: after COMMAND in the tree
	r_what=$1 r_regex=$2
	shift 2
	cp -a "$tree" "$root/kept"
	(cd "$tree" && "$@")
	ok "$r_what" complains "$r_regex" sign --now $later
	same "$r_what: the signed zone stays" "$(cksum "$zones/$M.zone.signed")" "$before"
	rm -rf "$tree"
	mv "$root/kept" "$tree"
}
k=dns.$M/etc/emt/keys z=dns.$M/etc/nsd/zones
edit() { # FILE TEXT: appends a line
	printf '%s\n' "$2" >>"$1"
}
refuses "a private key that others may read" "others may read this private key .mode 644" chmod 644 $k/$M.private
refuses "a folder of keys that others may look into" "others may look into it" chmod 755 $k
refuses "a private key that is gone" "$M.private: missing, but $M.key is there" rm $k/$M.private
refuses "both that are gone, whose DS the parent has" "owner/$M.ds: is of another key" rm $k/$M.private $k/$M.key
refuses "an empty private key" "no private key of algorithm 13" cp /dev/null $k/$M.private
cut_key() {
	head -c 60 $k/$M.private >"$root/cut" && cp "$root/cut" $k/$M.private
}
refuses "a private key that was cut" "no private key of algorithm 13" cut_key
rsa_key() {
	name=$(cd "$root" && ldns-keygen -a RSASHA256 -b 1024 -k $M) && cp "$root/$name.private" $k/$M.private
}
refuses "a private key of another algorithm" "no private key of algorithm 13" rsa_key
refuses "a public key of another" "$M.key: not the public half" cp $k/rdns.$M.key $k/$M.key
refuses "a link in the place of a private key" "$M.private: .*make it readable" sh -c "mv $k/$M.private $k/x && ln -s x $k/$M.private"
refuses "a line that is none" "$M.zone:[0-9]+: " edit $z/$M.zone "x IN MX"
refuses "a record of another zone" "example.org.: lies outside the zone" edit $z/$M.zone "example.org. IN A 192.0.2.1"
refuses "a CNAME beside other records" "mail.$M.: CNAME beside other records" edit $z/$M.zone "mail IN CNAME dns"
refuses "a second SOA record" "a second SOA record" edit $z/$M.zone "@ IN SOA x. x. 1 1 1 1 1"
refuses "a DNSSEC record" "DNSSEC record in an unsigned zone" edit $z/$M.zone "mail IN NSEC3PARAM 1 0 0 -"
refuses "a DS record" "holds a DS already of rdns.$M" edit $z/$M.zone "rdns IN DS 1 13 2 $(printf '%064d' 0)"
refuses "a delegation that is gone" "has no delegation of rdns.$M" sh -c "sed -i '/^rdns	/d' $z/$M.zone"
refuses "a zone file that is gone" "$M.zone: No such file" rm $z/$M.zone

# A disk that is full in the middle.
(
	ulimit -f 20 # blocks of 512 or 1024 octets
	trap '' XFSZ
	sign --now $later
) >"$root/out" 2>"$root/said"
same "a full disk: try again" $? 75
same "a full disk: the signed zone stays" "$(cksum "$zones/$M.zone.signed")" "$before"
empty "a full disk: nothing else is left" "$(find "$tree" -name '.*' -type f)"

# Many tokens need several threads and many slices: the result is as whole.
if [ -n "${EMT_SOAK-}" ]; then tokens=3000; else tokens=400; fi
sed -i "s/^tokens_per_case.*/tokens_per_case = $tokens/" "$conf"
ok "render with $tokens tokens a case" "$emt_site" render -c "$conf" --now $now -o "$tree"
ok "sign them" sign --now $now
ok "whole: $(grep -c RRSIG "$zones/$M.zone.signed") signatures" verifies "$zones/$M.zone.signed" $now
tap_end
