#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Both back ends against real servers: what each says of secure, insecure, bogus, missing and unanswered.
. tests/tap.sh
. tests/dns/servers.sh
enter_namespaces "$0"
start_servers
# 127.0.0.7 answers SERVFAIL to everything.
perl -MIO::Socket::INET -e '$| = 1;
	$s = IO::Socket::INET->new(LocalAddr => "127.0.0.7:53", Proto => "udp") or die;
	print "ready\n";
	while (defined($s->recv($m, 4096))) { substr($m, 2, 2) = pack("n", 0x8182); $s->send($m) }' >"$dir/failing.log" &
wait_for "the failing server" grep -q ready "$dir/failing.log"
ask="$OBJ/tests/tools/dnsask --anchor $dir/root.ds"

validate=$($ask ok.test MX ok.test TXT alias.ok.test A gone.ok.test A ok.test AAAA big.ok.test TXT \
	plain.test MX gone.plain.test A bad.test MX old.test MX 'no name' MX .test MX . NS)
# line NUMBER
line()
{
	printf '%s\n' "$validate" | sed -n "$1p"
}
same 'validate: secure' "$(line 1)" 'ok.test MX ok secure unknown 0 | 10 mx1.ok.test. 20 mx2.ok.test. | -'
same 'validate: TXT' "$(line 2)" 'ok.test TXT ok secure unknown 0 | "v=spf1 -all" | -'
same 'validate: an alias is followed' "$(line 3)" 'alias.ok.test A ok secure unknown 0 | 192.0.2.1 | -'
same 'validate: no such name, proven' "$(line 4)" 'gone.ok.test A nxdomain secure unknown 3 | | -'
same 'validate: no such records, proven' "$(line 5)" 'ok.test AAAA nodata secure unknown 0 | | -'
like 'validate: an answer that needs TCP' "$(line 6)" 'big.ok.test TXT ok secure unknown 0 | "10000*'
same 'validate: insecure' "$(line 7)" 'plain.test MX ok insecure unknown 0 | 10 mx.plain.test. | -'
same 'validate: no such name, insecure' "$(line 8)" 'gone.plain.test A nxdomain insecure unknown 3 | | -'
like 'validate: bogus, shown all the same, and why' \
	"$(line 9)" 'bad.test MX ok bogus * 10 mx.bad.test. | *DS*'
like 'validate: expired, and why' "$(line 10)" 'old.test MX ok bogus * 10 mx.old.test. | *signature expired*'
like 'validate: a bad name is not asked' "$(line 11)" 'no name MX badname *'
like 'validate: an empty label is not asked' "$(line 12)" '.test MX badname *'
same 'validate: the root is a name' "$(line 13)" '. NS ok secure unknown 0 | ns.test. | -'

stub=$($ask --mode stub ok.test MX alias.ok.test A gone.ok.test A ok.test AAAA big.ok.test TXT plain.test MX \
	bad.test MX old.test MX)
line()
{
	printf '%s\n' "$stub" | sed -n "$1p"
}
same 'stub: AD from a loopback is secure' \
	"$(line 1)" 'ok.test MX ok secure udp 0 | 10 mx1.ok.test. 20 mx2.ok.test. | -'
same 'stub: an alias' "$(line 2)" 'alias.ok.test A ok secure udp 0 | 192.0.2.1 | -'
same 'stub: no such name' "$(line 3)" 'gone.ok.test A nxdomain secure udp 3 | | -'
same 'stub: no such records' "$(line 4)" 'ok.test AAAA nodata secure udp 0 | | -'
like 'stub: truncated, then TCP' "$(line 5)" 'big.ok.test TXT ok secure tcp 0 | "10000*'
same 'stub: without AD nobody has said insecure' \
	"$(line 6)" 'plain.test MX ok unchecked udp 0 | 10 mx.plain.test. | -'
like 'stub: bogus is what CD=1 shows' \
	"$(line 7)" 'bad.test MX ok bogus udp 0 | 10 mx.bad.test. | *SERVFAIL*EDE*'
like 'stub: expired' "$(line 8)" 'old.test MX ok bogus udp 0 | 10 mx.old.test. | *SERVFAIL*EDE*'

same 'stub: a resolver named trusted says insecure by leaving AD out' \
	"$($ask --mode stub --trust plain.test MX)" 'plain.test MX ok insecure udp 0 | 10 mx.plain.test. | -'
same 'stub: a server that does not validate' \
	"$($ask --mode stub --resolver 127.0.0.2 plain.test A)" 'plain.test A nodata unchecked udp 0 | | -'
