#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# zgrab2 on a machine without roots: a warning; with --verify the chains are verified here, as of the time of the scan.
. tests/mxinfer/compare.sh
command -v openssl >/dev/null || skip_all "openssl is not installed"

# make_certificate NAME DAYS [ISSUER]: NAME.pem and NAME.key; without an issuer it signs itself
make_certificate()
{
	openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key" 2>/dev/null &&
		openssl req -new -key "$work/$1.key" -subj "/CN=mx.$1.com" -out "$work/$1.csr" 2>/dev/null &&
		if [ $# -gt 2 ]; then
			printf 'subjectAltName=DNS:mx.%s.com\n%s\n' "$1" "${4-}" >"$work/ext"
			openssl x509 -req -in "$work/$1.csr" -CA "$work/$3.pem" -CAkey "$work/$3.key" -CAcreateserial -days "$2" \
				-extfile "$work/ext" -out "$work/$1.pem" 2>/dev/null
		else
			openssl req -x509 -key "$work/$1.key" -in "$work/$1.csr" -days "$2" -out "$work/$1.pem" 2>/dev/null
		fi
}

base64_of()
{
	sed '/^-/d' "$work/$1.pem" | tr -d '\n'
}

# record N NAME TIME ERROR [CHAIN]: the domain NAMEN.com and what zgrab2 says of its address
record()
{
	printf '{"name":"d%d.com","status":"NOERROR","data":{"exchanges":[{"name":"mx.d%d.com","preference":1,"ipv4_addresses":["192.0.2.%d"]}]}}\n' \
		"$1" "$1" "$1"
	printf '{"ip":"192.0.2.%d","data":{"x":{"protocol":"smtp","timestamp":"%s","result":{"banner":"220 x","tls":{"handshake_log":{"server_certificates":' \
		"$1" "$3"
	printf '{"certificate":{"raw":"%s","parsed":{"names":["mx.%s.com"]}},"chain":[%s],"validation":{"browser_trusted":false,"browser_error":"%s"}}}}}}}}\n' \
		"$(base64_of "$2")" "$2" "${5:+{\"raw\":\"$(base64_of "$5")\"\}}" "$4"
}

ids()
{
	"$emt_mxinfer" "$@" 2>"$work/err" >"$work/out" && jq -r '.domain + " " + .ids[0].id' "$work/out"
}

ok 'certificates' make_certificate root 3650 &&
	ok 'an issuer' make_certificate middle 3650 root 'basicConstraints=critical,CA:TRUE' &&
	make_certificate direct 3650 root && make_certificate host 3650 middle && make_certificate self 3650 &&
	make_certificate short 1 root || tap_end
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
error='x509: failed to load system roots and no roots provided'
{
	record 1 direct "$now" "$error"
	record 2 host "$now" "$error" middle
	record 3 host "$now" "$error"
	record 4 self "$now" "$error"
	record 5 direct 2001-01-01T00:00:00Z "$error"
	record 6 direct '' "$error"
	record 7 short "$now" "$error"
} >"$work/scan"
same 'nobody is trusted' "$(ids "$work/scan" | cut -d. -f2- | sort -u)" "$(printf '%s\n' "com d$(seq -s '.com
com d' 1 7).com")"
ok 'and that is said' grep -q '7 certificates count as not trusted.*--verify' "$work/err"
same 'with --verify' "$(ids --verify --roots "$work/root.pem" "$work/scan")" 'd1.com direct.com
d2.com host.com
d3.com d3.com
d4.com d4.com
d5.com d5.com
d6.com d6.com
d7.com short.com'
ok 'there is nothing left to warn of' fails grep -q 'not trusted' "$work/err"
same 'the same in two threads' "$(ids -j2 --verify --roots "$work/root.pem" "$work/scan" | sha256sum)" \
	"$(ids -j1 --verify --roots "$work/root.pem" "$work/scan" | sha256sum)"
"$emt_mxinfer" convert --to mx-scan --verify --roots "$work/root.pem" -o "$work/converted" "$work/scan"
same 'convert writes it down' "$(ids "$work/converted" | sha256sum)" \
	"$(ids --verify --roots "$work/root.pem" "$work/scan" | sha256sum)"
status=0
"$emt_mxinfer" --verify --roots "$work/scan" "$work/scan" >"$work/out" 2>"$work/err" || status=$?
same 'roots that are none' "$status" 78
tap_end
