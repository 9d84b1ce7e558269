#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-report on all that so many probe sets leave behind: ingest beside `jq -c .` and cat of the same files, verdicts
# beside `jq -c .` of what it prints, html beside cp of its pages; and how time and memory grow with the number of sets.
# EMT_BENCH_SETS ("500 2000") sets, EMT_BENCH_LOOKUPS (15) look-ups in a mail's record, about 7 kB; EMT_BENCH_DIR is where the
# data go: EMT_BENCH_SETS="10000 100000" takes 40 GB there and an hour.
: "${OBJ:?the folder of the built programs}"

lookups=${EMT_BENCH_LOOKUPS:-15}
top=$(mktemp -d "${EMT_BENCH_DIR:-${TMPDIR:-/tmp}}/report.XXXXXX") || exit 1
trap 'rm -rf "$top"' EXIT
trap 'exit 143' TERM INT HUP
now=$((1790000000 + 70 * 86400))

# run NAME COMMAND...: seconds, seconds of the processor and KiB are left in $s, $cpu, $kib
run() {
	r_name=$1
	shift
	"$OBJ/tests/tools/peak" "$top/peak" "$@" >"$top/out" 2>"$top/said" || { cat "$top/said" >&2; exit 1; }
	read -r s cpu kib <"$top/peak"
}

known() { # NAME COMMAND...: what the next ones stand beside
	run "$@"
	beside=$1 beside_s=$s beside_cpu=$cpu
	printf '    %-30s %8.1f s %8.1f s processor %6d MiB\n' "$1" "$s" "$cpu" $((kib / 1024))
}

ours() { # NAME COMMAND...
	run "$@"
	awk -v name="$1" -v s="$s" -v cpu="$cpu" -v kib="$kib" -v bs="$beside_s" -v bcpu="$beside_cpu" -v beside="$beside" \
		-v n="$sets" 'BEGIN { printf "    %-30s %8.1f s %8.1f s processor %6d MiB %8.2f ms a set, %s x %.2f (processor x %.2f)\n",
		name, s, cpu, kib / 1024, 1e3 * s / n, beside, s / (bs > 0 ? bs : 0.001), cpu / (bcpu > 0 ? bcpu : 0.001) }'
	echo "$1|$sets|$cpu|$kib" >>"$top/table"
}

measure() { # SETS
	sets=$1
	dir=$top/$sets
	mkdir "$dir"
	"$OBJ/tests/tools/reportgen" "$dir" "$sets" "$lookups" 1 3600 || exit 1
	echo "$sets sets: $(find "$dir/hosts/mail/json" -type f | wc -l) mails, $(cat "$dir"/hosts/mail/sessions/*.jsonl | wc -l) sessions," \
		"$(cat "$dir"/hosts/mail/queries/*.jsonl | wc -l) queries, $(cat "$dir"/hosts/mail/health/*.jsonl | wc -l) health records," \
		"$(du -sm --apparent-size "$dir" | cut -f1) MB"
	ingest="$OBJ/report/emt-report ingest --set domain=measurement.example.com --db $dir/db --ledger $dir/ledger.sqlite"
	known "cat of every file" sh -c "find '$dir/hosts' -type f -print0 | xargs -0 cat >/dev/null"
	! command -v jq >/dev/null ||
		known "jq -c . of every file" sh -c "find '$dir/hosts' -type f -print0 | xargs -0 cat | jq -c . >/dev/null"
	ours "ingest" $ingest "$dir/hosts"
	known "find of every file" find "$dir/hosts" -type f -size +1M
	ours "ingest with nothing new" $ingest "$dir/hosts"
	verdicts="$OBJ/report/emt-report verdicts --db $dir/db --now $now"
	$verdicts --format json >"$dir/verdicts.jsonl" || exit 1
	known "cat of the index" cat "$dir/db"
	! command -v jq >/dev/null || known "jq -c . of the verdicts" jq -c . "$dir/verdicts.jsonl"
	ours "verdicts, JSON Lines" $verdicts --format json
	ours "verdicts, CSV" $verdicts --format csv
	ours "verdicts, matrix" $verdicts
	$OBJ/report/emt-report html --db "$dir/db" -o "$dir/pages" --now $now 2>/dev/null || exit 1
	known "cp of the pages" cp -r "$dir/pages" "$dir/copy"
	rm -rf "$dir/pages" "$dir/copy"
	ours "html" "$OBJ/report/emt-report" html --db "$dir/db" -o "$dir/pages" --now $now
	echo "    index $(du -m "$dir/db" | cut -f1) MB; $(find "$dir/pages" -name '*.html' | wc -l) pages," \
		"$(du -sm --apparent-size "$dir/pages" | cut -f1) MB"
	rm -rf "$dir"
}

for size in ${EMT_BENCH_SETS:-500 2000}; do
	measure "$size"
done
echo "growth: each size beside the one before; operators, a tenth of the sets, grow with them"
awk -F'|' '{
	if ($1 in cpu)
		printf "    %-30s %d -> %d sets: processor time x %.1f, memory x %.2f\n", $1, at[$1], $2, $3 / (cpu[$1] > 0 ? cpu[$1] : 0.001),
			$4 / kib[$1]
	cpu[$1] = $3; kib[$1] = $4; at[$1] = $2
}' "$top/table"
