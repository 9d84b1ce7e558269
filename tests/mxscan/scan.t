#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-mxscan from domains to records, against real name servers and scripted mail hosts: every outcome by its name, nothing
# said that is not to be said, nobody visited who is not to be visited.
. tests/tap.sh
. tests/mxscan/world.sh
enter_world "$0"

make_root
certificate good mx.good.test -days 10
certificate other mail.elsewhere.test -days 10
certificate expired mx.expired.test -days -1
certificate unknown mx.unknown.test -days 10 -CA own.crt -CAkey own.key
# pin NAME: TLSA data of its key
pin()
{
	printf '3 1 1 '
	openssl x509 -in "$dir/$1.crt" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1
}
more_in_test=$(
	domain good.test 198.51.100.1 2001:db8:1::1
	domain named.test 198.51.100.2
	domain own.test 198.51.100.3
	domain retry.test 198.51.100.4
	domain refuse.test 198.51.100.5
	domain silent.test 198.51.100.6
	domain closed.test 198.51.100.7
	domain six.test 2001:db8:1::2
	domain helo.test 198.51.100.8
	domain raw.test 198.51.100.9
	domain private.test 10.0.0.1 ::1
	domain expired.test 198.51.100.10
	domain unknown.test 198.51.100.11
	domain tricks.test 127.0.0.1 0.0.0.0 198.18.0.1 ::ffff:198.51.100.1 ::198.51.100.1 64:ff9b::198.51.100.1 2002:c633:6401::1 fe80::1
	echo 'literal.test. MX 5 198.51.100.1.'
	echo 'alias.test. CNAME good.test.'
	echo 'cname.test. MX 5 cname-mx.test.'
	echo 'cname-mx.test. CNAME mx.six.test.'
	echo 'shared.test. MX 5 mx.good.test.'
	echo 'shared.test. MX 20 mx.alias.test.'
	echo 'mx.alias.test. A 198.51.100.1'
	echo 'null.test. MX 0 .'
	echo "_25._tcp.mx.good.test. TLSA $(pin good)"
	echo "_25._tcp.mx.named.test. TLSA $(pin good)"
	echo '_mta-sts.good.test. TXT "v=STSv1; id=1;"'
	echo 'implicit.test. A 198.51.100.1'
)
more_in_root='1.100.51.198.origin.asn.cymru.com. TXT "64496 64497 | 198.51.100.0/24 | ZZ | test | 2026-01-01"'
cat >"$dir/hosts" <<HOSTS
198.51.100.1 ok $dir/good.pem
2001:db8:1::1 ok $dir/good.pem
198.51.100.2 ok $dir/other.pem
198.51.100.3 ok $dir/own.pem
198.51.100.4 retry
198.51.100.5 refuse
198.51.100.6 silent
2001:db8:1::2 ok
198.51.100.8 helo
198.51.100.9 raw
198.51.100.10 ok $dir/expired.pem
198.51.100.11 ok $dir/unknown.pem
HOSTS
ip addr add 198.51.100.7/32 dev lo
start_world
all="good.test named.test own.test retry.test refuse.test silent.test closed.test six.test helo.test raw.test private.test \
shared.test null.test implicit.test nowhere.test"

# shellcheck disable=SC2086 # a list of domains
scan $all --metadata "$dir/meta" --save_scan_data "$dir/table" --status-updates-file "$dir/status" --roots "$dir/root.pem" \
	--per-ipv4-24 20
same "all of it: exit code, and what is said" "$status $(cat "$dir/err")" "0 "
cp "$dir/out" "$dir/records"
ok "each record is as schema/mx-scan-1.json has it" tests/tools/check_schema.py schema/mx-scan-1.json "$dir/records"
ok "the run's record is as schema/mx-scan-run-1.json has it" \
	tests/tools/check_schema.py schema/mx-scan-run-1.json "$dir/meta"
