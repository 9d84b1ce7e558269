#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Block lists on real servers, asked by emt-enrich: one that works, and each other kind; what is remembered of them.
. tests/tap.sh
. tests/dns/servers.sh
enter_namespaces "$0"
command -v jq >/dev/null || skip_all "jq is not installed"

ip link set lo up
echo 'nameserver 127.0.0.1' >"$dir/resolv.conf"
mount --bind "$dir/resolv.conf" /etc/resolv.conf
make_zones
nibbles=0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2
mapped=0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0
cat >>"$dir/plain.test..zone.signed" <<ZONE
2.0.0.127.good A 127.0.0.2
99.2.0.192.good A 127.0.0.4
99.2.0.192.good TXT "we saw spam"
2.$mapped.good A 127.0.0.2
9.$nibbles.good A 127.0.0.3
2.0.0.127.clean A 127.0.0.2
*.refusing A 127.255.255.254
*.parked A 203.0.113.7
*.everything A 127.0.0.2
silent NS ns.silent
ns.silent A 127.0.0.9
ZONE
start_nsd
start_unbound
start_silent
srv=$dir/srv
mkdir -p "$srv/json"

# look_up ADDRESS [OPTION...]: the record of a mail of that client, completed
look_up()
{
	printf '{"schema":"mail/1","tool":"emt-deliver 0.1","client":{"address":"%s"},"headers":{},"enrichment":"pending"}\n' \
		"$1" >"$srv/json/one"
	shift
	"$OBJ/delivery/emt-enrich" --once --set "base_dir=$srv" --set "trust_anchor=$dir/root.ds" \
		--set "dnsbl_lists=$lists" --set enrich_deadline=3s "$@"
}

states()
{
	jq -r '[.dnsbl[] | "\(.list | rtrimstr(".plain.test")) \(.state) \(.listed)"] | join(", ")' "$srv/json/one"
}

all='good clean refusing parked everything gone silent'
lists=$(for list in $all; do printf '%s.plain.test ' "$list"; done)
want='good working true, clean working false, refusing refusing null, parked parked null, everything dead null, gone dead null, silent silent null'
for mode in validate stub; do
	rm -rf "$srv/state"
	ok "$mode: a client that is listed" look_up 192.0.2.99 --set dns_mode=$mode
	same 'each list in its state' "$(states)" "$want"
	same 'rbl' "$(jq -c .rbl "$srv/json/one")" '{"count":1,"lists":["good.plain.test"]}'
	same 'answer and reason' "$(jq -c '.dnsbl[0] | [.answer, .reason, .outcome]' "$srv/json/one")" \
		'[["127.0.0.4"],"\"we saw spam\"","ok"]'
	same 'the questions are among the look-ups' \
		"$(jq -r '[.lookups[] | select(.name == "99.2.0.192.good.plain.test") | .type] | sort | join(" ")' \
			"$srv/json/one")" 'A TXT'
	started=$(date +%s%3N)
	ok 'the same client again' look_up 192.0.2.99 --set dns_mode=$mode
	took=$(($(date +%s%3N) - started))
	same 'by the states remembered' "$(states)" "$want"
	ok "without waiting for the silent one ($took ms)" [ "$took" -lt 2500 ]
	same 'which is not asked' "$(jq -c '.dnsbl[6].outcome' "$srv/json/one")" null
	same 'two tests, two questions and why: counted' "$(jq -c '.lists["good.plain.test"].asked' "$srv/state/enrich.json")" 6
done
ok 'an IPv6 client' look_up 2001:db8::9
same 'each list in its state' "$(jq -r '[.dnsbl[0, 1] | "\(.state) \(.listed)"] | join(", ")' "$srv/json/one")" \
	'working true, dead null'
ok 'a cap that is used up' look_up 192.0.2.98 --set dnsbl_daily_cap=5
same 'asks nobody' "$(jq -r '[.dnsbl[].state] | unique | join(" ")' "$srv/json/one")" \
	'capped dead parked refusing silent'
lists=none
ok 'no list' look_up 192.0.2.99
same 'asks nobody' "$(jq -c '[.rbl, .dnsbl]' "$srv/json/one")" '[{"count":0,"lists":[]},[]]'
ok 'the file is as the schema says' jq -e '.schema == "enrich-state/1" and (.lists | length) == 7' "$srv/state/enrich.json"
tap_end
