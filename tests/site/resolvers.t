#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Validating resolvers of three kinds, each once with IPv4 and once with IPv6 alone, below a root of the test's own: what
# each makes of each case is what `emt-site check` says of a resolver of that family, and a token of each case reaches the
# authority through each of them.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
for program in nsd unbound named drill ldns-signzone; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
site=example-setup/site.conf
tree=$root/tree
# BIND as the authority: its log says in plain text who asked for what.
ok "emt-site render" "$OBJ/site/emt-site" render -c $site --set name_server=bind -o "$tree"
ok "emt-site sign" "$OBJ/site/emt-site" sign -c $site -o "$tree"
# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses $site) 203.0.113.1 2001:db8:f::1
for name in dns dns-v6 dns-dnssec-broken; do
	boot_host "$tree" $name.$M
	ok "the authority $name" on $name.$M sh -ec 'install -d -o bind /run/named /var/log/named /var/cache/bind
		named -u bind -c /etc/bind/named.conf'
done

# A root that knows this site alone.
mkdir "$root/top"
{
	echo '. 60 IN SOA a.root. nobody. 1 60 60 60 60'
	echo '. 60 IN NS a.root.'
	echo 'a.root. 60 IN A 203.0.113.1'
	echo 'a.root. 60 IN AAAA 2001:db8:f::1'
	cat "$tree/owner/$M.delegation" "$tree/owner/$M.ds"
} | grep -v '^;' >"$root/top/zone"
(
	cd "$root/top"
	key=$(ldns-keygen -a ECDSAP256SHA256 -k .)
	mv "$key.key" root.key
	mv "$key.private" root.private
	ldns-signzone -o . -f signed zone root
	printf '. 60 NS a.root.\na.root. 60 A 203.0.113.1\na.root. 60 AAAA 2001:db8:f::1\n' >hints
	cat >nsd.conf <<-CONF
		server:
			ip-address: 203.0.113.1
			ip-address: 2001:db8:f::1
			server-count: 1
			username: ""
			database: ""
			zonesdir: "$root/top"
			pidfile: "$root/top/nsd.pid"
			xfrdfile: "$root/top/xfrd"
			zonelistfile: "$root/top/list"
			xfrdir: "$root/top"
		remote-control:
			control-enable: no
		zone:
			name: "."
			zonefile: "signed"
	CONF
)
ok "the root" nsd -c "$root/top/nsd.conf"

# Each resolver is a folder, an address of its family, and nothing else.
place() { # NAME ADDRESS
	add_addresses "$2"
	mkdir "$root/$1"
	resolvers="${resolvers-} $1,$2"
}
start_unbound() { # NAME ADDRESS yes|no yes|no: IPv4, IPv6
	place "$1" "$2"
	cat >"$root/$1/conf" <<-CONF
		server:
			interface: $2
			outgoing-interface: $2
			access-control: 0.0.0.0/0 allow
			access-control: ::0/0 allow
			do-ip4: $3
			do-ip6: $4
			username: ""
			chroot: ""
			directory: "$root/$1"
			pidfile: "$root/$1/pid"
			use-syslog: no
			logfile: "$root/$1/log"
			module-config: "validator iterator"
			root-hints: "$root/top/hints"
			trust-anchor-file: "$root/top/root.key"
			do-not-query-localhost: no
	CONF
	unbound -c "$root/$1/conf"
}
start_bind() { # NAME ADDRESS 4|6
	place "$1" "$2"
	case $3 in
	4) sb_listen="listen-on { $2; }; listen-on-v6 { none; }; query-source address $2;" ;;
	6) sb_listen="listen-on { none; }; listen-on-v6 { $2; }; query-source-v6 address $2;" ;;
	esac
	cat >"$root/$1/conf" <<-CONF
		options {
			directory "$root/$1";
			pid-file "$root/$1/pid";
			session-keyfile none;
			managed-keys-directory "$root/$1";
			$sb_listen
			allow-query { any; };
			allow-recursion { any; };
			dnssec-validation yes;
			empty-zones-enable no;
		};
		controls { };
		zone "." { type hint; file "$root/top/hints"; };
		trust-anchors { . static-key $(awk '$4 == "DNSKEY" || $3 == "DNSKEY" { sub(/.*DNSKEY[ \t]*/, ""); sub(/;.*/, ""); print $1, $2, $3, "\"" $4 "\"" }' "$root/top/root.key"); };
		logging { channel c { file "$root/$1/log"; }; category default { c; }; };
	CONF
	named "-$3" -c "$root/$1/conf"
}
start_knot_resolver() { # NAME ADDRESS 4|6
	place "$1" "$2"
	case $3 in
	4) sk_other="net.ipv6 = false; net.outgoing_v4('$2')" ;;
	6) sk_other="net.ipv4 = false; net.outgoing_v6('$2')" ;;
	esac
	cat >"$root/$1/conf" <<-CONF
		$sk_other
		net.listen('$2', 53, { kind = 'dns' })
		modules.load('hints')
		hints.root_file('$root/top/hints')
		trust_anchors.remove('.')
		trust_anchors.add_file('$root/top/root.key', true)
		cache.size = 10 * MB
		log_target('stderr')
	CONF
	kresd -n -c "$root/$1/conf" "$root/$1" >"$root/$1/log" 2>&1 &
}
start_unbound unbound-ipv4 203.0.113.11 yes no
start_unbound unbound-ipv6 2001:db8:f::12 no yes
start_bind bind-ipv4 203.0.113.13 4
start_bind bind-ipv6 2001:db8:f::14 6
if command -v kresd >/dev/null; then
	start_knot_resolver knot-ipv4 203.0.113.15 4
	start_knot_resolver knot-ipv6 2001:db8:f::16 6