same "what became of each address" "$(jq -r 'select(.kind == "address") |
	[.address, .outcome, .starttls, .verify, .trusted] | map(. // "-" | tostring) | join(" ")' "$dir/records" | sort)" \
"10.0.0.1 blocked - - -
198.51.100.1 ok ok ok true
198.51.100.2 ok ok name-mismatch true
198.51.100.3 ok ok self-signed -
198.51.100.4 retry - - -
198.51.100.5 no-service - - -
198.51.100.6 silent - - -
198.51.100.7 refused - - -
198.51.100.8 ok not-offered - -
198.51.100.9 ok not-offered - -
2001:db8:1::1 ok ok ok true
2001:db8:1::2 ok not-offered - -
::1 blocked - - -"
same "what became of each domain" "$(jq -r 'select(.kind == "domain") |
	"\(.domain) \(.outcome) \([.mx[] | .name + (.implicit // "" | tostring)] | join(" "))"' "$dir/records" |
	sed 's/ $//' | sort)" \
"closed.test ok mx.closed.test
good.test ok mx.good.test
helo.test ok mx.helo.test
implicit.test nodata implicit.testtrue
named.test ok mx.named.test
nowhere.test nxdomain
null.test ok .
own.test ok mx.own.test
private.test ok mx.private.test
raw.test ok mx.raw.test
refuse.test ok mx.refuse.test
retry.test ok mx.retry.test
shared.test ok mx.good.test mx.alias.test
silent.test ok mx.silent.test
six.test ok mx.six.test"
same "octets that are no text" "$(jq -r 'select(.address == "198.51.100.9") | .banner_b64' "$dir/records" | base64 -d | od -An -tx1)" \
	" 32 32 30 20 ff fe"
same "HELO where EHLO is not known" "$(jq -c 'select(.address == "198.51.100.8") | [.helo, .ehlo]' "$dir/records")" \
	'[true,"250 host-198-51-100-8.example.com"]'
same "names that a certificate was compared with" \
	"$(jq -c 'select(.address == "198.51.100.2") | [.compared, .certificate.names]' "$dir/records")" \
	'[["mx.named.test"],["mail.elsewhere.test"]]'
same "each address is visited once" "$(cut -d ' ' -f 1 "$dir/visits" | sort | uniq -d)" ""
same "and nothing else is said there" "$(cut -d ' ' -f 5- "$dir/visits" | tr '|' '\n' | sort -u)" \
"
EHLO scan.example.org
HELO scan.example.org
QUIT
STARTTLS"
same "TLS asks for no name" "$(cut -d ' ' -f 4 "$dir/visits" | sort -u)" "-"
same "counts" "$(jq -cS '.counts | [.input, .domains, .addresses, .verify]' "$dir/meta")" \
	"$(jq -nc '[15, {"ok":13,"nxdomain":1,"nodata":1}, {"ok":7,"retry":1,"no-service":1,"silent":1,"refused":1,"blocked":2},
		{"ok":2,"name-mismatch":1,"self-signed":1}]' | jq -cS .)"
same "the roots are named" "$(jq -r .roots.sha256 "$dir/meta")" "$(sha256sum <"$dir/root.pem" | cut -d ' ' -f 1)"
same "figures, a line a second and one at the end" "$(head -n 1 "$dir/status" | cut -d , -f 1-4) \
$(tail -n 1 "$dir/status" | cut -d , -f 5,6,11)" "real_time,time_elapsed,time_remaining,percent_complete 15,15,13"
same "its lines have the same columns" "$(awk -F , '{ print NF }' "$dir/status" | sort -u)" 26

scan --roots "$dir/root.pem" expired.test unknown.test
same "certificates that are expired, and of an authority that nobody knows" "$(jq -r 'select(.kind == "address") |
	"\(.address) \(.verify) \(.trusted)"' "$dir/out" | sort)" \
"198.51.100.10 expired false
198.51.100.11 unknown-issuer false"
: >"$dir/visits"
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --share . tricks.test >"$dir/out" 2>"$dir/err"
same "addresses that stand for others, or for us" "$(jq -r 'select(.kind == "address") | .address + " " + .outcome' "$dir/out" |
	sort) $(cat "$dir/visits")" \
"0.0.0.0 blocked
127.0.0.1 blocked
198.18.0.1 blocked
2002:c633:6401::1 blocked
64:ff9b::c633:6401 blocked
::198.51.100.1 blocked
fe80::1 blocked "
scan --dry-run literal.test alias.test cname.test
same "an address for a name, an alias, an MX that is one" "$(jq -r 'select(.kind == "domain") | "\(.domain) \(.mx[0].name) " +
	"\(.mx[0].a) \(.mx[0].aaaa) \(.cname // .mx[0].cname // [] | join(" "))"' "$dir/out" | sort)" \
"alias.test mx.good.test ok ok good.test
cname.test cname-mx.test nodata ok mx.six.test
literal.test 198.51.100.1 badname badname "

