#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# servers.sh DIR EMT-QUERIES - the same questions to NSD, Knot, BIND and PowerDNS, one after the other at the same
# addresses, each with every way of logging that it has, and all of it captured.  In network, mount and PID namespaces
# of its own; ends when all is in DIR.
set -eu
dir=$1
queries=$2
here=$(dirname "$0")
v4=198.51.100.28
v6=2001:db8::28
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C TZ=UTC

ip link set lo mtu 1300 up
for address in $v4/32 203.0.113.11/32 $v6/128 2001:db8:f::11/128; do
	ip address add "$address" dev lo
done

wait_for() { # COMMAND...: until it succeeds, a minute at most
	w_left=600
	until "$@" 2>/dev/null; do
		w_left=$((w_left - 1))
		[ $w_left -gt 0 ] || {
			echo "waited in vain: $*" >&2
			return 1
		}
		sleep 0.1
	done
}

answers() {
	drill -p 53 "@$v4" measurement.example.com SOA | grep -q "rcode: NOERROR"
}

stop() { # PID
	kill "$1"
	wait "$1" || :
}

# ask NAME: with tcpdump beside it.  Questions that only waited for the server are before the mark.
ask() {
	wait_for answers
	tcpdump -i lo -U -s 2048 -B 65536 -w "$dir/$1.pcap" \
		'port 53 or ip[6:2] & 0x3fff != 0 or ip6[6] == 44' 2>"$dir/$1.tcpdump" &
	capture=$!
	wait_for grep -q "listening on" "$dir/$1.tcpdump"
	python3 "$here/ask.py" $v4 $v6 203.0.113.11 2001:db8:f::11 >"$dir/$1.truth"
	# The last packet is there when one that was sent after it is.
	drill -p 53 "@$v4" the-end.measurement.example.com A >/dev/null
	wait_for sh -c "grep -aq the-end '$dir/$1.pcap'"
	stop $capture
}

{
	echo '$ORIGIN measurement.example.com.'
	echo '$TTL 5'
	echo '@ SOA dns hostmaster 1 3600 600 86400 5'
	echo '@ NS dns'
	echo "dns A $v4"
	echo "dns AAAA $v6"
	for name in v4-mail v6-mail '*.v4-mail' '*.v6-mail'; do
		echo "$name MX 10 dns"
	done
	echo "v6only NS dns.v6only"
	echo "dns.v6only AAAA 2001:db8::29"
	echo "dnssec-broken NS dns"
	for n in 1 2 3 4 5 6 7 8; do
		printf 'big TXT "%s%0200d"\n' $n 0
	done
} >"$dir/zone"

mkdir "$dir/out"
chown nobody "$dir/out"
"$queries" collect --set user=nobody --socket "$dir/tap" --out "$dir/out" 2>"$dir/collect.log" &
collector=$!
wait_for test -S "$dir/tap"

cat >"$dir/nsd.conf" <<END
server:
	ip-address: $v4
	ip-address: $v6
	server-count: 1
	username: ""
	database: ""
	zonesdir: "$dir"
	pidfile: "$dir/nsd.pid"
	xfrdfile: "$dir/xfrd"
	zonelistfile: "$dir/zone.list"
	xfrdir: "$dir"
	rrl-ratelimit: 0
	rrl-size: 1000
remote-control:
	control-enable: no
dnstap:
	dnstap-enable: yes
	dnstap-socket-path: "$dir/tap"
	dnstap-identity: "nsd.test"
	dnstap-send-identity: yes
	dnstap-log-auth-query-messages: yes
	dnstap-log-auth-response-messages: yes
zone:
	name: measurement.example.com
	zonefile: "zone"
END
nsd -d -c "$dir/nsd.conf" >"$dir/nsd.log" 2>&1 &
server=$!
ask nsd
wait_for sh -c "grep -aq the-end '$dir/out/queries.dnstap'"
stop $server

cat >"$dir/knot.conf" <<END
server:
    rundir: "$dir"
    user: root
    listen: [ "$v4@53", "$v6@53" ]
    pidfile: "$dir/knot.pid"
    udp-workers: 1
    tcp-workers: 1
control:
    listen: "$dir/knot.sock"
log:
  - target: stderr
    any: info
database:
    storage: "$dir/knot"
mod-dnstap:
  - id: all
    sink: "unix:$dir/tap"
    identity: "knot.test"
    log-queries: on
    log-responses: on
template:
  - id: default
    storage: "$dir"
    zonefile-sync: -1
    journal-content: none
    global-module: mod-dnstap/all
zone:
  - domain: measurement.example.com
    file: "zone"
END
mkdir "$dir/knot"
knotd -c "$dir/knot.conf" >"$dir/knot.log" 2>&1 &
server=$!
ask knot
stop $server

mkdir "$dir/named"
cat >"$dir/named.conf" <<END
options {
	directory "$dir/named";
	pid-file "$dir/named/pid";
	session-keyfile "$dir/named/key";
	managed-keys-directory "$dir/named";
	listen-on { $v4; };
	listen-on-v6 { $v6; };
	recursion no;
	notify no;
	dnssec-validation no;
	empty-zones-enable no;
	minimal-responses yes;
	querylog yes;
	dnstap { all; };
	dnstap-output unix "$dir/tap";
	dnstap-identity "named.test";
};
controls { };
logging {
	channel queries {
		file "$dir/named.queries";
		print-time iso8601-utc;
		print-category yes;
	};
	category queries { queries; };
};
zone "measurement.example.com" { type primary; file "$dir/zone"; };
END
named -f -c "$dir/named.conf" >"$dir/named.log" 2>&1 &
server=$!
ask named
stop $server

cat >"$dir/pdns.conf" <<END
launch=bind
bind-config=$dir/pdns.zones
local-address=$v4, $v6
socket-dir=$dir
daemon=no
guardian=no
disable-syslog=yes
log-timestamp=yes
log-dns-queries=yes
log-dns-details=yes
loglevel=5
security-poll-suffix=
edns-subnet-processing=yes
udp-truncation-threshold=1500
END
echo "zone \"measurement.example.com\" { type master; file \"$dir/zone\"; };" >"$dir/pdns.zones"
pdns_server --config-dir="$dir" >"$dir/pdns.out" 2>"$dir/pdns.err" &
server=$!
ask pdns
stop $server
cat "$dir/pdns.out" "$dir/pdns.err" >"$dir/pdns.queries"

stop $collector