else
	echo "# Knot Resolver is not installed"
fi

asked() { # ADDRESS NAME TYPE [OPTION...]: rcode, "ad" if validated, and the data of the answers
	as_server=$1 as_name=$2 as_type=$3
	shift 3
	drill -D "$@" "@$as_server" "$as_name" "$as_type" | awk '
		/rcode:/ { sub(/.*rcode: /, ""); sub(/,.*/, ""); printf "%s", $0 }
		/^;; flags:.* ad / { printf " ad" }
		/^;; ANSWER/ { answer = 1; next }
		/^;; AUTHORITY/ { answer = 0 }
		answer && NF > 4 && $4 != "RRSIG" { for (i = 5; i <= NF; i++) printf " %s", $i }
		END { print "" }'
}
is_secure() { # ADDRESS
	asked "$1" $M SOA | grep -q "NOERROR ad"
}
token() { # CASE: the first of its pool
	case $1 in
	*.*) tk_zone=${1#*.}.$M tk_case=${1%%.*} ;;
	*) tk_zone=$M tk_case=$1 ;;
	esac
	sed -n "s/^\([a-z2-7]\{26\}\)\.$tk_case	IN MX.*/\1/p" "$tree"/*/etc/nsd/zones/$tk_zone.zone | head -n 1
}
authority_of() { # CASE: the host whose server answers for its tokens
	case $1 in
	*.v6only | *.v6only-ok) echo dns-v6 ;;
	*.dnssec-*) echo dns-dnssec-broken ;;
	*) echo dns ;;
	esac
}
reached() { # CASE NAME ADDRESS: did that address ask the case's authority for the name?
	on "$(authority_of "$1").$M" cat /var/log/named/queries.log | grep -i "client .* $3#" | grep -qiF "($2)"
}

cases=$(cd testcases && ls ./*.conf | sed 's,^\./,,; s/\.conf$//')
for resolver in $resolvers; do
	name=${resolver%%,*} address=${resolver#*,}
	ok "$name: the site is secure" wait_for 60 is_secure "$address" ||
		tail -n 20 "$root/$name/log" | sed 's/^/# /'
	for case in $cases; do
		token=$(token "$case")
		domain=$token.$case.$M
		want="NOERROR ad 10 $token.mx.$case.$M."
		reaches=reached
		case $case,$name in
		*.v6only,*-ipv4) want=SERVFAIL reaches="fails reached" ;;
		*.dnssec-broken,*) want=SERVFAIL ;;
		esac
		same "$name: $case" "$(asked "$address" "$domain" MX)" "$want"
		case $case in
		*.dnssec-broken)
			# With CD the data are given: that the token reaches us.
			same "$name: $case, not validated" "$(asked "$address" "$domain" MX -o CD)" \
				"NOERROR 10 $token.mx.$case.$M."
			;;
		esac
		# shellcheck disable=SC2086 # a command and its arguments
		ok "$name: the token of $case ${reaches#reached}" $reaches "$case" "$domain" "$address"
	done
	case $name in
	*-ipv4) want=SERVFAIL ;;
	*) want="NOERROR ad dns.v6only.$M." ;;
	esac
	same "$name: v6only itself" "$(asked "$address" v6only.$M NS)" "$want"
	same "$name: a name that is not there" "$(asked "$address" nosuch.$M A)" "NXDOMAIN ad"
	same "$name: a wildcard's" "$(asked "$address" aaaaaaaaaaaaaaaaaaaaaaaaaa.v4-mail.$M MX)" \
		"NOERROR ad 10 mail-v4.$M."
	same "$name: a type that is not there" "$(asked "$address" mail-v6.$M A)" "NOERROR ad"
done
tap_end
