#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-enrich: how long a record takes with fast DNS, DNS some way off, silent block lists, a silent resolver; mails a second,
# and memory.  Real NSD and Unbound, each on one thread of this machine, with DNSSEC validation in emt-enrich.  Records are in
# memory: a disk adds the time of two fsync(2) for each.
# EMT_BENCH_RECORDS (2000) for the rate.
. tests/tap.sh
skip_all() {
	echo "skipped: $*"
	exit 0
}
. tests/dns/servers.sh
enter_namespaces "$0"
command -v python3 >/dev/null || skip_all "python3 is not installed"

senders=600
deadline=5
records=${EMT_BENCH_RECORDS:-2000}
lists='l1 l2 l3 l4 l5 l6 l7 l8 l9 l10 l11'
other_lists='l12 l13 l14'
silent_lists='s1 s2 s3'

make_more_zones() {
	{ zone mail.test.
	  for n in $(seq $senders); do
		printf 'd%d MX 10 in%d\nd%d TXT "v=spf1 mx -all"\n_dmarc.d%d TXT "v=DMARC1; p=none"\n' $n $n $n $n
		printf 's._domainkey.d%d TXT "v=DKIM1; p=AAAA"\n_mta-sts.d%d TXT "v=STSv1; id=1"\n' $n $n
		printf 'out%d A 192.0.2.%d\nout%d AAAA 2001:db8::%x\n' $n $((n % 254 + 1)) $n $n
		printf '_25._tcp.in%d TLSA 3 1 1 %064x\n' $n $n
	  done; } >"$dir/mail.test..zone"
	sign mail.test.
	more_in_test="$more_in_test
$(cat "$dir/mail.test..ds")"
	{ zone bl.test.
	  for list in $lists $other_lists; do printf '2.0.0.127.%s A 127.0.0.2\n' "$list"; done
	  for list in $silent_lists; do printf '%s NS silent.test.\n' "$list"; done; } >"$dir/bl.test..zone.signed"
	{ zone 2.0.192.in-addr.arpa.
	  for n in $(seq 254); do printf '%d PTR out%d.mail.test.\n' $((n % 254 + 1)) $n; done
	} >"$dir/2.0.192.in-addr.arpa..zone.signed"
}

list_names() {
	for list; do printf '%s.bl.test ' "$list"; done
}

more_zones='mail.test. bl.test. 2.0.192.in-addr.arpa.'
more_in_test='mail NS ns.test.
bl NS ns.test.
silent A 127.0.0.9'
more_in_root='2.0.192.in-addr.arpa. NS ns.test.'
start_servers
python3 tests/bench/dns_delay.py 127.0.0.3 127.0.0.1 20 120 >"$dir/delay" &
wait_for 'the delay' grep -q ready "$dir/delay"

mkdir "$dir/memory"
mount -t tmpfs -o size=2g tmpfs "$dir/memory"
srv=$dir/memory/srv

# site NAME LIST...: a site file with these block lists
site() {
	printf 'base_dir = %s\ntrust_anchor = %s/root.ds\nenrich_deadline = %ss\n' "$srv" "$dir" $deadline >"$dir/$1.conf"
	s_name=$1
	shift
	echo "dnsbl_lists = $(list_names "$@")" >>"$dir/$s_name.conf"
}

site fourteen $lists $other_lists
site three-silent $lists $silent_lists
next=1

# What the silent lists did to the other look-ups.
of_the_others() {
	jq -s -r '([.[].lookups[] | select(.name | test("[.]s[123][.]bl[.]test$") | not)]) as $others |
		"    the other \($others | length) look-ups: \([$others[] | select(.outcome == "timeout" or .outcome == "servfail")] |
		length) without answer, the slowest \([$others[].ms] | max) ms; lists: " +
		([.[0].dnsbl[].state] | group_by(.) | map("\(length) \(.[0])") | join(", "))' "$srv"/json/*
}

# measure HEADING SITE MAILS one|all OPTION...
measure() {
	echo "$1"
	m_site=$dir/$2.conf
	m_last=$((next + $3 - 1))
	m_how=$4
	shift 4
	rm -rf "$srv"
	mkdir -p "$srv/json"
	"$OBJ/delivery/emt-enrich" -c "$m_site" -v "$@" 2>"$dir/log" &
	m_daemon=$!
	wait_for 'the daemon' grep -q 'is watched' "$dir/log"
	python3 tests/bench/enrich_time.py "$srv/json" $next $m_last $m_how
	next=$((m_last + 1))
	echo "    memory of emt-enrich at most $(awk '/VmHWM/ { print $2 }' /proc/$m_daemon/status) kB"
	kill "$m_daemon"
	wait "$m_daemon"
}

measure "Fast DNS (all on this machine), 14 block lists, one mail at a time" fourteen 40 one
measure "The resolver is 20 to 120 ms off, one mail at a time" fourteen 20 one -o resolver=127.0.0.3
measure "3 of 14 block lists silent: the first mail, which waits for their tests (deadline $deadline s)" three-silent 1 one
of_the_others
measure "3 of 14 block lists silent: 50 mails at once" three-silent 50 all -o "state_dir=$dir/other-state"
of_the_others
measure "The next mails, one at a time: lists that are known to be silent are not waited for" three-silent 20 one \
	-o "state_dir=$dir/other-state"
measure "A silent resolver, one mail at a time (deadline $deadline s)" fourteen 3 one -o resolver=127.0.0.9
measure "A silent resolver, 50 mails at once (deadline $deadline s)" fourteen 50 all -o resolver=127.0.0.9

# rate MODE: all pending at the start
rate() {
	rm -rf "$srv"
	mkdir -p "$srv/json"
	python3 -c '
import sys
sys.argv = ["", sys.argv[1], "1", sys.argv[2], "none"]
source = open("tests/bench/enrich_time.py").read().split("took = {}")[0]
exec(source)
for n in range(1, last + 1):
    with open("%s/r%d" % (folder, n), "w") as f:
        json.dump(record(n % '$senders' + 1), f)
' "$srv/json" "$records"
	python3 -c '
import resource, subprocess, sys, time
begun = time.monotonic()
code = subprocess.call(sys.argv[3:])
took, used = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
n = int(sys.argv[2])
print("%-10s %6.0f mails/s, %.2f ms of processor time a mail, memory at most %d kB, exit code %d, " % (
    sys.argv[1], n / took, (used.ru_utime + used.ru_stime) * 1000 / n, used.ru_maxrss, code), end="")
' "$1" "$records" "$OBJ/delivery/emt-enrich" -c "$dir/fourteen.conf" --once -o dns_mode="$1" -o enrich_deadline=20s
	echo "complete: $(grep -l '"enrichment":"complete"' "$srv"/json/* | wc -l)"
}

echo "$records pending records of $senders senders, --once"
rate validate
rate stub
