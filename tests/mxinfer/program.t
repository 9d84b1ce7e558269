#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-mxinfer as a program: what goes where, exit codes, the records' schemas, the text that MX Inference prints.
. tests/tap.sh

program=$OBJ/mxinfer/emt-mxinfer
[ -x "$program" ] || skip_all "$program is not built"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# infer ARGUMENT...: sets status; what it writes is in $work/out and $work/err
infer()
{
	"$program" "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# ends NAME STATUS ARGUMENT...
ends()
{
	e_name=$1 e_status=$2
	shift 2
	infer "$@"
	same "$e_name" "$status" "$e_status"
}

header="domain_name	mx	mx_pref	ip_of_mx	asn_of_ip	dict_scanning_data"
cert="'tls': {'certificate': {'parsed': {'names': ['mx.google.com', 'smtp.outlook.com']}}, 'validation': {'browser_trusted': True}}"
{
	echo "$header"
	echo "lodi.com	mx.lodi.com	10	192.0.2.1	16417	{'smtp': {'starttls': {'banner': '220 esa1.lodi.com ESMTP'}}}"
	echo "vps.example	mail.vps.example	10	192.0.2.2		{'smtp': {'starttls': {'banner': '220 vps797297.ovh.net ESMTP'}}}"
	echo "big.example	aspmx.l.google.com	10	192.0.2.3	15169	{'smtp': {'starttls': {'banner': '220 x', $cert}}}"
	echo "dead.example	mx.dead.example	10	192.0.2.4		"
	echo "dead.example	mx2.dead.example	20			"
	echo "none.example					"
} >"$work/in.tsv"

ends "an inference" 0 "$work/in.tsv"
same "one line for each domain, in the order of the input" "$(jq -r .domain "$work/out" | tr '\n' ' ')" \
	"lodi.com vps.example big.example dead.example none.example "
ok "the records are what schema/mx-id-1.json says" python3 tests/tools/check_schema.py schema/mx-id-1.json "$work/out"
same "tables older than 24 months are told of" "$(grep -c 'more than 24 months old' "$work/err")" 2
cp "$work/out" "$work/want"
infer -j 3 <"$work/in.tsv"
ok "standard input, threads" cmp "$work/out" "$work/want"
gzip -c "$work/in.tsv" >"$work/in.gz"
infer infer - -o "$work/file" <"$work/in.gz"
ok "packed, to a file" cmp "$work/file" "$work/want"
same "then nothing is on standard output" "$(cat "$work/out")" ""
infer --load_data_from_path "$work/in.tsv" --map_id_to_company True
ok "MX Inference's switch for the input" cmp "$work/out" "$work/want"
infer --now 1635800000 "$work/in.tsv"
same "when they are new they are not" "$(cat "$work/err")" ""

infer --metadata "$work/run" --now 1795000000 --shares "$work/shares" "$work/in.tsv"
ok "the run's record is what schema/mx-run-1.json says" \
	python3 tests/tools/check_schema.py schema/mx-run-1.json "$work/run"
same "a certificate that joins two companies is told" "$(jq -c '[.joining_certificates, .joined]' "$work/run")" \
	'[1,[[{"id":"google.com","company":"Google"},{"id":"outlook.com","company":"Microsoft"}]]]'
same "shares and what they are of" "$(tr '\n' ' ' <"$work/shares")" \
	"kind,name,domains,share all,,5, left-out,null MX,0, left-out,no MX,1, left-out,implicit MX,0, left-out,not known,0, \
left-out,no SMTP,1, counted,,3, self-hosted,,0,0.000000 own-name,,0,0.000000 company,Cisco,1.000000,0.333333 \
company,Google,1.000000,0.333333 rented-at,OVH,1.000000,0.333333 "

infer --format text "$work/in.tsv"
# The tool prints a tab behind each id; a | keeps it from the end of the line here.
sed 's/|$//' >"$work/text" <<'TEXT'
Domain: lodi.com
	ID:lodi.com, Type:OK, Source:Banner/EHLO, Conf_Score:1
		Heuristics suggests new provider id: iphmx.com, reason: All IPs are in Cisco Ironport's AS
		Suggested company: Cisco
	|
	MX: mx.lodi.com, Pref:10
		IPv4: 192.0.2.1, ASN: 16417
			Banner RD: lodi.com
			EHLO RD: None

Domain: vps.example
	ID:ovh.net, Type:OK, Source:Banner/EHLO, Conf_Score:1
		Heuristics suggests that this provider id might NOT be accurate, reason: FQDN (vps797297.ovh.net) used by Banner/EHLO Indicates Potentially VPS
	|
	MX: mail.vps.example, Pref:10
		IPv4: 192.0.2.2, ASN: None
			Banner RD: ovh.net
			EHLO RD: None

Domain: big.example
	ID:google.com, Type:OK, Source:TLS, Debug MSG:Cert ID Ok, Conf_Score:1
		Suggested Company: Google
	|
	MX: aspmx.l.google.com, Pref:10
		IPv4: 192.0.2.3, ASN: 15169
			Banner RD: None
			EHLO RD: None
			Browser Trusted: True

Domain: dead.example
	Infered Provider ID: N/A


Domain: none.example
	Infered Provider ID: N/A


TEXT
ok "--format text" diff "$work/out" "$work/text"
infer --format text --debug 1 "$work/in.tsv"
same "--debug 1 shows every MX" "$(grep -c 'MX: ' "$work/out")" 5
infer --format csv "$work/in.tsv"
same "--format csv" "$(sed -n '1p;3p;6p' "$work/out")" \
	"domain,self_hosted,dns,mx,id,type,source,score,corrected,new_id,company,reason
vps.example,no,mx,mail.vps.example,ovh.net,OK,Banner/EHLO,1,-1,,OVH,FQDN (vps797297.ovh.net) used by Banner/EHLO Indicates Potentially VPS
none.example,no,no-mx,,,,,,,,,"
infer --map_id_to_company False "$work/in.tsv"
same "no companies" "$(jq -c '.ids[].company' "$work/out" | sort -u)" null

infer --explain VPS.example. "$work/in.tsv"
same "--explain says where a fact stands" "$(grep -c "in.tsv:3: MX mail.vps.example, preference 10, address 192.0.2.2" "$work/out")" 1
same "and what decided" "$(grep -c 'corrected -1: FQDN (vps797297.ovh.net)' "$work/out")" 1
ends "an explanation of a domain that is not there" 65 --explain other.example "$work/in.tsv"

{
	cat "$work/in.tsv"
	printf 'bad.example\tmx.bad.example\tten\t192.0.2.5\t\t\n'
} >"$work/bad.tsv"
ends "a bad record" 0 "$work/bad.tsv"
same "is shown with file and line" "$(grep -c "bad.tsv:8: row skipped: no preference" "$work/err")" 1
ends "with --strict it is fatal" 65 --strict "$work/bad.tsv"
same "before anything is written" "$(cat "$work/out")" ""
infer --metadata "$work/run" "$work/bad.tsv"
same "and is counted" "$(jq -c .faults "$work/run")" '{"preference":1}'

ends "--domains" 64 --domains a.com b.com
same "names the pipe" "$(grep -c 'emt-mxscan DOMAIN... | emt-mxinfer' "$work/err")" 1
ends "--save_scan_data" 64 --save_scan_data True
ends "an unknown switch" 64 --no-such-switch
ends "an unknown form" 64 --input nothing "$work/in.tsv"
ends "merge without files" 64 merge
ends "--shares with count" 64 count --shares x "$work/in.tsv"
while read -r name arguments; do
	# shellcheck disable=SC2086 # several
	ends "a switch that would do nothing: $arguments" 64 $arguments "$work/in.tsv"
	ok "it is named: $name" grep -q -e "$name" "$work/err"
done <<'SWITCHES'
--format count --format csv
--providers count --providers x
--debug merge --debug 1
--strict merge --strict
--metadata merge --metadata x
--raw convert --to tsv --raw
--shares-implicit --shares-implicit
--explain --explain lodi.com --shares x
--roots --roots x
SWITCHES
ends "a table of AS that is none" 65 --as "$work/in.tsv" "$work/in.tsv"
same "says so" "$(grep -c 'in.tsv: no table of autonomous systems' "$work/err")" 1
echo "root:x:0:0:root:/root:/bin/sh" >"$work/passwd"
ends "a Public Suffix List that is none" 78 --psl "$work/passwd" "$work/in.tsv"
ends "no such file" 75 "$work/missing"
echo "neither fish nor fowl" >"$work/fish"
ends "a file of no known form" 65 "$work/fish"
head -c 100 "$work/in.gz" >"$work/cut.gz"
ends "a file that is cut short" 65 "$work/cut.gz"
ends "no folder of tables" 78 --share "$work" "$work/in.tsv"
echo "date 2021-11-02
kompany X" >"$work/table"
ends "a mistake in a table" 78 --providers "$work/table" "$work/in.tsv"
same "names file and line" "$(grep -c "$work/table:2: " "$work/err")" 1
ends "no Public Suffix List" 78 --psl "$work/missing" "$work/in.tsv"
ends "a full disk" 75 -o /dev/full "$work/in.tsv"
ends "no model" 65 --model "$work/in.tsv" "$work/in.tsv"
ends "an empty input" 0 /dev/null

printf 'date 2026-01-01\ncompany Own\n\tids lodi.com\n' >"$work/table"
infer --providers "$work/table" "$work/in.tsv"
same "a table of one's own" "$(jq -r 'select(.domain == "lodi.com").ids[0].company' "$work/out")" Own
printf 'date 2026-01-01\ndomain ovh.net\n\town\n' >"$work/table"
infer --patterns "$work/table" "$work/in.tsv"
same "patterns of one's own" "$(jq -r 'select(.domain == "vps.example").ids[0].corrected' "$work/out")" 0
tap_end
