#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The open-relay test against a real Postfix that relays, one that does not, and servers that are as hostile as can be:
# each ends by the deadline with a result of its own, in bounded memory, and is told nothing beyond RCPT.
. tests/tap.sh
. tests/delivery/postfix.sh
own_machine "$@"

# A second host on a wire: we are that one, and the servers are here.
unshare --net tail -f /dev/null &
other=$!
here() { ip "$@"; }
there() { nsenter --net="/proc/$other/ns/net" "$@"; }
differs() { [ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
ok "a second host" wait_for 10 differs
here link add wire0 type veth peer name wire1 netns $other
here link set wire0 up
for n in $(seq 25 80); do here address add "192.0.2.$n/24" dev wire0; done
here -6 address add 2001:db8::25/64 dev wire0 nodad
there ip link set lo up
there ip link set wire1 up
there ip address add 192.0.2.1/24 dev wire1
there ip -6 address add 2001:db8::1/64 dev wire1 nodad

# ask ADDRESS [OPTION...]: what relayask prints; it remembers nothing of former runs.
ask() {
	a_client=$1
	shift
	rm -rf "$root/state"
	there "$OBJ/tests/tools/relayask" --state "$root/state" --allow "192.0.2.0/24 2001:db8::/32" "$@" "$a_client"
}
result() { # of ask: the text alone
	ask "$@" | cut -d ' ' -f 3-
}

# Postfix: refuses to relay, defers that as it does by default since 2.10, relays for everybody, refuses our address.
: >"$root/aliases"
cat >"$root/master" <<CONF
192.0.2.25:smtp inet n - n - - smtpd -o smtpd_relay_restrictions=reject_unauth_destination -o mynetworks=127.0.0.0/8
[2001:db8::25]:smtp inet n - n - - smtpd -o smtpd_relay_restrictions=reject_unauth_destination -o mynetworks=127.0.0.0/8
192.0.2.26:smtp inet n - n - - smtpd -o mynetworks=127.0.0.0/8
192.0.2.27:smtp inet n - n - - smtpd -o mynetworks=0.0.0.0/0
192.0.2.28:smtp inet n - n - - smtpd -o smtpd_client_restrictions=reject
192.0.2.29:smtp inet n - n - - smtpd -o smtpd_delay_reject=no -o smtpd_client_restrictions=reject
CONF
start_postfix <<'CONF'
inet_protocols = all
relay_domains =
CONF
ok "Postfix runs" test -s "$root/queue/pid/master.pid"
address="<emt-relay-test-recipient@measurement.example.com>"
same "a Postfix that does not relay" "$(result 192.0.2.25)" "refused: 554 5.7.1 $address: Relay access denied"
same "over IPv6" "$(result 2001:db8::25)" "refused: 554 5.7.1 $address: Relay access denied"
same "one that says so in its default way" "$(result 192.0.2.26)" "deferred: 454 4.7.1 $address: Relay access denied"
same "an open relay" "$(result 192.0.2.27)" "accepted: 250 2.1.5 Ok"
same "one that takes no client" "$(result 192.0.2.28)" \
	"refused: 554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"
same "one that says so at once" "$(result 192.0.2.29 | sed 's/: 5.*//')" "refused at greeting"
same "no mail was queued" "$(queued)" 0
ok "each was left in order" wait_for 10 sh -c "[ \$(grep -c 'disconnect from.*quit=1' '$root/mail.log') -eq 6 ]"
empty "nobody was told DATA" "$(grep -E 'disconnect from.* data=' "$root/mail.log")"
same "nobody listens" "$(result 192.0.2.30)" "no connection: Connection refused"

# Servers of all kinds, one an address.  hostile ADDRESS WAY PATTERN: what comes of it.
folder=$root/hostile
mkdir "$folder"
table="
31|polite|refused: 554 5.7.1 relay access denied
32|drip|refused: 554 5.7.1 relay access denied
33|endless-banner|bad reply at greeting: reply too large: \"220-banner banner banner\"
34|endless-greetings|bad reply at *220 hello*
35|no-newline|bad reply at greeting: reply too large
36|newlines|bad reply at greeting: no reply code: \"\"
37|zeros|bad reply at greeting: reply too large
38|trickle|no answer at greeting: deadline
39|ten-thousand-lines|bad reply at EHLO: reply too large: \"250-x\"
40|escapes|refused: 550 \\x1b]0;x\\x07\\x00\\xff{}
41|greeting:silent|no answer at greeting: deadline
42|EHLO:silent|no answer at EHLO: deadline
43|MAIL:silent|no answer at MAIL: deadline
44|RCPT:silent|no answer: deadline
45|RSET:silent|refused: 554 5.7.1 relay access denied
46|greeting:reset|*: Connection reset by peer
47|EHLO:reset|lost at EHLO: Connection reset by peer
48|MAIL:reset|lost at MAIL: Connection reset by peer
49|RCPT:reset|lost at RCPT: Connection reset by peer
50|RSET:reset|refused: 554 5.7.1 relay access denied
51|greeting:close|lost at greeting: closed
52|RCPT:close|lost at RCPT: closed
53|greeting:421 busy|deferred at greeting: 421 busy
54|greeting:554 no|refused at greeting: 554 no
55|EHLO:421 busy|deferred at EHLO: 421 busy
56|EHLO:502 what|refused: 554 5.7.1 relay access denied
57|MAIL:451 later|deferred at MAIL: 451 later
58|RCPT:450 greylisted|deferred: 450 greylisted
59|RCPT:250 ok|accepted: 250 ok
60|RCPT:354 go on|bad reply at RCPT: 354 go on
61|greeting:HTTP/1.1 400|bad reply at greeting: no reply code: \"HTTP/1.1 400\"
62|greeting:220-a|no answer at greeting: deadline
63|MAIL:250 a@@250 b@@250 c@@354 d|bad reply at RCPT: spoke before it was asked: \"250 b\"
"
set --
while IFS='|' read -r t_address t_way t_want; do
	[ -z "$t_address" ] || set -- "$@" "192.0.2.$t_address=$(printf '%s' "$t_way" | sed "s/@@/\r\n/g")"
done <<TABLE
$table
TABLE
python3 tests/smtp/hostile.py "$folder" "$@" &
ok "the servers listen" wait_for 20 test -e "$folder/ready"
# The deadline is for the silent ones; the others need none of it.
deadline_ms=1500
late='' large='' other_result=''
while IFS='|' read -r t_address t_way t_want; do
	[ -n "$t_address" ] || continue
	answer=$(ask "192.0.2.$t_address" --wait $deadline_ms)
	t_ms=${answer%% *}
	t_rest=${answer#* }
	t_kb=${t_rest%% *}
	t_text=${t_rest#* }
	echo "# $t_way: $t_ms ms, $t_kb kB: $t_text"
	case $t_want in
	*'*'*)
		# shellcheck disable=SC2254 # a pattern
		case $t_text in $t_want) ;; *) other_result="$other_result$t_way: $t_text; " ;; esac ;;
	*) [ "$t_text" = "$t_want" ] || other_result="$other_result$t_way: $t_text; " ;;
	esac
	[ "$t_ms" -le $((deadline_ms + 500)) ] || late="$late$t_way: $t_ms ms; "
	[ -n "${SAN-}" ] || [ "$t_kb" -le 16384 ] || large="$large$t_way: $t_kb kB; "
