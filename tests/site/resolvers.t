#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Nine validating resolvers below a root of the test's own: Unbound, BIND and Knot Resolver, each in a network with both
# address families, with IPv4 alone and with IPv6 alone; none is told which families it has.  What each makes of each case
# is what METHOD says: secure, bogus or unreachable; and every token that it may reach shows in what the rendered name
# servers tell emt-queries, before and after the resolver has learnt all that it can about names that are not there.
# EMT_SERVER=bind|powerdns|knot: the same with another name server as authority.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
server=${EMT_SERVER-nsd}
for program in nsd unbound drill ldns-signzone; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
site=example-setup/site.conf
tree=$root/tree
if [ -n "${EMT_SOAK-}" ]; then cold=8 warm=8; else cold=2 warm=2; fi
ok "emt-site render" "$OBJ/site/emt-site" render -c $site --set name_server="$server" \
	--set tokens_per_case=$((cold + warm)) -o "$tree"
ok "emt-site sign" "$OBJ/site/emt-site" sign -c $site --set tokens_per_case=$((cold + warm)) -o "$tree"

# The authority, with the collector of the rendered unit where there is one.
# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses $site)
mount -t tmpfs -o mode=755 emt-test /usr/local/bin
mkdir -p /usr/local/bin
cp "$OBJ/queryparse/emt-queries" /usr/local/bin/
for name in dns dns-v6 dns-dnssec-broken; do
	host=$name.$M
	boot_host "$tree" $host
	make_folders $host
	on $host install -d /var/cache/bind
	case $server in
	nsd | knot)
		job=$(on $host sed -n 's/^ExecStart=//p' /etc/systemd/system/emt-queries-collect.service)
		# shellcheck disable=SC2086 # a command line
		on $host $job 2>"$root/$name.collect" &
		ok "$name: $job" wait_for 20 on $host test -S /run/emt/dnstap.sock
		;;
	esac
	ok "the authority $name" "start_$server" $host
done

