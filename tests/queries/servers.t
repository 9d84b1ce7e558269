#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same questions to NSD, Knot, BIND and PowerDNS: dnstap of three of them through emt-queries collect, the logs of the
# two that write any, and captures, give the same records as far as each of them knows, which are what was asked.
. tests/tap.sh

[ "$(id -u)" -eq 0 ] || skip_all "needs root, for network namespaces"
PATH=$PATH:/usr/sbin:/sbin
for tool in nsd knotd named pdns_server drill dnstap-read jq tcpdump python3; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done
unshare --net --mount --pid --fork --kill-child true 2>/dev/null || skip_all "needs network namespaces"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
queries=$OBJ/queryparse/emt-queries

ok "four name servers were asked" unshare --net --mount --pid --fork --kill-child --mount-proc \
	tests/queries/servers.sh "$work" "$queries"
sed 's/^/# /' "$work/collect.log" 2>/dev/null

read_file() { # NAME FILE...
	r_to=$work/$1.jsonl
	shift
	TZ=UTC "$queries" -o domain=measurement.example.com --strict "$@" >"$r_to"
}

# Three messages that are none were sent to each: they are in the captures.
ok "what was collected is read" read_file tap "$work/out/queries.dnstap"
for server in nsd knot named; do
	ok "dnstap of $server" tests/queries/compare.py dnstap "$work/$server.truth" "$work/tap.jsonl" $server.test
done
for server in nsd knot named pdns; do
	TZ=UTC "$queries" -o domain=measurement.example.com "$work/$server.pcap" >"$work/pcap-$server.jsonl" 2>"$work/said"
	ok "a capture before $server" tests/queries/compare.py pcap "$work/$server.truth" "$work/pcap-$server.jsonl"
done
ok "BIND's log is read" read_file bind "$work/named.queries"
ok "BIND's log" tests/queries/compare.py bind "$work/named.truth" "$work/bind.jsonl"
ok "PowerDNS' log is read" read_file powerdns "$work/pdns.queries"
ok "PowerDNS' log" tests/queries/compare.py powerdns "$work/pdns.truth" "$work/powerdns.jsonl"

# Other programs read what was collected, and pass over the gaps.
messages=$("$queries" --stats "$work/out/queries.dnstap" 2>&1 >"$work/read" | awk '$1 == "queries" || $1 == "answers" { n += $2 } END { print n }')
# (dnstap-read leaves out messages that BIND cannot parse; BIND's threads write theirs in any order.)
same "BIND's dnstap-read reads all three servers to their ends" \
	"$(dnstap-read "$work/out/queries.dnstap" | grep -c 'the-end\.')" 6
if command -v dnstap-ldns >/dev/null; then
	same "so does dnstap-ldns" "$(dnstap-ldns -r "$work/out/queries.dnstap" -q | grep -c '^[0-9]')" "$messages"
fi

grep -h '"query/1"' "$work"/*.jsonl >"$work/queries"
grep -h '"query-gap/1"' "$work"/*.jsonl >"$work/gaps"
ok "records fit their schema" tests/tools/check_schema.py schema/query-1.json "$work/queries"
ok "gaps fit theirs" tests/tools/check_schema.py schema/query-gap-1.json "$work/gaps"
same "the collector began once, and three servers came" "$(grep -o '"event":"[a-z-]*"' "$work/gaps" | sort | uniq -c | tr -s ' \n' ' ')" \
	' 1 "event":"collector-started" 3 "event":"server-connected" '

# Everything at once gives what its parts give.
files="$work/out/queries.dnstap $work/named.queries $work/pdns.queries"
# shellcheck disable=SC2086 # a list of files
ok "files of three kinds together" read_file together $files
same "are their records, in the order of time" "$(sort "$work/together.jsonl" | sha256sum)" \
	"$(sort "$work/tap.jsonl" "$work/bind.jsonl" "$work/powerdns.jsonl" | sha256sum)"

# The summary.
TZ=UTC "$queries" summary --json -o domain=measurement.example.com "$work/nsd.pcap" >"$work/resolvers" 2>"$work/said"
ok "a summary fits its schema" tests/tools/check_schema.py schema/resolver-1.json "$work/resolvers"
TZ=UTC "$queries" summary --json -o domain=measurement.example.com "$work/pcap-nsd.jsonl" >"$work/resolvers2"
same "and is the same from records" "$(cat "$work/resolvers2")" "$(cat "$work/resolvers")"
same "who asked for one token over both families" \
	"$(jq -c 'select(.client == "203.0.113.11") | [.families, .same_tokens, .minimises, .validates]' "$work/resolvers")" \
	'[["ipv4","ipv6"],["2001:db8:f::11"],"yes","yes"]'
same "what it touched of v6only's cut" \
	"$(jq -c 'select(.client == "203.0.113.11") | .cuts[] | select(.zone == "v6only") | [.apex, .ns, .below, .referred]' "$work/resolvers")" \
	'[2,1,1,3]'
same "what it asked for at dnssec-broken" \
	"$(jq -c 'select(.client == "2001:db8:f::11") | .cuts[] | select(.zone == "dnssec-broken") | [.apex, .ds, .dnskey]' "$work/resolvers")" \
	'[1,1,0]'
same "whose token it asked for, in which cases" \
	"$(jq -c 'select(.client == "203.0.113.11") | .testcases | map([.testcase, .tokens[]]) | sort' "$work/resolvers")" \
	'[["v4-mail","lpd3weo73zwpz7hqeubfbpapvy"],["v4-mail.v6only","lpd3weo73zwpz7hqeubfbpapvy"],["v6-mail","lpd3weo73zwpz7hqeubfbpapvy"]]'
tap_end
