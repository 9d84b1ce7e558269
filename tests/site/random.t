#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Property: whatever the names, networks, addresses, layout, folders and name server of a site are, it renders to the same
# bytes each time, signs and checks without a finding; other people's tools call its zones and configurations whole, and
# the one DS record wrong that is to be.
# EMT_SEED=N: that site alone.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
for program in python3 ldns-verify-zone ldns-key2ds nsd-checkzone; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done

now=1795000000
root=$(mktemp -d "${TMPDIR:-/tmp}/emt-random.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
. tests/site/installed.sh
installed "$root/installed"
umask 022
conf=$root/site.conf tree=$root/tree
first=${EMT_SEED:-1}
if [ -n "${EMT_SEED-}" ]; then
	last=$first
elif [ -n "${EMT_SOAK-}" ]; then
	last=200
else
	last=7
fi
as_user=
if [ "$(id -u)" -eq 0 ]; then
	as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi

missing=
has() { # PROGRAM
	command -v "$1" >/dev/null && return
	case $missing in
	*" $1 "*) ;;
	*)
		missing="$missing $1 "
		echo "# $1 is not installed: not asked"
		;;
	esac
	return 1
}
quiet() { # COMMAND...: says what it says only if it fails
	"$@" >"$root/said" 2>&1 || {
		echo "$*:"
		cat "$root/said"
		return 1
	}
}

# Every zone, by others: as rendered, as signed, and what is for the provider.
zones_are_whole() {
	find "$tree" -name '*.zone' -o -name '*.zone.signed' >"$root/files"
	while read -r file; do
		zone=${file##*/}
		case $zone in
		*.signed)
			zone=${zone%.zone.signed}
			quiet ldns-verify-zone -t "$(date -u -d "@$now" +%Y%m%d%H%M%S)" "$file" || return 1
			;;
		*) zone=${zone%.zone} ;;
		esac
		quiet nsd-checkzone "$zone" "$file" || return 1
		! has named-checkzone || quiet named-checkzone -i local "$zone" "$file" || return 1
	done <"$root/files"
}
# The DS record of each zone, made anew from its key.
ds_of_key() { # ZONE
	quiet find "$tree" -path "*/keys/$1.key"
	ldns-key2ds -n -2 "$(cat "$root/said")" | awk '{ print $5, $6, $7, $8 }'
}
ds_are_as_meant() {
	broken=
	for key in $(find "$tree" -path '*/keys/*.key'); do
		zone=${key##*/}
		zone=${zone%.key}
		published=$(find "$tree" -path '*.signed' -exec awk -v n="$zone." \
			'$1 == n && $4 == "DS" { print $5, $6, $7, $8 }' {} +)
		[ ! -e "$tree/owner/$zone.ds" ] || published=$(sed 's/.* DS //' "$tree/owner/$zone.ds")
		[ -n "$published" ] || {
			echo "no DS record of $zone"
			return 1
		}
		[ "$published" = "$(ds_of_key "$zone")" ] || broken="$broken $zone"
	done
	[ "$broken" = " dnssec-broken.$domain" ] || {
		echo "DS records that match no key:$broken"
		return 1
	}
}
# Configurations, by the programs that are to read them.
configurations_are_right() {
	for file in "$tree"/*/etc/nsd/nsd*.conf "$tree"/*/etc/bind/named*.conf "$tree"/*/etc/knot/knot*.conf \
		"$tree"/*/etc/unbound/unbound.conf.d/emt.conf; do
		[ -e "$file" ] || continue
		case $file in
		*/nsd*.conf) ! has nsd-checkconf || quiet nsd-checkconf "$file" || return 1 ;;
		*/named*.conf) ! has named-checkconf || quiet named-checkconf "$file" || return 1 ;;
		*/knot*.conf) ! has knotc || quiet knotc -c "$file" conf-check || return 1 ;;
		*) ! has unbound-checkconf || quiet unbound-checkconf "$file" || return 1 ;;
		esac
	done
}
checked() { # COMMAND...: `check` has no finding; the postfix check of somebody who is not root is skipped
	"$@" "$emt_site" check -c "$conf" -o "$tree" --now $now >"$root/findings"
	c_status=$?
	cat "$root/findings"
	[ $c_status -eq 0 ] && ! grep -v '^skipped: postfix check: it needs root' "$root/findings" |
		grep -v '^0 findings'
}

seed=$first
while [ "$seed" -le $last ]; do
	rm -rf "$tree" "$root/again"
	tests/site/random-site "$seed" >"$conf"
	before=$tap_failures
	domain=$(sed -n 's/^domain = //p' "$conf" | tr A-Z a-z)
	ok "site $seed: certificates" "$emt_site" testca -c "$conf" --now $now "$tree"
	dane=$(sed -n 's/^host\.\([^ ]*\) = dane .*/\1/p' "$conf" | tr A-Z a-z)
	pin=$("$emt_site" pin "$(find "$tree" -path "*/tls/$dane.pem")")
	# While a key is rolled there are two.
	[ $((seed % 3)) -ne 0 ] || pin="$pin, 3 1 1 $(printf '%064d' "$seed")"
	echo "tls_pin = $pin" >>"$conf"
	ok "site $seed: render" quiet "$emt_site" render -c "$conf" --now $now -o "$tree"
	ok "site $seed: render elsewhere" quiet "$emt_site" render -c "$conf" --now $now -o "$root/again"
	(cd "$root/again" && find . -type f) >"$root/files"
	ok "site $seed: the same bytes" sh -c '
		while read -r file; do cmp "$1/$file" "$2/$file" || exit; done <"$3"' sh "$tree" "$root/again" "$root/files"
	ok "site $seed: sign" quiet "$emt_site" sign -c "$conf" --now $now -o "$tree"
	ok "site $seed: others call its zones whole" zones_are_whole
	ok "site $seed: no DS record is wrong but that of dnssec-broken" ds_are_as_meant
	ok "site $seed: its configurations can be read" configurations_are_right
	cp -a "$tree" "$root/signed"
	ok "site $seed: render over it" quiet "$emt_site" render -c "$conf" --now $now -o "$tree"
	empty "site $seed: it is as it was" "$(diff -r "$root/signed" "$tree" 2>&1 | head -n 5)"
	rm -rf "$root/signed"
	# postfix check takes a second for each host.
	if [ -n "$as_user" ] && { [ "$seed" -eq "$last" ] || [ -n "${EMT_SOAK-}" ]; }; then
		ok "site $seed: no finding, nor of postfix check" checked
		if [ -x /usr/sbin/postfix ]; then
			empty "site $seed: which was asked" "$(grep '^skipped' "$root/findings")"
		fi
	fi
	[ -z "$as_user" ] || chown -R 65534:65534 "$tree" "$conf"
	# shellcheck disable=SC2086 # a list of words, or none
	ok "site $seed: no finding" checked $as_user
	[ "$tap_failures" -eq "$before" ] || sed 's/^/# /' "$conf"
	seed=$((seed + 1))
done
tap_end
