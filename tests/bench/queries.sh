#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-queries: its rate and memory on a million queries, of each kind of source; on dnstap beside dnstap-ldns and BIND's
# dnstap-read, which print the same messages without joining them.  EMT_BENCH_RUNS (3) of each.
: "${OBJ:?the folder of the built programs}"

runs=${EMT_BENCH_RUNS:-3}
queries=${EMT_BENCH_QUERIES:-1000000}
emt="$OBJ/queryparse/emt-queries --set domain=measurement.example.com --zone UTC --year 2026"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 143' TERM INT HUP

echo "$queries queries, rate and memory at most; medians of $runs runs each, in turn; the file is in memory"
echo
for kind in dnstap pcap bind powerdns; do
	"$OBJ/tests/tools/querygen" $kind 1 "$queries" >"$dir/$kind" || exit 1
	set -- "emt-queries" "exec $emt $dir/$kind"
	case $kind in
	dnstap)
		! command -v dnstap-read >/dev/null || set -- "dnstap-read" "exec dnstap-read $dir/$kind" "$@"
		! command -v dnstap-ldns >/dev/null || set -- "dnstap-ldns -q" "exec dnstap-ldns -r $dir/$kind -q" "$@"
		! command -v dnstap-ldns >/dev/null || echo "dnstap, a query and an answer each, beside what prints the same messages"
		;;
	*) echo "$kind" ;;
	esac
	"$OBJ/tests/tools/pace" "$runs" "$dir/$kind" "$@" >"$dir/pace" || exit 1
	awk -v queries="$queries" -v size="$(stat -c %s "$dir/$kind")" '{
		for (i = 2; i <= NF; i++)
			if ($i == "MB/s")
				printf "%s  %7.0f queries/s\n", $0, $(i - 1) * 1e6 / size * queries
	}' "$dir/pace"
	echo
	rm "$dir/$kind"
done
