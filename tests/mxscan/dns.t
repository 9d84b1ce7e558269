#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The routes of domains against real name servers: through a resolver, with signatures checked here, and from a root of
# our own; and several resolvers of which one keeps silent.
. tests/tap.sh
. tests/dns/servers.sh
more_zones='mail.test.'
make_more_zones()
{
	{ zone mail.test.
	  printf '%s\n' 'two MX 20 mx2' 'two MX 10 MX1' 'null MX 0 .' 'implicit A 192.0.2.7' 'none TXT x' \
		'alias CNAME two' 'alias6 CNAME implicit' 'literal MX 5 192.0.2.55.' 'odd MX 0 .' 'odd MX 9 mx2' \
		'far MX 10 mx.plain.test.' 'mx1 A 192.0.2.1' 'mx1 AAAA 2001:db8::1' 'mx2 CNAME mx1' \
		'six MX 1 mx6' 'mx6 AAAA 2001:db8::6' \
		"_25._tcp.mx1 TLSA 3 1 1 $(printf '%064d' 7)" '_mta-sts.two TXT "v=STSv1; id=1;"'; } >"$dir/mail.test..zone"
	sign mail.test.
	more_in_test="mail NS ns.test.
$(cat "$dir/mail.test..ds")"
}
enter_namespaces "$0"
start_servers
routes="$OBJ/tests/tools/routes --wait 4000"

# found DOMAIN OPTION...: the record without what is the same in all, and without the time
found()
{
	domain=$1
	shift
	echo "$domain" | $routes "$@" 2>"$dir/stderr" | sed 's/^{"schema.*"kind":"domain","domain":"[^"]*","time":[0-9.]*,//; s/}$//'
}

all()
{
	way=$1
	shift
	same "$way: two" "$(found two.mail.test "$@")" "$(with "$s" '"outcome":"ok",@"mx":[{"name":"mx1.mail.test","preference":10,"a":"ok","aaaa":"ok","addresses":["192.0.2.1","2001:db8::1"]},{"name":"mx2.mail.test","preference":20,"a":"ok","aaaa":"ok","cname":["mx1.mail.test"],"addresses":["192.0.2.1","2001:db8::1"]}]')"
	same "$way: null MX" "$(found null.mail.test "$@")" \
		"$(with "$s" '"outcome":"ok",@"mx":[{"name":".","preference":0}]')"
	same "$way: implicit" "$(found implicit.mail.test "$@")" \
		"$(with "$s" '"outcome":"nodata",@"mx":[{"name":"implicit.mail.test","preference":0,"implicit":true,"a":"ok","aaaa":"nodata","addresses":["192.0.2.7"]}]')"
	same "$way: an alias without MX" "$(found alias6.mail.test "$@")" \
		"$(with "$s" '"outcome":"nodata",@"cname":["implicit.mail.test"],"mx":[{"name":"alias6.mail.test","preference":0,"implicit":true,"a":"ok","aaaa":"nodata","cname":["implicit.mail.test"],"addresses":["192.0.2.7"]}]')"
	same "$way: none" "$(found none.mail.test "$@")" "$(with "$s" '"outcome":"nodata",@"mx":[]')"
	same "$way: no such domain" "$(found gone.mail.test "$@")" "$(with "$s" '"outcome":"nxdomain",@"mx":[]')"
	same "$way: an alias" "$(found alias.mail.test "$@" --mx-only)" \
		"$(with "$s" '"outcome":"ok",@"cname":["two.mail.test"],"mx":[{"name":"mx1.mail.test","preference":10,"addresses":[]},{"name":"mx2.mail.test","preference":20,"addresses":[]}]')"
	same "$way: an address for a name" "$(found literal.mail.test "$@")" \
		"$(with "$s" '"outcome":"ok",@"mx":[{"name":"192.0.2.55","preference":5,"a":"badname","aaaa":"badname","addresses":[]}]')"
	same "$way: IPv6 alone" "$(found six.mail.test "$@")" \
		"$(with "$s" '"outcome":"ok",@"mx":[{"name":"mx6.mail.test","preference":1,"a":"nodata","aaaa":"ok","addresses":["2001:db8::6"]}]')"
}