# The zones above: root, com and example.com, each a server of its own.
top() { # NAME ORIGIN LAST-NUMBER: signs $root/NAME/zone and serves it
	add_addresses 203.0.113.$3 2001:db8:f::$3
	(
		cd "$root/$1"
		key=$(ldns-keygen -a ECDSAP256SHA256 -k "$2")
		mv "$key.key" key.key
		mv "$key.private" key.private
		ldns-signzone -n -o "$2" -f signed zone key
		ldns-key2ds -n -2 key.key >ds
		cat >nsd.conf <<-CONF
			server:
				ip-address: 203.0.113.$3
				ip-address: 2001:db8:f::$3
				server-count: 1
				username: ""
				database: ""
				zonesdir: "$PWD"
				pidfile: "$PWD/pid"
				xfrdfile: "$PWD/xfrd"
				zonelistfile: "$PWD/list"
				xfrdir: "$PWD"
				rrl-ratelimit: 0
			remote-control:
				control-enable: no
			zone:
				name: "$2"
				zonefile: "signed"
		CONF
	)
	ok "the server of $1" nsd -c "$root/$1/nsd.conf"
}
apex() { # ORIGIN NS LAST-NUMBER: SOA and NS records, and the addresses of the server
	printf '%s 60 IN %s\n' "$1" "SOA $2 nobody.example.com. 1 60 60 60 60" "$1" "NS $2"
	name_server "$2" "$3"
}
name_server() { # NS LAST-NUMBER
	printf '%s 60 IN %s\n' "$1" "A 203.0.113.$2" "$1" "AAAA 2001:db8:f::$2"
}
mkdir "$root/example" "$root/com" "$root/root"
{
	apex example.com. dns.example.com. 3
	cat "$tree/owner/$M.delegation" "$tree/owner/$M.ds"
} >"$root/example/zone"
top example example.com. 3
{
	apex com. a.nic.com. 2
	echo "example.com. 60 IN NS dns.example.com."
	name_server dns.example.com. 3
	cat "$root/example/ds"
} >"$root/com/zone"
top com com. 2
{
	apex . a.root.example. 1
	echo "com. 60 IN NS a.nic.com."
	name_server a.nic.com. 2
	cat "$root/com/ds" "$tree"/owner/*.ip6.arpa.delegation "$tree"/owner/*.ip6.arpa.ds
} >"$root/root/zone"
top root . 1
{
	echo ". 60 NS a.root.example."
	name_server a.root.example. 1
} >"$root/hints"

# The networks of the resolvers: a cable to this one, with a router at its other end.
resolver() { # KIND FAMILY LAST-NUMBER: "both", "ipv4" or "ipv6"
	name=$1-$2
	mkdir "$root/$name"
	unshare --net sh -c 'echo $$ >"$1" && exec sleep infinity' sh "$root/$name/ns" &
	wait_for 20 test -s "$root/$name/ns"
	ns=$(cat "$root/$name/ns")
	ip link add "r$3" type veth peer name eth0 netns "$ns"
	ip link set "r$3" up
	nsenter -t "$ns" -n ip link set lo up
	[ "$2" != ipv4 ] || nsenter -t "$ns" -n sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	nsenter -t "$ns" -n ip link set eth0 up
	ips=
	if [ "$2" != ipv6 ]; then
		ips=203.0.113.$3
		nsenter -t "$ns" -n ip addr add "203.0.113.$3/32" dev eth0
		nsenter -t "$ns" -n ip route add default dev eth0
		ip route add "203.0.113.$3/32" dev "r$3"
	fi
	if [ "$2" != ipv4 ]; then
		ips="$ips 2001:db8:f::$3"
		ip -6 addr add fe80::1/64 dev "r$3" nodad
		nsenter -t "$ns" -n ip -6 addr add "2001:db8:f::$3/128" dev eth0 nodad
		nsenter -t "$ns" -n ip -6 route add default via fe80::1 dev eth0
		ip -6 route add "2001:db8:f::$3/128" dev "r$3"
	fi
	ips=${ips# }
	echo "$ips" >"$root/$name/ips"
	"configure_$1" "$root/$name" >"$root/$name/conf"
	nsenter -t "$ns" -n sh -c "$(start_"$1" "$root/$name")" >"$root/$name/said" 2>&1 &
	resolvers="${resolvers-} $name"
}

configure_unbound() { # FOLDER
	cat <<-CONF
		server:
		$(printf '\tinterface: %s\n' $ips)
			access-control: 0.0.0.0/0 allow
			access-control: ::0/0 allow
			username: ""
			chroot: ""
			directory: "$1"
			pidfile: "$1/pid"
			use-syslog: no
			logfile: "$1/log"
			module-config: "validator iterator"
			root-hints: "$root/hints"
			trust-anchor-file: "$root/root/key.key"
			local-zone: "8.b.d.0.1.0.0.2.ip6.arpa." nodefault
	CONF
}
start_unbound() { # FOLDER: prints the command
	echo "exec unbound -d -c $1/conf"
}
configure_named() {
	cn_key=$(awk '$4 == "DNSKEY" || $3 == "DNSKEY" { sub(/.*DNSKEY[ \t]*/, ""); sub(/;.*/, ""); print $1, $2, $3, "\"" $4 "\"" }' \
		"$root/root/key.key")
	cat <<-CONF
		options {
			directory "$1";
			pid-file "$1/pid";
			session-keyfile none;
			managed-keys-directory "$1";
			listen-on { any; };
			listen-on-v6 { any; };
			allow-query { any; };
			allow-recursion { any; };
			dnssec-validation yes;
			empty-zones-enable no;
		};
		controls { };
		zone "." { type hint; file "$root/hints"; };
		trust-anchors { . static-key $cn_key; };
		logging { channel c { file "$1/log"; }; category default { c; }; };
	CONF
}
start_named() {
	echo "exec named -f -c $1/conf"
}
configure_kresd() {
	printf "net.listen('%s', 53, { kind = 'dns' })\n" $ips
	cat <<-CONF
		modules.load('hints')
		hints.root_file('$root/hints')
		trust_anchors.remove('.')
		trust_anchors.add_file('$root/root/key.key', true)
		cache.size = 10 * MB
		policy.add(policy.suffix(policy.PASS, policy.todnames({'8.b.d.0.1.0.0.2.ip6.arpa'})))
		log_target('stderr')
	CONF
}
start_kresd() {
	echo "exec kresd -n -c $1/conf $1"
}
number=11
for kind in unbound named kresd; do
	command -v $kind >/dev/null || {
		ok "# SKIP $kind is not installed" true
		continue
	}
	for family in both ipv4 ipv6; do
		resolver $kind $family $number
		number=$((number + 1))
	done
