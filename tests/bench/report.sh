#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-report ingest: all that so many probe sets leave behind into an index, beside reading the same files with cat, and
# once more with nothing new; then verdicts and pages of all.  EMT_BENCH_SETS (2000) sets, EMT_BENCH_LOOKUPS (15) look-ups in a mail's record, about 7 kB;
# EMT_BENCH_DIR is where the data go (100,000 sets are 20 GB).
: "${OBJ:?the folder of the built programs}"

sets=${EMT_BENCH_SETS:-2000}
lookups=${EMT_BENCH_LOOKUPS:-15}
dir=$(mktemp -d "${EMT_BENCH_DIR:-${TMPDIR:-/tmp}}/report.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 143' TERM INT HUP

"$OBJ/tests/tools/reportgen" "$dir" "$sets" "$lookups" || exit 1
mails=$(find "$dir/hosts/mail/json" -type f | wc -l)
sessions=$(cat "$dir"/hosts/mail/sessions/*.jsonl | wc -l)
queries=$(cat "$dir"/hosts/mail/queries/*.jsonl | wc -l)
health=$(cat "$dir"/hosts/mail/health/*.jsonl | wc -l)
echo "$sets sets: $mails mails, $sessions sessions, $queries queries, $health health records, $(du -sm "$dir" | cut -f1) MB"

run() { # WHAT COMMAND...
	r_what=$1
	shift
	"$OBJ/tests/tools/peak" "$dir/peak" "$@" >/dev/null 2>&1 || exit 1
	read -r elapsed cpu kib <"$dir/peak"
	printf '%-28s %8.1f s elapsed, %8.1f s processor, %7.1f MiB\n' "$r_what" "$elapsed" "$cpu" "$(echo "$kib" | awk '{ print $1 / 1024 }')"
}

ingest="$OBJ/report/emt-report ingest --set domain=measurement.example.com --db $dir/db --ledger $dir/ledger.sqlite"
run "cat of every file" sh -c "find '$dir/hosts' -type f -print0 | xargs -0 cat"
run "ingest" $ingest "$dir/hosts"
echo "index: $(du -m "$dir/db" | cut -f1) MB"
run "ingest with nothing new" $ingest "$dir/hosts"
run "evidence of all sets" "$OBJ/tests/tools/evidenceread" "$dir/db"
now=$((1790000000 + 70 * 86400))
verdicts="$OBJ/report/emt-report verdicts --db $dir/db --now $now"
run "verdicts as a matrix" $verdicts
run "verdicts as JSON Lines" $verdicts --format json
run "html" "$OBJ/report/emt-report" html --db "$dir/db" -o "$dir/pages" --now $now
echo "pages: $(find "$dir/pages" -name '*.html' | wc -l), $(du -sm --apparent-size "$dir/pages" | cut -f1) MB"
