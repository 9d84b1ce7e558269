#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# again.sh DIR EMT-QUERIES - an NSD whose collector is killed and started again.  In namespaces of its own.
set -eu
dir=$1
queries=$2
PATH=$PATH:/usr/sbin:/sbin
ip link set lo up

wait_for() {
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

ask() { # NAME: until it is in the file
	drill "@127.0.0.1" "$1.example.com" A | grep -q "rcode: N" && grep -aq "$1" "$dir/out/queries.dnstap"
}

collect() {
	"$queries" collect --set user=nobody --socket "$dir/tap" --out "$dir/out" 2>>"$dir/said" &
	collector=$!
	wait_for sh -c "[ \"\$(grep -ac collector-started '$dir/out/queries.dnstap')\" -ge 1 ]"
	wait_for test -S "$dir/tap"
}

mkdir "$dir/out"
chown nobody "$dir/out"
printf '$ORIGIN example.com.\n@ 5 SOA ns hostmaster 1 3600 600 86400 5\n@ NS ns\nns A 127.0.0.1\n' >"$dir/zone"
cat >"$dir/nsd.conf" <<END
server:
	ip-address: 127.0.0.1
	server-count: 1
	username: ""
	database: ""
	zonesdir: "$dir"
	pidfile: "$dir/nsd.pid"
	xfrdfile: "$dir/xfrd"
	zonelistfile: "$dir/zone.list"
	xfrdir: "$dir"
	rrl-size: 1000
remote-control:
	control-enable: no
dnstap:
	dnstap-enable: yes
	dnstap-socket-path: "$dir/tap"
	dnstap-log-auth-query-messages: yes
	dnstap-log-auth-response-messages: yes
zone:
	name: example.com
	zonefile: "zone"
END
collect
nsd -d -c "$dir/nsd.conf" >"$dir/nsd.log" 2>&1 &
server=$!
wait_for ask before
kill -9 $collector
wait $collector || :
collect
wait_for ask after
kill $server
wait $server || :
kill $collector
wait $collector