# with DNSSEC RECORD: puts what is said of signatures where the @ stands
with()
{
	printf '%s\n' "$2" | sed "s/@/${1:+\"dnssec\":\"$1\",}/"
}

s=secure
all resolver --mode stub
all validate --mode validate --anchor "$dir/root.ds"
all 'iterate, validating' --mode iterate --hints "$dir/root.hints" --anchor "$dir/root.ds"
s=
all iterate --mode iterate --hints "$dir/root.hints"
all 'an authority' --mode stub --resolver 127.0.0.2@53

like 'TLSA and MTA-STS' "$(found two.mail.test --mode stub --tlsa --mta-sts)" \
	'*"mta_sts":{"outcome":"ok","dnssec":"secure","txt":\["\\"v=STSv1; id=1;\\""\]}*"name":"mx1.mail.test"*"tlsa":{"outcome":"ok","dnssec":"secure","base":"mx1.mail.test","records":\["3 1 1 0*7"\]}*"name":"mx2.mail.test"*"tlsa":{"outcome":"ok","dnssec":"secure","base":"mx1.mail.test"*'
like 'no TLSA of what is not signed' "$(found plain.test --mode validate --anchor "$dir/root.ds" --tlsa)" \
	'"outcome":"ok","dnssec":"insecure","mx":\[{"name":"mx.plain.test"*"addresses":\[\]}\]'
like 'bogus is kept and not followed' "$(found bad.test --mode validate --anchor "$dir/root.ds")" \
	'"outcome":"ok","why":*"dnssec":"bogus","mx":\[{"name":"mx.bad.test","preference":10}\]'
like 'silence is no NODATA' "$(found two.mail.test --mode stub --resolver 127.0.0.9 --wait 500)" \
	'"outcome":"timeout",*"mx":\[\]'
like 'nobody there' "$(found two.mail.test --mode stub --resolver 127.0.0.8)" '"outcome":"neterr",*"mx":\[\]'
like 'no root' "$(echo x.test | $routes --mode iterate --hints "$dir/nothing" 2>&1)" '*nothing: cannot be read;*'
like 'no port' "$(echo x.test | $routes --mode stub --resolver 127.0.0.1@70000 2>&1)" '*no address that can be asked*'

# One of three resolvers is silent and one refuses.  The silent one counts its questions: it holds at most the 200 places
# for a tenth of a second each, and is left alone after 0.3 s but for one question a second.  Were it asked as often as the
# others, it would be 3000 times.
perl -MIO::Socket::INET -e '$| = 1;
	$s = IO::Socket::INET->new(LocalAddr => "127.0.0.6:5353", Proto => "udp") or die;
	print "ready\n";
	while (defined($s->recv($m, 4096))) { print STDERR "." }' >"$dir/counting.log" 2>"$dir/count" &
wait_for "the counting server" grep -q ready "$dir/counting.log"
for i in 1 2 3 4 5 6 7 8 9; do
	seq -f "n$i%g.mail.test" 1 1000
done >"$dir/names"
$routes --mode stub --resolver 127.0.0.2 --resolver 127.0.0.6@5353 --resolver 127.0.0.8#53 --wait 20000 --parallel 200 \
	<"$dir/names" >"$dir/out" 2>"$dir/spread"
same 'a dead resolver loses nothing' "$(grep -c '"outcome":"nxdomain"' "$dir/out")" 9000
asked=$(wc -c <"$dir/count")
echo "# it was asked $asked times"
ok 'it is asked at first' [ "$asked" -gt 0 ]
ok 'and left alone then' [ "$asked" -lt 1000 ]
tap_end