like 'stub: NXDOMAIN' \
	"$($ask --mode stub --resolver 127.0.0.2 example A)" 'example A nxdomain unchecked udp 3 |*'
like 'stub: a silent server, and the deadline' \
	"$($ask --mode stub --wait 300 --resolver 127.0.0.9 ok.test MX)" \
	'ok.test MX timeout unchecked * -1 |*deadline'
like 'validate: a silent server, and the deadline' \
	"$($ask --wait 300 --resolver 127.0.0.9 ok.test MX)" 'ok.test MX timeout unchecked * -1 |*deadline'
like 'stub: nobody listens' \
	"$($ask --mode stub --resolver 127.0.0.8 ok.test MX)" 'ok.test MX neterr unchecked udp -1 |*'
like 'validate: nobody listens' \
	"$($ask --resolver 127.0.0.8 --wait 20000 ok.test MX)" 'ok.test MX neterr indeterminate unknown -1 |*no answer*'
like 'validate: no route' \
	"$($ask --resolver 192.0.2.99 --wait 20000 ok.test MX)" 'ok.test MX neterr indeterminate unknown -1 |*no answer*'
# The buffer that tells the two apart is shared by all questions on their way.
many=$(seq 1 50 | sed 's/.*/n&.ok.test A/' | xargs $ask --resolver 192.0.2.99 --wait 20000)
same 'validate: no route, many at once' "$(printf '%s\n' "$many" | grep -c ' neterr ')" 50
like 'validate: a server that says SERVFAIL has answered' \
	"$($ask --resolver 127.0.0.7 ok.test MX)" 'ok.test MX servfail indeterminate unknown 2 |*'
many=$(seq 1 50 | sed 's/.*/n&.ok.test A/' | xargs $ask --resolver 127.0.0.7)
same 'validate: so with many at once' "$(printf '%s\n' "$many" | grep -c ' servfail ')" 50
same 'stub: the next resolver is asked' \
	"$($ask --mode stub --resolver 127.0.0.8 --resolver 127.0.0.1 ok.test TXT)" \
	'ok.test TXT ok secure udp 0 | "v=spf1 -all" | -'

started=$(date +%s%3N)
many=$(seq 1 200 | sed 's/.*/n&.ok.test A/' | xargs $ask --mode stub --resolver 127.0.0.9 --wait 1000)
took=$(($(date +%s%3N) - started))
same 'stub: each of 200 questions to a silent server has its outcome' \
	"$(printf '%s\n' "$many" | grep -c ' timeout ')" 200
ok "the deadline holds ($took ms)" [ "$took" -lt 4000 ]
same 'stub: 500 at once' \
	"$(seq 1 500 | sed 's/.*/n&.ok.test A/' | xargs $ask --mode stub --resolver 127.0.0.2 | grep -c ' nxdomain ')" \
	500
same 'validate: 200 at once' \
	"$(seq 1 200 | sed 's/.*/n&.ok.test A/' | xargs $ask | grep -c ' nxdomain secure ')" 200

message=$($ask --anchor "$dir/none" ok.test MX 2>&1)
same 'no trust anchor: refused' $? 78
like 'and said how to mend it' "$message" "dnsask: $dir/none: cannot be read; install dns-root-data*"
echo 'this is no anchor' >"$dir/garbage"
message=$($ask --anchor "$dir/garbage" ok.test MX 2>&1)
same 'a trust anchor that is none: refused' $? 78
printf '; only\n\n; comments\n' >"$dir/comments"
sed 's/^\./test./' "$dir/root.ds" >"$dir/other.ds"
{ cat "$dir/root.ds"; echo 'and more'; } >"$dir/more"
for anchor in /dev/null /bin/ls "$dir" "$dir/garbage" "$dir/comments" "$dir/other.ds" "$dir/more"; do
	message=$($ask --anchor "$anchor" ok.test MX 2>&1)
	same "${anchor##*/} as a trust anchor: refused" $? 78
	same 'in one line' "$(printf '%s\n' "$message" | wc -l)" 1
	like 'which says how to mend it' "$message" "dnsask: $anchor: *; install dns-root-data*"
done
{ echo '; the key itself, with a comment'; sed 's/$/ ; a comment/' "$dir"/K.+*.key; } >"$dir/root.key"
like 'a DNSKEY is a trust anchor' "$($ask --anchor "$dir/root.key" ok.test MX 2>&1)" 'ok.test MX ok secure *'
message=$($ask --anchor /usr/share/dns/root.key 2>&1)
same 'the anchor of dns-root-data is taken' "$?$message" 0
tap_end
