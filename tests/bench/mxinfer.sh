#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-mxinfer: seconds and peak memory at 100 k, 1 M and 10 M domains, beside `wc -l` and zstd over the same files in the
# same run, and how they grow.  The answers go to /dev/null: a disk is not what is measured.
# EMT_BENCH_DOMAINS ("100000 1000000 10000000") for mx-scan/1; EMT_BENCH_TSV_DOMAINS ("100000 1000000") for the Python
# tool's table (3.6 kB a domain).
skip_all() {
	echo "skipped: $*"
	exit 0
}
: "${OBJ:?the folder of the built programs}"
program=$OBJ/mxinfer/emt-mxinfer
[ -x "$program" ] || skip_all "$program is not built"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
runs=${EMT_BENCH_RUNS:-3}

# median COMMAND...: sets s, cpu and mib
median() {
	: >"$dir/all"
	m_run=0
	while [ $m_run -lt "$runs" ]; do
		"$OBJ/tests/tools/peak" "$dir/one" "$@" >/dev/null 2>"$dir/err" ||
			{ echo "failed: $*"; tail -n 3 "$dir/err"; exit 1; }
		cat "$dir/one" >>"$dir/all"
		m_run=$((m_run + 1))
	done
	# shellcheck disable=SC2046 # three numbers
	set -- $(sort -n "$dir/all" | sed -n "$(((runs + 1) / 2))p")
	s=$1 cpu=$2 mib=$(($3 / 1024))
}

row() { # NAME DOMAINS: what median found, a domain and beside wc -l
	awk -v name="$1" -v n="$2" -v s="$s" -v cpu="$cpu" -v mib="$mib" -v wc="$wc" 'BEGIN {
		printf "    %-30s %8.2f s %8.2f s CPU %6d MiB %8.2f us a domain, wc -l x %.1f\n", name, s, cpu, mib,
			s * 1e6 / n, (wc > 0 ? s / wc : 0) }'
	echo "$1 $2 $s $mib" >>"$dir/table"
}

measure() { # FORM DOMAINS FILE...: over files in memory, plain
	form=$1 n=$2
	shift 2
	echo "$form, $n domains, $(du -cm "$@" | awk 'END { print $1 }') MB"
	cat "$@" >/dev/null
	median wc -l "$@"
	wc=$s
	row "wc -l" "$n"
	for threads in 1 2; do
		median "$program" -j $threads "$@"
		row "$form: emt-mxinfer -j $threads" "$n"
	done
}

packed() { # FORM DOMAINS FILE
	command -v zstd >/dev/null || return 0
	zstd -q -3 -T2 -f "$3" -o "$3.zst"
	echo "$1 in zstd, $2 domains, $(du -m "$3.zst" | cut -f1) MB"
	median zstd -dc "$3.zst"
	wc=$s
	row "zstd -dc (the x below)" "$2"
	median "$program" -j 2 "$3.zst"
	row "$1.zst: emt-mxinfer -j 2" "$2"
	rm -f "$3.zst"
}

steps() { # DOMAINS FILE: the way of a cluster, on this one machine
	median "$program" count "$2" -o "$dir/state"
	row "count" "$1"
	median "$program" merge "$dir/state" -o "$dir/model"
	row "merge" "$1"
	median "$program" infer --model "$dir/model" "$2"
	row "infer" "$1"
	echo "    state $(du -m "$dir/state" | cut -f1) MB"
}

# The issue asks for less than a second.
chain() {
	echo "a chain of a million certificates: union-find alone"
	gen chain 1 1000000 >"$dir/in" || exit 1
	"$OBJ/tests/tools/chaincost" 1000000 "$dir/in" >"$dir/out" || exit 1
	while read -r seconds order; do
		printf '    %-30s %8.3f s CPU\n' "$order" "$seconds"
	done <"$dir/out"
}

# Quotes that lead over many lines: each size must take twice the time of the one before, whatever they hold.
quotes() {
	echo "tables of hostile quotes, -j 1"
	for kind in reopen open far; do
		for mb in 60 120; do
			case $kind in
			reopen) awk -v n=$((mb * 1000000 / 6)) 'BEGIN { while (n--) print "a\"\t\"x" }' ;;
			open) awk -v n=$((mb * 1000000 / 3)) 'BEGIN { print "a\t\"x"; while (n--) print "yy" }' ;;
			far) awk -v n=$((mb / 15)) 'BEGIN { while (n--) {
				for (i = 0; i < 8; i++) print "a\"\t\"x"
				for (i = 0; i < 500000; i++) print "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				print "\"" } }' ;;
			esac >"$dir/in"
			median "$program" --input tsv -j 1 "$dir/in"
			printf '    %-12s %4d MB %8.2f s %8.2f s CPU %6d MiB\n' $kind $mb "$s" "$cpu" "$mib"
		done
	done
}

gen() {
	"$OBJ/tests/tools/mxgen" "$@"
}

chain
quotes
for n in ${EMT_BENCH_TSV_DOMAINS:-100000 1000000}; do
	gen tsv 1 "$n" >"$dir/in" || exit 1
	measure TSV "$n" "$dir/in"
	[ "$n" -gt 100000 ] || packed TSV "$n" "$dir/in"
	rm -f "$dir/in"
done
for n in 100000; do
	for form in zdns zgrab ip2asn; do
		gen $form 1 $n >"$dir/$form" || exit 1
	done
	measure "zdns, zgrab2, ip2asn" $n "$dir/zdns" "$dir/zgrab" "$dir/ip2asn"
done
for n in ${EMT_BENCH_DOMAINS:-100000 1000000 10000000}; do
	gen scan 1 "$n" >"$dir/in" || exit 1
	[ "$n" -lt 10000000 ] || runs=1
	measure mx-scan/1 "$n" "$dir/in"
	[ "$n" -ne 1000000 ] || packed mx-scan/1 "$n" "$dir/in"
	[ "$n" -ne 1000000 ] || steps "$n" "$dir/in"
	rm -f "$dir/in"
done
echo "growth: each size beside the one before (10 is linear where domains are 10 times as many)"
awk -F'[ ]' '/emt-mxinfer/ {
	mib = $NF; s = $(NF - 1); n = $(NF - 2); name = $0; sub(/ [0-9]+ [0-9.]+ [0-9]+$/, "", name)
	if (name in before)
		printf "    %-30s %d -> %d domains: time x %.1f, memory x %.1f\n", name, at[name], n, s / before[name],
			mib / held[name]
	before[name] = s; held[name] = mib; at[name] = n
}' "$dir/table"
