#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The reverse of random.t: one random thing changed in one file of a sound tree, and `emt-site check` finds it, whatever it
# was.
# EMT_SEED=N: that damage of each kind alone.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
command -v python3 >/dev/null || skip_all "python3 is not installed"

now=1795000000
root=$(mktemp -d "${TMPDIR:-/tmp}/emt-damage.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
. tests/site/installed.sh
installed "$root/installed"
conf=$root/site.conf sound=$root/sound tree=$root/tree
kinds="zone-drop zone-ipv4 zone-ipv6 zone-owner zone-target zone-ttl signed-drop signed-ipv4 signed-ttl signed-base64 signed-swap
	server-drop server-ipv4 server-letter main-drop main-letter main-ipv4 main-repeat master-drop master-letter
	table-drop table-letter owner-drop owner-ipv4 owner-letter certificate-swap any-letter any-drop cut remove"
first=${EMT_SEED:-1}
if [ -n "${EMT_SEED-}" ]; then
	last=$first
elif [ -n "${EMT_SOAK-}" ]; then
	last=60
else
	last=1
fi
as_user=
# postfix check is another test's, and takes a second each time.
[ "$(id -u)" -ne 0 ] || as_user="setpriv --reuid=65534 --regid=65534 --clear-groups"

grep -v '^tls_pin\|^tokens_per_case' example-setup/site.conf >"$conf"
echo "tokens_per_case = 2" >>"$conf"
"$emt_site" testca -c "$conf" --now $now "$sound" >/dev/null
echo "tls_pin = $("$emt_site" pin "$sound/dane.measurement.example.com/etc/emt/tls/dane.pem")" >>"$conf"
"$emt_site" render -c "$conf" --now $now -o "$sound"
"$emt_site" sign -c "$conf" --now $now -o "$sound" >/dev/null
[ -z "$as_user" ] || chown -R 65534:65534 "$root"

check() {
	# shellcheck disable=SC2086 # a list of words
	$as_user "$emt_site" check -c "$conf" -o "$tree" --now $now
}
is_found() {
	check >"$root/said" 2>&1
	if_status=$?
	[ $if_status -eq 1 ] && return
	echo "exit $if_status; it says:"
	cat "$root/said"
	return 1
}
cp -a "$sound" "$tree"
ok "a sound tree has no finding" check

seed=$first
while [ "$seed" -le $last ]; do
	for kind in $kinds; do
		rm -rf "$tree"
		cp -a "$sound" "$tree"
		if what=$(tests/site/damage "$tree" "$seed" "$kind"); then
			ok "$seed: $what" is_found
		else
			ok "$seed: $kind: the tree could be damaged" false
		fi
	done
	seed=$((seed + 1))
done
tap_end