done <<TABLE
$table
TABLE
empty "each has its result" "$other_result"
empty "each ends by the deadline" "$late"
empty "none takes more than 16 MB" "$large"
same "all were asked" "$(cat "$folder"/* | grep -c '^CONNECT')" "$(printf '%s' "$table" | grep -c '|')"
empty "nothing beyond RCPT was said to any" "$(cat "$folder"/* | tr -d '\r' | grep -avxE \
	'CONNECT|(EHLO|HELO) probe.example.com|MAIL FROM:<emt-relay-test@measurement.example.com>|RCPT TO:<emt-relay-test-recipient@measurement.example.com>|RSET|QUIT')"

# Who is not to be tested is not connected to: counted at the polite server.
connects() { grep -c '^CONNECT' "$folder/polite"; }
before=$(connects)
same "off" "$(result 192.0.2.31 --off)" "not tested"
same "outside the ranges" "$(result 192.0.2.31 --allow 203.0.113.0/24)" "not tested"
same "without ranges" "$(result 192.0.2.31 --allow none)" "not tested"
same "our own address" "$(result 192.0.2.1)" "not tested: an address of this host"
same "our own IPv6 address" "$(result 2001:db8::1)" "not tested: an address of this host"
same "no connection was made" "$(connects)" "$before"
twice=$(ask 192.0.2.31 && there "$OBJ/tests/tools/relayask" --state "$root/state" --allow 192.0.2.0/24 192.0.2.31)
same "once a day" "$(echo "$twice" | cut -d ' ' -f 3- | tail -n 1)" "not tested: tested within the last 24 hours"
same "is one connection" "$(connects)" $((before + 1))

