#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-site testca and pin: the certificates of a laboratory, judged by openssl.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
command -v openssl >/dev/null || skip_all "openssl is not installed"

emt_site=$OBJ/site/emt-site
M=measurement.example.com
now=$(date +%s)
root=$(mktemp -d "${TMPDIR:-/tmp}/emt-testca.XXXXXX")
trap 'rm -rf "$root"' EXIT
conf=example-setup/site.conf
tls() { # HOST
	echo "$root/t/$1.$M/etc/emt/tls/$1.pem"
}
testca() { # [OPTION...]
	"$emt_site" testca -c $conf "$root/t" "$@"
}
good_for() { # HOST NAME
	openssl verify -x509_strict -purpose sslserver -CAfile "$root/t/ca.pem" -verify_hostname "$2" "$(tls "$1")"
}

ok "a CA and certificates" testca
cp "$root/t/ca.pem" "$root/ca"
for name in mail.$M mail-v4.$M v4-mail.$M abcdefghijklmnopqrstuvwxyz.v4-mail.$M \
	abcdefghijklmnopqrstuvwxyz.mx.v4-mail.$M v6-mail.dnssec-broken.$M x.mx.v4-mail.v6only.$M; do
	ok "mail's is good for $name" good_for mail $name
done
ok "greylisting's for its case" good_for greylisting x.mx.v6-mail-greylisting.$M
for name in dane-ok.$M dane-bad.$M x.mail-dane-bad.$M; do
	ok "dane's for $name" good_for dane $name
done
ok "tls-force's for its case" good_for tls-force x.mx.mail-tls-force.$M
for name in tls-invalid.$M mail-tls-invalid.$M x.mail-tls-invalid.$M x.mx.mail-tlsa-invalid.$M tlsa-invalid.$M; do
	ok "tls-invalid's is not good for $name" fails good_for tls-invalid $name
done
ok "it is that of tls-force" cmp "$(tls tls-force)" "$(tls tls-invalid)"
ok "mail's is not good for a host of the Internet" fails good_for mail example.org
ok "nor for a name two labels below a wildcard" fails good_for mail x.y.v4-mail.$M
ok "plaintext has none" fails test -e "$(tls plaintext)"
same "keys are for their owner alone" \
	"$(stat -c %a "$root/t/ca.key" "$(tls mail)" "$(tls tls-invalid)" | sort -u)" 600
same "the CA signs certificates and nothing else" \
	"$(openssl x509 -in "$root/t/ca.pem" -noout -ext basicConstraints,keyUsage | grep -v '^X509' | tr -s ' ')" \
	" CA:TRUE, pathlen:0
 Certificate Sign, CRL Sign"
ok "a certificate of it cannot sign others" fails openssl verify -CAfile "$(tls mail)" "$(tls dane)"
same "the key stands before the certificate" "$(grep -n BEGIN "$(tls mail)" | tr '\n' ' ')" \
	"1:-----BEGIN PRIVATE KEY----- 6:-----BEGIN CERTIFICATE----- "

# The pin, as openssl makes it.
pin_of() { # FILE
	printf '3 1 1 '
	openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d ' ' -f 1
}
same "pin" "$("$emt_site" pin "$(tls dane)")" "$(pin_of "$(tls dane)")"
openssl x509 -in "$(tls dane)" -outform DER -out "$root/dane.der"
same "pin of DER" "$("$emt_site" pin "$root/dane.der")" "$(pin_of "$(tls dane)")"
cat "$(tls dane)" "$root/t/ca.pem" >"$root/chain"
same "pin of a chain is its first's" "$("$emt_site" pin "$root/chain")" "$(pin_of "$(tls dane)")"
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$root/rsa" -subj /CN=x -days 1 2>/dev/null
same "pin of RSA" "$("$emt_site" pin "$root/rsa")" "$(pin_of "$root/rsa")"
refuses() { # REGEX CODE COMMAND...
	r_regex=$1 r_code=$2
	shift 2
	"$@" >"$root/out" 2>"$root/said"
	r_status=$?
	grep -qE "$r_regex" "$root/said" && [ $r_status -eq "$r_code" ] && [ ! -s "$root/out" ] && return
	echo "exit $r_status"
	cat "$root/out" "$root/said"
	return 1
}
head -c 300 "$root/dane.der" >"$root/cut"
ok "pin of half a certificate" refuses "not an X.509 certificate" 78 "$emt_site" pin "$root/cut"
ok "pin of a key" refuses "no certificate in it" 78 "$emt_site" pin "$root/t/ca.key"
ok "pin of nothing" refuses "No such file" 78 "$emt_site" pin "$root/none"
ok "pin of two" refuses "one name" 64 "$emt_site" pin "$root/dane.der" "$root/dane.der"

# Again: keys and CA stay, certificates are new.
pin_before=$(pin_of "$(tls dane)")
cp "$(tls dane)" "$root/before"
ok "again, a month later" testca --now $((now + 30 * 86400))
same "the pin is the same" "$(pin_of "$(tls dane)")" "$pin_before"
ok "the CA too" cmp "$root/ca" "$root/t/ca.pem"
ok "the certificate is new" fails cmp "$root/before" "$(tls dane)"
ok "again, when the CA comes to its end" testca --now $((now + 850 * 86400))
ok "then it is new" fails cmp "$root/ca" "$root/t/ca.pem"
testca >/dev/null
cp "$root/chain" "$(tls mail)" && sed -i '/BEGIN PRIVATE/,/END PRIVATE/d' "$(tls mail)"
before=$(cksum "$(tls mail)")
ok "a file without a key is somebody's" refuses "holds no P-256 key" 75 testca
same "and stays" "$(cksum "$(tls mail)")" "$before"
tap_end
