# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# server.sh - the site with another name server than NSD: `server=bind; . tests/site/server.sh`.  The servers start from
# the rendered files, a validating resolver believes all that they say, and each logs what it was asked.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}" "${server:?bind, powerdns or knot}"
. tests/delivery/postfix.sh

case $server in
bind) program=named ;;
powerdns) program=pdns_server ;;
knot) program=knotd ;;
esac
for needed in $program unbound drill; do
	command -v $needed >/dev/null || skip_all "$needed is not installed"
done
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
site=example-setup/site.conf
tree=$root/tree
ok "emt-site render" "$OBJ/site/emt-site" render -c $site --set name_server=$server -o "$tree"
ok "emt-site sign" "$OBJ/site/emt-site" sign -c $site -o "$tree"
# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses $site)

logs() { # FQDN: what its server has logged of queries
	case $server in
	bind) on "$1" cat /var/log/named/queries.log ;;
	powerdns) on "$1" cat /var/log/pdns.log ;;
	esac
}

for name in dns dns-v6 dns-dnssec-broken; do
	boot_host "$tree" $name.$M
	on $name.$M install -d /var/cache/bind
	ok "$program of $name" start_$server $name.$M
done

cat >"$root/unbound.conf" <<CONF
server:
	interface: 127.0.0.1
	username: ""
	chroot: ""
	directory: "$root"
	pidfile: "$root/unbound.pid"
	use-syslog: no
	logfile: "$root/unbound.log"
	module-config: "validator iterator"
	trust-anchor-file: "$tree/owner/$M.ds"
	do-not-query-localhost: no
	# A server that is slow to start is not to be given up.
	infra-host-ttl: 1
stub-zone:
	name: "$M"
	stub-addr: 198.51.100.28
CONF
unbound -c "$root/unbound.conf"

asked() { # NAME TYPE: rcode, "ad" if validated, and the data of the answers
	drill -D @127.0.0.1 "$1" "$2" | awk '
		/rcode:/ { sub(/.*rcode: /, ""); sub(/,.*/, ""); printf "%s", $0 }
		/^;; flags:.* ad / { printf " ad" }
		/^;; ANSWER/ { answer = 1; next }
		/^;; AUTHORITY/ { answer = 0 }
		answer && NF > 4 && $4 != "RRSIG" { for (i = 5; i <= NF; i++) printf " %s", $i }
		END { print "" }'
}
is_secure() {
	asked "$1" SOA | grep -q "NOERROR ad"
}
for zone in $M rdns.$M v6only.$M v6only-ok.$M dnssec-ok.$M; do
	ok "$zone is secure" wait_for 30 is_secure $zone
done
same "dnssec-broken is bogus" "$(asked dnssec-broken.$M SOA)" SERVFAIL
same "a case" "$(asked v4-mail.$M MX)" "NOERROR ad 10 mail-v4.$M."
same "a case of v6only" "$(asked v6-mail.v6only.$M MX)" "NOERROR ad 10 mail-v6.$M."
same "a wildcard" "$(asked aaaaaaaaaaaaaaaaaaaaaaaaaa.v4-mail.$M MX)" "NOERROR ad 10 mail-v4.$M."
same "a type that a wildcard has not" "$(asked _mta-sts.v4-mail.$M TXT)" "NOERROR ad"
same "a name that is not there" "$(asked nosuch.$M A)" "NXDOMAIN ad"
same "a type that is not there" "$(asked mail-v4.$M AAAA)" "NOERROR ad"
same "TLSA" "$(asked _25._tcp.dane-ok.$M TLSA | cut -c 1-17)" "NOERROR ad 3 1 1 "
same "the parent's server knows the delegation alone" \
	"$(drill @198.51.100.28 v4-mail.v6only.$M MX | awk '/^;; ANSWER/ { a = 1 } /^;; AUTH/ { a = 0 } a && /IN\tMX/')" ""
same "a child's server refuses the parent's names" "$(drill @198.51.100.29 v4-mail.$M MX | sed -n 's/.*rcode: \([A-Z]*\),.*/\1/p')" \
	REFUSED
signature() {
	drill -D @198.51.100.29 v6only.$M SOA | awk '$4 == "RRSIG" { print $NF; exit }'
}
before=$(signature)
ok "the servers' machine renews its signatures" on dns-v6.$M "$OBJ/site/emt-site" sign -c /etc/emt/sign.conf \
	--share "$PWD" --machine dns-v6.$M -o /
ok "reload" on dns-v6.$M /etc/emt/reload
renewed() {
	[ -n "$before" ] && [ -n "$(signature)" ] && [ "$(signature)" != "$before" ]
}
ok "and the server has the new ones" wait_for 20 renewed

if [ $server != knot ]; then # which sends them by dnstap
	is_logged() {
		logs dns-v6.$M | grep -qi "v6-mail.v6only.$M"
	}
	ok "queries are in the log" wait_for 10 is_logged
fi
tap_end