# emt-mxinfer reads it, and the table that MX Inference would have saved says the same.
"$OBJ/mxinfer/emt-mxinfer" --now 1640000000 "$dir/records" >"$dir/ids" 2>"$dir/err"
same "emt-mxinfer has no complaint" "$(cat "$dir/err")" ""
same "providers by greeting" "$(jq -r 'select(.domain == "helo.test" or .domain == "six.test") | .ids[].id' "$dir/ids" | sort -u)" \
"example.com"
"$OBJ/mxinfer/emt-mxinfer" --now 1640000000 --input tsv "$dir/table" >"$dir/table-ids" 2>"$dir/err"
same "nor of the table" "$(cat "$dir/err")" ""
# A domain that is its own, implicit, MX has no row there, so scores differ.
same "the table gives the same ids" "$(jq -cS '[.domain, [.ids[].id], .smtp]' "$dir/table-ids" | grep -v implicit | sort)" \
	"$(jq -cS '[.domain, [.ids[].id], .smtp]' "$dir/ids" | grep -v implicit | sort)"

: >"$dir/visits"
scan --dane --mta-sts --set "trust_anchor=$dir/root.ds" --roots "$dir/root.pem" good.test named.test own.test
same "--dane: what TLSA records say" "$(jq -r 'select(.kind == "address") | .address + " " + .dane' "$dir/out" | sort)" \
"198.51.100.1 ok
198.51.100.2 mismatch
198.51.100.3 no-records
2001:db8:1::1 ok"
same "and all is validated" "$(jq -c 'select(.domain == "good.test") | [.dnssec, .mx[0].tlsa.dnssec, .mta_sts]' "$dir/out")" \
	'["secure","secure",{"outcome":"ok","dnssec":"secure","txt":["\"v=STSv1; id=1;\""]}]'
ok "such records fit the schema" tests/tools/check_schema.py schema/mx-scan-1.json "$dir/out"
: >"$dir/visits"
scan --sni mx --raw --as cymru --roots "$dir/root.pem" good.test shared.test
same "--sni mx: a visit for each name" "$(jq -r 'select(.kind == "address") | .address + " " + .variant + " " + .verify' \
	"$dir/out" | sort)" \
"198.51.100.1 mx.alias.test name-mismatch
198.51.100.1 mx.good.test ok
2001:db8:1::1 mx.good.test ok"
same "which TLS asks for" "$(cut -d ' ' -f 1,4 "$dir/visits" | sort)" \
"198.51.100.1 mx.alias.test
198.51.100.1 mx.good.test
2001:db8:1::1 mx.good.test"
same "and domains lead to them" "$(jq -c 'select(.domain == "shared.test") | [.mx[].addresses[]]' "$dir/out")" \
	'["198.51.100.1#mx.good.test","2001:db8:1::1#mx.good.test","198.51.100.1#mx.alias.test"]'
same "--as cymru" "$(jq -c 'select(.address == "198.51.100.1") | .as' "$dir/out" | sort -u)" "[64496,64497]"
same "--raw: the certificate itself" "$(jq -r 'select(.variant == "mx.alias.test") | .certificate.raw' "$dir/out" |
	base64 -d | sha256sum | cut -d ' ' -f 1)" \
	"$(jq -r 'select(.variant == "mx.alias.test") | .certificate.sha256' "$dir/out")"
ok "these records fit the schema, too" tests/tools/check_schema.py schema/mx-scan-1.json "$dir/out"

: >"$dir/visits"
# shellcheck disable=SC2086
scan --dry-run $all
same "--dry-run: what would be visited" "$(jq -r 'select(.kind == "address") | .outcome' "$dir/out" | sort | uniq -c | tr -s ' ')" \
" 2 blocked
 11 dry-run"
