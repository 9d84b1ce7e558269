#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The DNS half of emt-mxscan: MX, A and AAAA of generated domains from an NSD on the same machine, to records in JSON;
# beside it dnsperf(1), which asks the same names for MX and looks at no answer.  Then how many questions the cache saves
# where many domains share few hosts.  EMT_BENCH_DOMAINS (200000), EMT_BENCH_RUNS (3).
: "${OBJ:?the folder of the built programs}"

runs=${EMT_BENCH_RUNS:-3}
domains=${EMT_BENCH_DOMAINS:-200000}
for need in nsd drill unshare ip; do
	command -v $need >/dev/null || { echo "skipped: $need is not installed"; exit 0; }
done
if [ -z "${dir:-}" ]; then
	unshare -n -m -p -f --mount-proc true 2>/dev/null || { echo "skipped: no namespaces can be made here"; exit 0; }
	dir=$(mktemp -d) || exit 1
	dir=$dir unshare -n -m -p -f --mount-proc --kill-child "$0"
	status=$?
	rm -rf "$dir"
	exit $status
fi

# d0 ... have hosts of their own by three; s0 ... share 300,000 hosts, host k by every k-th domain or so, as on the Internet.
{ printf '$ORIGIN bench.test.\n$TTL 3600\n@ SOA ns.test. h.test. 1 3600 900 86400 60\n@ NS ns.test.\n'
  awk -v n="$domains" 'BEGIN {
	srand(1)
	hosts = 300000
	for (i = 0; i < n; i++) printf "d%d MX 10 mx%d\n", i, i / 3
	for (i = 0; i < n; i++) printf "s%d MX 10 mx%d\n", i, int(exp(rand() * log(hosts)))
	for (i = 0; i <= hosts || i < n / 3 + 1; i++)
		printf "mx%d A 10.%d.%d.%d\nmx%d AAAA 2001:db8::%x:%x\n", i, i / 65536, i / 256 % 256, i % 256,
			i, i / 65536, i % 65536 }'
} >"$dir/bench.zone"
ip link set lo up
{ printf 'server:\n\tip-address: 127.0.0.2\n\tusername: ""\n\tzonesdir: "%s"\n\tdatabase: ""\n' "$dir"
  printf '\trrl-ratelimit: 0\n\tpidfile: "%s/pid"\n\txfrdfile: "%s/xfrd"\n\tzonelistfile: "%s/zones"\n' "$dir" "$dir" "$dir"
  printf 'remote-control:\n\tcontrol-enable: no\nzone:\n\tname: bench.test\n\tzonefile: bench.zone\n'; } >"$dir/nsd.conf"
nsd -d -c "$dir/nsd.conf" >"$dir/log" 2>&1 &
tries=0
until drill @127.0.0.2 bench.test SOA 2>/dev/null | grep -q 'rcode: NOERROR'; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { echo "NSD does not start" >&2; tail -n 5 "$dir/log" >&2; exit 1; }
	sleep 0.1
done

awk -v n="$domains" 'BEGIN { for (i = 0; i < n; i++) print "d" i ".bench.test" }' >"$dir/own"
awk -v n="$domains" 'BEGIN { for (i = 0; i < n; i++) print "s" i ".bench.test" }' >"$dir/shared"
sed 's/$/ MX/' "$dir/own" >"$dir/queries"

# datagrams that came in within this namespace: questions and answers
datagrams()
{
	awk '/^Udp:/ { n = $2 } END { print n }' /proc/net/snmp
}

echo "$domains domains, $runs runs in turn; NSD on the same $(nproc) processors; goal 20000/s, 60 us"
i=0
while [ $i -lt "$runs" ]; do
	if command -v dnsperf >/dev/null; then
		printf 'dnsperf: '
		dnsperf -s 127.0.0.2 -d "$dir/queries" -q 200 2>/dev/null | sed -n 's/ *Queries per second: *\([0-9]*\).*/\1\/s/p'
	fi
	printf 'MX alone: '
	"$OBJ/tests/tools/routes" --mode stub --resolver 127.0.0.2 --mx-only <"$dir/own" 2>&1 >/dev/null
	printf 'routes: '
	"$OBJ/tests/tools/routes" --mode stub --resolver 127.0.0.2 <"$dir/own" 2>&1 >"$dir/out"
	[ "$(grep -c '"a":"ok","aaaa":"ok"' "$dir/out")" = "$domains" ] || { echo "records are missing" >&2; exit 1; }
	i=$((i + 1))
done
echo
echo "shared hosts: questions that went out, of three for each domain"
for cache in 1 16 64; do
	before=$(datagrams)
	"$OBJ/tests/tools/routes" --mode stub --resolver 127.0.0.2 --cache $cache <"$dir/shared" >/dev/null 2>"$dir/stderr"
	echo "cache of $cache MB: $((($(datagrams) - before) / 2)) of $((domains * 3)); $(sed 's/.*, //' "$dir/stderr")"
done
