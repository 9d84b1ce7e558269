#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Name servers that do all that they should not (hostile_dns.py): each has an outcome of its own, in bounded time and
# memory, and the domains beside them are found.
. tests/tap.sh
. tests/dns/servers.sh
enter_namespaces "$0"
ip link set lo up
python3 tests/mxscan/hostile_dns.py 127.0.0.3 >"$dir/ready" &
python3 tests/mxscan/hostile_dns.py 127.0.0.4 udp >"$dir/ready4" &
wait_for "the hostile server" grep -q ready "$dir/ready"
wait_for "the hostile server without TCP" grep -q ready "$dir/ready4"
routes="$OBJ/tests/tools/routes --mode stub"

kinds='loop chain manycname other otherid stranger garbage short pointer half counts lame refused failing notimp query
always hang close drip silent late twice ede case big'
for kind in $kinds; do
	echo "x.$kind.test"
done >"$dir/names"
seq -f 'd%g.good.test' 1 2000 >>"$dir/names"
$routes --resolver 127.0.0.3 --wait 3000 <"$dir/names" >"$dir/out" 2>"$dir/stderr"
same 'a record for each' "$(wc -l <"$dir/out")" "$(wc -l <"$dir/names")"
same 'the good ones are found' \
	"$(grep -c '"domain":"d[0-9]*.good.test".*"outcome":"ok","mx":\[{"name":"mx.good.test","preference":10,"a":"ok","aaaa":"nodata","addresses":\["192.0.2.1"\]' "$dir/out")" 2000
cat "$dir/stderr" | sed 's/^/# /'

# is KIND OUTCOME [PATTERN of what stands behind it]
is()
{
	like "$1" "$(grep "\"domain\":\"x.$1.test\"" "$dir/out" | sed 's/.*"time":[0-9.]*,//')" "\"outcome\":\"$2\",${3:-\"why\":*}"
}

is loop malformed '"why":"its CNAMEs lead in a circle*"mx":\[\]}'
is chain malformed '"why":"its CNAMEs lead in a circle, or are too many"*'
is manycname malformed '"why":"its CNAMEs lead in a circle, or are too many"*'
is other timeout
is otherid timeout
is stranger nodata '"mx":\[\]}'
is garbage timeout
is short timeout
is pointer malformed
is half malformed
is counts malformed
is lame malformed '"why":"is a referral*'
is refused refused '"mx":\[\]}'
is failing servfail '"*"mx":\[\]}'
is notimp rcode '"mx":\[\]}'
is query malformed
is always malformed '"why":"is truncated"*'
is hang timeout
is close neterr
is drip timeout
is silent timeout
is late timeout
is twice ok '"mx":\[{"name":"mx.good.test"*'
is ede servfail '"why":"*EDE 22: *x1b[2J*"mx":\[\]}'
is case malformed
is big ok '"why":"*records, 500 of them shown; 500 MX records, 100 of them followed"*'

echo x.always.test >"$dir/name"
$routes --resolver 127.0.0.4 --wait 3000 <"$dir/name" >"$dir/out4" 2>/dev/null
like 'truncated, and no TCP' "$(cat "$dir/out4")" '*"outcome":"neterr","why":*'

# 100 hosts are followed, 100 addresses of each family are kept; a thousand such domains would take 400 MB of records and no
# more memory than those on their way.
seq -f 'd%g.crowd.test' 1 20 >"$dir/names"
$routes --resolver 127.0.0.3 --wait 60000 --cache 16 <"$dir/names" >"$dir/out" 2>"$dir/stderr"
same 'thousands of hosts of thousands of addresses' \
	"$(grep -c '"why":"[0-9]* records, 500 of them shown; 500 MX records, 100 of them followed; m[0-9]*.crowd.test: more addresses than the 100 that are kept' "$dir/out")" 20
same 'so many are kept' "$(grep -o '"10\.0\.[0-9]*\.[0-9]*"' "$dir/out" | wc -l)" $((20 * 100 * 100))
sed 's/^/# /' "$dir/stderr"
# Sanitizers take several times as much.
ok 'in bounded memory' awk -v most="$([ -n "${SAN:-}" ] && echo 800 || echo 200)" '{ if ($(NF - 1) > most) exit 1 }' "$dir/stderr"
tap_end