same "and nobody is" "$(cat "$dir/visits")" ""
scan --dry-run --as cymru good.test --ipv4
same "its autonomous systems are asked for all the same" "$(jq -c 'select(.kind == "address") | .as' "$dir/out")" "[64496,64497]"
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --share . --patience 4s good.test named.test >"$dir/out"
same "documentation addresses are blocked unless allowed" "$(jq -r 'select(.kind == "address") | .outcome' "$dir/out" | sort -u)" \
	"blocked"
echo "198.51.100.2/31 # not those" >"$dir/blocked"
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --no-blocklist --blocklist-file "$dir/blocked" --patience 4s \
	named.test own.test six.test --ipv4 >"$dir/out"
same "--blocklist-file counts, with --no-blocklist, too" "$(jq -r 'select(.kind == "address") | .outcome' "$dir/out" | sort -u)" \
	"blocked"
same "nobody of these was visited" "$(cat "$dir/visits")" ""
same "--ipv4: no IPv6 address is asked for" "$(jq -c 'select(.domain == "six.test") | .mx[0] | [.a, .aaaa, .addresses]' "$dir/out")" \
	'["nodata",null,[]]'

# A terminal: one line, which is written over, so no longer than it is wide.
if has_terminals; then
	# shellcheck disable=SC2086
	script -qec "stty cols 40; '$OBJ/mxinfer/emt-mxscan' --ehlo-name scan.example.org --dry-run --share . -o '$dir/seen' $all" \
		/dev/null >"$dir/terminal" 2>&1 </dev/null
	same "progress on a terminal, within its width" "$(tr '\r' '\n' <"$dir/terminal" | sed 's/\x1b\[K$//' | awk 'length > 39' ) \
$(tr '\r' '\n' <"$dir/terminal" | grep -c '100%, 0m00s left; 15 of 15')" " 1"
else
	ok "progress on a terminal # SKIP no terminal can be made here" true
fi

# Input.
printf '# a comment\n1,good.test\n2,GOOD.test.\n\nnamed.test\nno name\n' >"$dir/list"
scan --dry-run -f "$dir/list" --metadata "$dir/meta"
same "a file of domains" "$(jq -r 'select(.kind == "domain") | .domain' "$dir/out" | sort | tr '\n' ' ')" "good.test named.test "
same "what is no domain is told of" "$(cat "$dir/err" | grep -c "list:6: no name")" 1
same "and counted" "$(jq -cS '.counts | [.input, .invalid, .repeated]' "$dir/meta")" "[2,1,1]"
scan --dry-run <"$dir/list"
same "standard input" "$(jq -r 'select(.kind == "domain") | .domain' "$dir/out" | sort | tr '\n' ' ')" "good.test named.test "
scan --dry-run --domains good.test named.test --quiet
same "--domains" "$(jq -r 'select(.kind == "domain") | .domain' "$dir/out" | sort | tr '\n' ' ')" "good.test named.test "
for shard in 1 2 3; do
	# shellcheck disable=SC2086
	scan --dry-run --shards $shard/3 --seed 5 $all
	jq -r 'select(.kind == "domain") | .domain' "$dir/out"
done >"$dir/parts"
# shellcheck disable=SC2086
same "shards share the domains out" "$(sort "$dir/parts")" "$(printf '%s\n' $all | sort)"

# Trouble.
scan -f "$dir/no-such-file"
same "an input that is not there" "$status" 66
scan --blocklist-file "$dir/list" good.test
same "a block list that is none" "$status $(grep -c 'list:2: .* is no range' "$dir/err")" "78 1"
scan --metadata "$dir/no-such-folder/meta" good.test
same "metadata that cannot be written, before anything is done" "$status $(wc -c <"$dir/out")" "73 0"
scan --ehlo-name localhost good.test
same "a name that tells nothing" "$status" 64
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --share . --dry-run -f "$dir/list" >/dev/full 2>"$dir/err"
same "a full disk" "$? $(grep -c 'standard output: No space left' "$dir/err")" "75 1"
scan --max-runtime 1s --patience 60s --metadata "$dir/meta" silent.test good.test --ipv4
same "--max-runtime ends it" "$status $(jq -r .stopped_by "$dir/meta")" "75 max-runtime"
same "with what was seen" "$(jq -r 'select(.kind == "address") | .address' "$dir/out")" "198.51.100.1"
tap_end
