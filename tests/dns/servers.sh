# SPDX-License-Identifier: GPL-3.0-or-later
# servers.sh - real name servers in namespaces of the test's own: `. tests/tap.sh`, then this.
#
# 127.0.0.2	NSD: ".", test. and ok.test. signed, bad.test. with a DS of no key, old.test. with expired signatures,
#		plain.test. without DNSSEC
# 127.0.0.1	Unbound, which validates; /etc/resolv.conf names it
# 127.0.0.9	takes questions and never answers; nothing listens on 127.0.0.8
#
# A test may add, before start_servers: more_zones, further origins (whose $dir/ORIGIN.zone.signed a function make_more_zones
# writes), and more_in_test and more_in_root, lines of those zones.
more_zones=
more_in_test=
more_in_root=

make_more_zones()
{
	:
}

# enter_namespaces SCRIPT: starts SCRIPT again inside, once, with $dir; skips where that cannot be.
enter_namespaces()
{
	[ -z "${dir:-}" ] || return 0
	for need in unshare ip nsd unbound ldns-keygen ldns-signzone ldns-key2ds perl; do
		command -v "$need" >/dev/null || skip_all "$need is not installed"
	done
	[ "$(id -u)" = 0 ] || skip_all "namespaces need root"
	unshare -n -m -p -f --mount-proc true 2>/dev/null || skip_all "no namespaces can be made here"
	dir=$(mktemp -d)
	dir=$dir unshare -n -m -p -f --mount-proc --kill-child sh "$1"
	status=$?
	rm -rf "$dir"
	exit "$status"
}

# like NAME GOT PATTERN: a pattern of case
like()
{
	ok "$1" matches "$2" "$3"
}

matches()
{
	# shellcheck disable=SC2254
	case $1 in $2) return 0 ;; esac
	printf 'got:  %s\nwant: %s\n' "$1" "$2"
	return 1
}

# wait_for WHAT COMMAND...: for ten seconds
wait_for()
{
	what=$1
	shift
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || { echo "Bail out! $what does not start"; exit 1; }
		sleep 0.05
	done
}

# drill and dig wait for seconds when a server is not there yet.
# answers SERVER NAME TYPE
answers()
{
	"$OBJ/tests/tools/dnsask" --mode stub --resolver "$1" --wait 500 "$2" "$3" | grep -q " ok "
}

# sign ORIGIN [OPTION...]: signs $dir/ORIGIN.zone and leaves its DS records in $dir/ORIGIN.ds
sign()
{
	origin=$1
	shift
	key=$(cd "$dir" && ldns-keygen -a ECDSAP256SHA256 -k "$origin")
	(cd "$dir" && ldns-signzone "$@" -f "$origin.zone.signed" "$origin.zone" "$key" &&
		ldns-key2ds -n -2 "$key.key" >"$origin.ds") ||
		{ echo "Bail out! $origin cannot be signed"; exit 1; }
}

# zone ORIGIN: the head of a zone
zone()
{
	printf '$ORIGIN %s\n$TTL 300\n@ SOA ns.test. hostmaster.test. 1 3600 900 86400 60\n@ NS ns.test.\n' "$1"
}

make_zones()
{
	long=$(printf '%0240d' 0)
	{ zone ok.test.; printf '@ MX 20 mx2\n@ MX 10 mx1\n@ TXT "v=spf1 -all"\nalias CNAME mx1\n'
	  printf 'mx1 A 192.0.2.1\n'
	  for i in 1 2 3 4 5 6 7 8 9; do echo "big TXT \"$i$long\""; done; } >"$dir/ok.test..zone"
	sign ok.test.
	{ zone bad.test.; echo '@ MX 10 mx.bad.test.'; } >"$dir/bad.test..zone"
	sign bad.test.
	{ zone old.test.; echo '@ MX 10 mx.old.test.'; } >"$dir/old.test..zone"
	sign old.test. -i 20200101000000 -e 20200201000000
	make_more_zones
	{ zone plain.test.; echo '@ MX 10 mx.plain.test.'; } >"$dir/plain.test..zone.signed"
	{ zone test.; echo 'ns A 127.0.0.2'
	  for child in ok bad old plain; do echo "$child NS ns.test."; done
	  cat "$dir/ok.test..ds" "$dir/old.test..ds"
	  printf '%s\n' "$more_in_test"
	  echo "bad.test. DS 4711 13 2 $(printf '%064d' 0)"; } >"$dir/test..zone"
	sign test.
	{ zone .; echo 'test. NS ns.test.'; echo 'ns.test. A 127.0.0.2'; printf '%s\n' "$more_in_root"; cat "$dir/test..ds"; } >"$dir/..zone"
	sign .
	cat "$dir/..ds" >"$dir/root.ds"
}

start_nsd()
{
	{ printf 'server:\n\tip-address: 127.0.0.2\n\tusername: ""\n\tzonesdir: "%s"\n\tdatabase: ""\n' "$dir"
	  # Debian's NSD answers 200 questions a second to one address and drops the rest.
	  printf '\trrl-ratelimit: 0\n\trrl-size: 1000\n'
	  printf '\tpidfile: "%s/nsd.pid"\n\txfrdfile: "%s/xfrd"\n\tzonelistfile: "%s/zones"\n' "$dir" "$dir" "$dir"
	  printf 'remote-control:\n\tcontrol-enable: no\n'
	  for origin in . test. ok.test. bad.test. old.test. plain.test. $more_zones; do
		printf 'zone:\n\tname: "%s"\n\tzonefile: "%s.zone.signed"\n' "$origin" "$origin"
	  done; } >"$dir/nsd.conf"
	nsd -d -c "$dir/nsd.conf" >"$dir/nsd.log" 2>&1 &
	wait_for NSD answers 127.0.0.2 ok.test MX
}

start_unbound()
{
	echo '. 300 NS ns.test.
ns.test. 300 A 127.0.0.2' >"$dir/root.hints"
	{ printf 'server:\n\tinterface: 127.0.0.1\n\tusername: ""\n\tchroot: ""\n\tdirectory: "%s"\n' "$dir"
	  printf '\tpidfile: "%s/unbound.pid"\n\tuse-syslog: no\n\tdo-daemonize: no\n\tede: yes\n' "$dir"
	  printf '\troot-hints: "%s/root.hints"\n\ttrust-anchor-file: "%s/root.ds"\n' "$dir" "$dir"
	  printf '\tdo-not-query-localhost: no\n\tlocal-zone: "test." nodefault\n'
	  printf '\tlocal-zone: "2.0.192.in-addr.arpa." nodefault\n'
	  # emt-enrich(8), CAVEATS
	  printf '\twait-limit: 0\n'
	  printf 'remote-control:\n\tcontrol-enable: no\n'; } >"$dir/unbound.conf"
	unbound -c "$dir/unbound.conf" >"$dir/unbound.log" 2>&1 &
	wait_for Unbound answers 127.0.0.1 ok.test MX
}

start_silent()
{
	perl -MIO::Socket::INET -e '$| = 1;
		$s = IO::Socket::INET->new(LocalAddr => "127.0.0.9:53", Proto => "udp") or die;
		print "ready\n"; sleep 1 while 1' >"$dir/silent.log" &
	wait_for "the silent server" grep -q ready "$dir/silent.log"
}

start_servers()
{
	ip link set lo up
	echo 'nameserver 127.0.0.1' >"$dir/resolv.conf"
	mount --bind "$dir/resolv.conf" /etc/resolv.conf
	make_zones
	start_nsd
	start_unbound
	start_silent
}