done

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
cases=$(cd testcases && ls ./*.conf | sed 's,^\./,,; s/\.conf$//')
for case in $cases; do
	case $case in
	*.*) zone=${case#*.}.$M label=${case%%.*} ;;
	*) zone=$M label=$case ;;
	esac
	sed -n "s/^\([a-z2-7]\{26\}\)\.$label	IN MX.*/\1/p" "$tree"/*/etc/nsd/zones/"$zone.zone" >"$root/tokens.$case"
	same "$case: its pool" "$(wc -l <"$root/tokens.$case")" $((cold + warm))
done
tokens() { # CASE cold|warm
	case $2 in
	cold) head -n $cold "$root/tokens.$1" ;;
	warm) tail -n $warm "$root/tokens.$1" ;;
	esac
}

# What one resolver says: into a file of its folder for each case and kind of question, all resolvers at once.
question() { # NAME TYPE [OPTION...]
	echo "$1 $2 $(asked "$ip" "$@")"
}
is_up() {
	asked "$ip" example.com SOA | grep -q "NOERROR ad"
}
ask_tokens() { # cold|warm
	for case in $cases; do
		for token in $(tokens "$case" "$1"); do
			question "$token.$case.$M" MX >>"$1.$case"
			case $case in
			*.dnssec-broken) question "$token.$case.$M" MX -o CD >>"not-validated.$case" ;;
			esac
		done
	done
}
ask_all() { # NAME
	cd "$root/$1" || return
	read -r ip _ <ips
	mkdir answers
	wait_for 60 is_up || return
	cd answers || return
	ask_tokens cold
	# All that a resolver can learn about names that are not there, and about those that a wildcard makes.
	for case in $cases; do
		for name in aaaaaaaaaaaaaaaaaaaaaaaaaa 777777777777777777777777aa; do
			question $name.$case.$M MX
		done >"wildcard.$case"
		question "_mta-sts.$case.$M" TXT >"no-type.$case"
		question "_dmarc.$(tokens "$case" cold | head -n 1).$case.$M" TXT >"no-name.$case"
	done
	question nosuch.$M A >no-name
	question zzz.nosuch.$M MX >>no-name
	ask_tokens warm
	for case in $cases; do
		for type in A AAAA; do
			question "$(tokens "$case" cold | head -n 1).mx.$case.$M" $type
		done >"addresses.$case"
	done
	for zone in v6only v6only-ok dnssec-ok dnssec-broken; do
		question $zone.$M NS
	done >zones
	question 2.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR >reverse
	question $M DS >ds
}
children=
for name in $resolvers; do
	ask_all "$name" &
	children="$children $!"
done

