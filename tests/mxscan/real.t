#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-mxscan | emt-mxinfer names the providers behind domains whose mail goes to real Postfix, Exim and OpenSMTPD with
# certificates of a root of the test's own; one is reached by IPv6 alone.  Exim and OpenSMTPD are taken from where they are
# installed, or from the folder where ./setup unpacks them (they cannot be installed beside Postfix).
. tests/tap.sh
. tests/delivery/postfix.sh
. tests/mxscan/world.sh
[ -x /usr/lib/postfix/sbin/master ] || skip_all "postfix is not installed"
[ -x "$OBJ/mxinfer/emt-mxinfer" ] || skip_all "emt-mxinfer is not built"
enter_world "$0"
servers=${EMT_TEST_SERVERS:-/usr/local/lib/emt-test-servers}
root=$dir
chmod 755 "$dir"

# program NAME: its path
program()
{
	for p_place in /usr/sbin "$servers/usr/sbin"; do
		[ ! -x "$p_place/$1" ] || { echo "$p_place/$1"; return; }
	done
}
exim=$(program exim4)
smtpd=$(program smtpd)
libraries=$(echo "$servers"/usr/lib/*-linux-gnu):$(echo "$servers"/lib/*-linux-gnu)

make_root
certificate postfix mx.postfix-mail.com -days 10
certificate exim mx.exim-mail.com -days 10
new_key=rsa:2048
certificate smtpd mx.smtpd-mail.com -days 10
more_in_root='one.com. MX 10 mx.postfix-mail.com.
mx.postfix-mail.com. A 198.51.100.1
mx.postfix-mail.com. AAAA 2001:db8:1::1
six.com. MX 10 mx6.postfix-mail.com.
mx6.postfix-mail.com. AAAA 2001:db8:1::6
two.com. MX 10 mx.exim-mail.com.
mx.exim-mail.com. A 198.51.100.2
three.com. MX 10 mx.smtpd-mail.com.
mx.smtpd-mail.com. A 198.51.100.3
mx.smtpd-mail.com. AAAA 2001:db8:1::3'
: >"$dir/hosts"
start_world
ip addr add 198.51.100.1/32 dev lo
ip addr add 198.51.100.2/32 dev lo
ip addr add 198.51.100.3/32 dev lo
for address in 1 3 6; do
	ip -6 addr add 2001:db8:1::$address/128 dev lo nodad
done

touch "$dir/aliases"
echo "tlsmgr unix - - n 1000? 1 tlsmgr" >"$dir/master"
start_postfix <<CONF
inet_protocols = all
inet_interfaces = 198.51.100.1, [2001:db8:1::1], [2001:db8:1::6]
myhostname = mx.postfix-mail.com
smtpd_tls_security_level = may
smtpd_tls_cert_file = $dir/postfix.crt
smtpd_tls_key_file = $dir/postfix.key
CONF

# listens ADDRESS
listens()
{
	python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], 25), 2).close()' "$1"
}
wait_for Postfix listens 198.51.100.1

domains="one.com six.com"
want="one.com Postfix TLS
six.com Postfix TLS"
versions="198.51.100.1 ok ok TLSv1.3 true ok
2001:db8:1::1 ok ok TLSv1.3 true ok
2001:db8:1::6 ok ok TLSv1.3 true name-mismatch"
# Their users.
{ cat /etc/passwd; echo "opensmtpd:x:990:990::/var/lib/opensmtpd/empty:/bin/false"
  echo "opensmtpq:x:991:991::/var/lib/opensmtpd/empty:/bin/false"
  echo "Debian-exim:x:992:992::/var/spool/exim4:/bin/false"; } >"$dir/passwd"
{ cat /etc/group; echo "opensmtpd:x:990:"; echo "opensmtpq:x:991:"; echo "Debian-exim:x:992:"; } >"$dir/group"
mount --bind "$dir/passwd" /etc/passwd
mount --bind "$dir/group" /etc/group
if [ -n "$exim" ]; then
	mkdir "$dir/exim"
	chown nobody:nogroup "$dir/exim"
	chmod 644 "$dir/exim.key"
	cat >"$dir/exim.conf" <<-CONF
		primary_hostname = mx.exim-mail.com
		exim_user = nobody
		exim_group = nogroup
		spool_directory = $dir/exim
		log_file_path = $dir/exim/%slog
		pid_file_path = $dir/exim/pid
		local_interfaces = 198.51.100.2
		daemon_smtp_ports = 25
		tls_advertise_hosts = *
		tls_certificate = $dir/exim.crt
		tls_privatekey = $dir/exim.key
		host_lookup =
		rfc1413_query_timeout = 0s
		keep_environment =
	CONF
	LD_LIBRARY_PATH=$libraries "$exim" -C "$dir/exim.conf" -bdf >"$dir/exim.log" 2>&1 &
	wait_for Exim listens 198.51.100.2
	domains="$domains two.com"
	want="$want
two.com Exim TLS"
	versions="$versions
198.51.100.2 ok ok TLSv1.3 true ok"
else
	ok "Exim # SKIP exim4-daemon-light is not there" true
fi
if [ -n "$smtpd" ]; then
	# It wants folders of its own.
	mount -t tmpfs -o mode=755 emt-test /var/spool
	mount -t tmpfs -o mode=755 emt-test /var/lib
	mkdir -p /var/lib/opensmtpd/empty
	install -d -m 711 /var/spool/smtpd
	chmod 600 "$dir/smtpd.key"
	echo mx.smtpd-mail.com >"$dir/mailname"
	cat >"$dir/smtpd.conf" <<-CONF
		pki mx.smtpd-mail.com cert "$dir/smtpd.crt"
		pki mx.smtpd-mail.com key "$dir/smtpd.key"
		listen on 198.51.100.3 tls pki mx.smtpd-mail.com hostname mx.smtpd-mail.com
		listen on 2001:db8:1::3 tls pki mx.smtpd-mail.com hostname mx.smtpd-mail.com
		action drop expand-only alias { "x" = "y" }
		match from local for local reject
	CONF
	LD_LIBRARY_PATH=$libraries "$smtpd" -d -f "$dir/smtpd.conf" >"$dir/smtpd.log" 2>&1 &
	wait_for OpenSMTPD listens 198.51.100.3
	domains="$domains three.com"
	# OpenSMTPD 6.8.0p2 signs in another process, which fails with OpenSSL 3: then it ends every client's handshake.
	if echo QUIT | openssl s_client -starttls smtp -connect 198.51.100.3:25 2>&1 | grep -q 'alert internal error'; then
		source=Banner/EHLO tls="failed null null null"
	else
		source=TLS tls="ok TLSv1.3 true ok"
	fi
	want="$want
three.com OpenSMTPD $source"
	versions="$versions
198.51.100.3 ok $tls
2001:db8:1::3 ok $tls"
else
	ok "OpenSMTPD # SKIP opensmtpd is not there" true
fi

# shellcheck disable=SC2086 # a list
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --allow 198.51.100.0/24,2001:db8::/32 --share . --patience 20s \
	--roots "$dir/root.pem" $domains 2>"$dir/err" >"$dir/records"
same "the scan" "$? $(cat "$dir/err")" "0 "
ok "its records fit their schema" tests/tools/check_schema.py schema/mx-scan-1.json "$dir/records"
same "each host, by its one connection" "$(jq -r 'select(.kind == "address") | [.address, .outcome, .starttls, .tls.version,
	.trusted, .verify] | map(tostring) | join(" ")' "$dir/records" | sort)" "$(echo "$versions" | sort)"
cat >"$dir/providers" <<TABLE
date 2026-01-01
company Postfix
	ids postfix-mail.com
company Exim
	ids exim-mail.com
company OpenSMTPD
	ids smtpd-mail.com
TABLE
# shellcheck disable=SC2086
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --allow 198.51.100.0/24,2001:db8::/32 --share . --patience 20s \
	--roots "$dir/root.pem" $domains | "$OBJ/mxinfer/emt-mxinfer" --now 1640000000 --providers "$dir/providers" \
	>"$dir/ids" 2>"$dir/err"
same "emt-mxscan | emt-mxinfer: each provider" "$(jq -r '"\(.domain) \(.ids[0].company) \(.ids[0].source)"' "$dir/ids" | sort)" \
	"$(echo "$want" | sort)" || sed 's/^/# /' "$dir/err" "$dir/ids"
tap_end