# emt-enrich itself, with its default settings but for DNS and the folder of the data.
mkdir -p "$root/srv/json"
record() {
	printf '{"schema":"mail/1","tool":"emt-deliver 0.1","sender":"a@example.net","recipient":"b@example.com",' \
		>"$root/srv/json/one"
	printf '"client":{"address":"%s"},"headers":{},"enrichment":"pending"}\n' "$1" >>"$root/srv/json/one"
}
enrich() {
	there "$OBJ/delivery/emt-enrich" --once --set base_dir="$root/srv" --set resolver=192.0.2.25 \
		--set dns_mode=stub --set dnsbl_lists=none --set enrich_deadline=2s "$@"
}
before=$(connects)
record 192.0.2.31
ok "emt-enrich by default" enrich
same "tests nobody" "$(jq -r .open_relay "$root/srv/json/one")" "not tested"
record 192.0.2.31
ok "with ranges alone" enrich --set open_relay_allow=192.0.2.0/24
same "neither" "$(jq -r .open_relay "$root/srv/json/one")" "not tested"
record 192.0.2.31
ok "with the test alone" enrich --set open_relay_test=yes --set domain=measurement.example.com \
	--set ehlo_name=probe.example.com
same "neither" "$(jq -r .open_relay "$root/srv/json/one")" "not tested"
same "no connection was made" "$(connects)" "$before"
set -- --set open_relay_test=yes --set open_relay_allow=192.0.2.0/24 --set ehlo_name=probe.example.com
record 192.0.2.31
ok "with both" enrich "$@" --set domain=measurement.example.com
same "it does" "$(jq -r .open_relay "$root/srv/json/one")" "refused: 554 5.7.1 relay access denied"
record 192.0.2.31
enrich "$@" 2>"$root/message"
same "without a domain: 78" $? 78
ok "and how to mend it" grep -q 'set domain' "$root/message"
printf 'base_dir = %s\n\nopen_relay_allow = 192.0.2.0/24\n  192.0.2.1/24\n' "$root/srv" >"$root/site.conf"
"$OBJ/delivery/emt-enrich" -c "$root/site.conf" --once 2>"$root/message"
same "a range that is none: 78" $? 78
ok "with file and line" grep -qF "$root/site.conf:3: open_relay_allow: \"192.0.2.1/24\" has bits set" "$root/message"
printf 'dnsbl_lists = bl.example.com\n' >"$root/site.conf"
"$OBJ/delivery/emt-enrich" -c "$root/site.conf" -n >"$root/message"
same "a list of names" $? 0
printf '# lists\ndnsbl_lists = bl.example.com b..example.com\n' >"$root/site.conf"
"$OBJ/delivery/emt-enrich" -c "$root/site.conf" --once 2>"$root/message"
same "a list name that is none: 78" $? 78
ok "with file and line" grep -qF "$root/site.conf:2: dnsbl_lists: \"b..example.com\" is no domain name" "$root/message"
kill "$other"
tap_end