# What they are to say: the same files.
outcome() { # CASE FAMILY: secure, bogus or unreachable
	case $1,$2 in
	*.v6only,ipv4) echo unreachable ;;
	*.dnssec-broken,*) echo bogus ;;
	*) echo secure ;;
	esac
}
zone_data() { # CASE OWNER TYPE: what the zone file of the case holds there, in one line
	case $1 in
	*.*) zd_origin=${1#*.}.$M ;;
	*) zd_origin=$M ;;
	esac
	awk -v owner="${2%."$zd_origin"}" -v type="$3" '$1 == owner && $3 == type { printf " %s%s", $4, $5 ? " " $5 : "" }' \
		"$tree"/*/etc/nsd/zones/"$zd_origin.zone"
}
expect() { # NAME TYPE SECURE-OUTCOME: a line, by $outcome of the case
	[ "$outcome" = secure ] && echo "$1 $2 $3" || echo "$1 $2 SERVFAIL"
}
expect_case() {
	outcome=$(outcome "$case" "$family")
	for temper in cold warm; do
		for token in $(tokens "$case" $temper); do
			expect "$token.$case.$M" MX "NOERROR ad 10 $token.mx.$case.$M." >>"$temper.$case"
			[ "$outcome" != bogus ] ||
				echo "$token.$case.$M MX NOERROR 10 $token.mx.$case.$M." >>"not-validated.$case"
		done
	done
	for name in aaaaaaaaaaaaaaaaaaaaaaaaaa 777777777777777777777777aa; do
		expect $name.$case.$M MX "NOERROR ad$(zone_data "$case" "$case.$M" MX)"
	done >"wildcard.$case"
	expect "_mta-sts.$case.$M" TXT "NOERROR ad" >"no-type.$case"
	token=$(tokens "$case" cold | head -n 1)
	expect "_dmarc.$token.$case.$M" TXT "NXDOMAIN ad" >"no-name.$case"
	for type in A AAAA; do
		expect "$token.mx.$case.$M" $type "NOERROR ad$(zone_data "$case" "$token.mx.$case.$M" $type)"
	done >"addresses.$case"
}
expect_all() { # FAMILY
	family=$1
	mkdir "$root/$1" && cd "$root/$1" || return
	for case in $cases; do
		expect_case
	done
	outcome=$(outcome x.v6only "$1")
	{
		expect v6only.$M NS "NOERROR ad dns.v6only.$M."
		echo "v6only-ok.$M NS NOERROR ad dns.v6only-ok.$M."
		echo "dnssec-ok.$M NS NOERROR ad dns-dnssec-broken.$M."
		echo "dnssec-broken.$M NS SERVFAIL"
	} >zones
	printf '%s NXDOMAIN ad\n' "nosuch.$M A" "zzz.nosuch.$M MX" >no-name
	echo "2.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR NOERROR ad mail.$M." >reverse
	echo "$M DS NOERROR ad $(sed 's/.* DS //' "$tree/owner/$M.ds")" >ds
}
for family in both ipv4 ipv6; do
	(expect_all $family)
done

# shellcheck disable=SC2086 # a list of numbers
wait $children
for name in $resolvers; do
	family=${name#*-}
	same "$name answers what it was asked" "$(ls "$root/$name/answers")" "$(ls "$root/$family")"
	for file in "$root/$family"/*; do
		file=${file##*/} case=${file#*.}
		[ "$case" = "$file" ] && what="$name: $file" ||
			what="$name: $case: $(outcome "$case" "$family"): ${file%%.*}"
		ok "$what" diff "$root/$name/answers/$file" "$root/$family/$file"
	done
	[ "$tap_failures" -eq 0 ] || tail -n 5 "$root/$name/log" "$root/$name/said" 2>/dev/null | sed 's/^/# /'
done

# What the authority saw.  A last question to each server: what it was asked before is in what it tells by then.
seen() { # HOST: SOURCE NAME (lower case) TYPE CUT of each query
	case $server in
	nsd | knot) s_file=/srv/queries/queries.dnstap ;;
	bind) s_file=/var/log/named/queries.log ;;
	powerdns) s_file=/var/log/pdns.log ;;
	esac
	on "$1" cat $s_file | "$OBJ/queryparse/emt-queries" --set domain=$M |
		jq -r 'select(.name) | [.client, .qname_lower, .type, .cut // "-"] | @tsv'
}
for name in dns dns-v6 dns-dnssec-broken; do
	case $name in
	dns) ip=198.51.100.28 ;;
	dns-v6) ip=198.51.100.29 ;;
	*) ip=198.51.100.30 ;;
	esac
	drill @$ip the-end.$M A >/dev/null
	is_over() {
		seen $name.$M 2>/dev/null >"$root/seen.$name"
		grep -q "the-end.$M" "$root/seen.$name"
	}
	ok "what $name was asked is told" wait_for 20 is_over
done
authority_of() { # CASE: the host whose server answers for its tokens
	case $1 in
	*.v6only | *.v6only-ok) echo dns-v6 ;;
	*.dnssec-*) echo dns-dnssec-broken ;;
	*) echo dns ;;
	esac
}
from() { # RESOLVER HOST: what it asked that host, NAME TYPE CUT
	awk -v ips="$(cat "$root/$1/ips")" 'BEGIN { n = split(ips, v, " "); for (i = 1; i <= n; i++) own[v[i]] = 1 }
		$1 in own { print $2, $3, $4 }' "$root/seen.$2" | sort -u
}
for name in $resolvers; do
	for host in dns dns-v6 dns-dnssec-broken; do
		from "$name" $host >"$root/from.$host"
	done
	for case in $cases; do
		host=$(authority_of "$case")
		arrived=$(grep -F ".$case.$M MX" "$root/from.$host" | sed -n 's/^\([a-z2-7]\{26\}\)\..*/\1/p' |
			grep -vx 'a\{26\}\|7\{24\}aa' | sort)
		if [ "$(outcome "$case" "${name#*-}")" = unreachable ]; then
			same "$name: $case: no token arrives" "$arrived" ""
			ok "$name: $case: but the cut is asked for" grep -q " v6only$" "$root/from.dns"
		else
			same "$name: $case: each token arrives" "$arrived" "$(sort "$root/tokens.$case")"
		fi
	done
	ok "$name: the broken zone's keys are asked for" grep -q "^dnssec-broken.$M DNSKEY" "$root/from.dns-dnssec-broken"
done
same "nobody else has asked" "$(cut -f 1 "$root"/seen.* | sort -u | grep -vxF "$(cat "$root"/*/ips | tr ' ' '\n')" |
	grep -vxF "$(ip -br addr show lo | tr ' ' '\n' | sed 's,/.*,,')")" ""
tap_end
