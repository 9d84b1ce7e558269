#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-sessions: its rate on verbose logs beside wc -l and grep -c of the same file, in turn; on a log that is all dialogue;
# and what a run costs that finds nothing new.  EMT_BENCH_RUNS (9) of each.
: "${OBJ:?the folder of the built programs}"
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 0; }

runs=${EMT_BENCH_RUNS:-9}
emt=$OBJ/sessionparse/emt-sessions
octets=200000000
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
trap 'rm -rf "$dir"' EXIT
trap 'exit 143' TERM INT HUP
user_locale=${LC_ALL:-${LC_CTYPE:-${LANG:-C}}}

# compare HEADING LOG
compare() {
	c_stats=$("$emt" --year 2026 --stats "$2" 2>&1 >/dev/null) || exit 1
	echo "$1: $(echo "$c_stats" | awk -v octets="$(wc -c <"$2")" '
		{ n[$1] = $2 }
		END { printf "%.0f MB, %d lines (%.1f %% of them dialogue, %.1f %% noise), %d sessions", octets / 1e6, n["lines"],
			100 * (n["client-says"] + n["server-says"]) / n["lines"], 100 * n["noise"] / n["lines"], n["sessions"] }')"
	"$OBJ/tests/tools/pace" "$runs" "$2" \
		"grep -c 'smtpd\\[' (LC_ALL=C)" "LC_ALL=C; export LC_ALL; exec grep -c 'smtpd\\[' $2" \
		"grep -c 'smtpd\\[' ($user_locale)" "exec grep -c 'smtpd\\[' $2" \
		"wc -l" "exec wc -l $2" \
		"emt-sessions" "exec $emt --year 2026 $2" || exit 1
	echo
}

echo "Rate, as a share of grep's, and memory at most; medians of $runs runs each, in turn; the file is in memory"
echo "Goals: half of grep's on verbose logs, 150 MB/s where all is dialogue"
echo
"$OBJ/tests/tools/sessiongen" 1 4000 60 15 >"$dir/verbose" || exit 1
compare "Made up, verbose" "$dir/verbose"

mkdir "$dir/postfix"
if [ "$(id -u)" -ne 0 ] || ! command -v postconf >/dev/null ||
	! unshare --net --mount --pid --fork --kill-child true 2>/dev/null; then
	echo "no log of a real Postfix: needs root, namespaces and Postfix"
else
	unshare --net --mount --pid --fork --kill-child --mount-proc tests/sessions/host.sh "$dir/postfix" 60 3 &&
		python3 tests/bench/repeat_log.py "$dir/postfix/maillog" $octets >"$dir/real" || exit 1
	compare "Postfix with 60 clients, most of them short, repeated" "$dir/real"
	rm -rf "$dir/postfix" "$dir/real"
fi

"$OBJ/tests/tools/sessiongen" 1 25000 60 0 >"$dir/dense" || exit 1
compare "Made up, no noise at all" "$dir/dense"
rm "$dir/dense"

mkdir "$dir/state" "$dir/sessions"
[ "$(id -u)" -ne 0 ] || chown nobody "$dir/state" "$dir/sessions"
follow="$emt --follow-state $dir/state --out $dir/sessions --log $dir/verbose"
$follow || exit 1
echo "A run with nothing new behind the made-up verbose log, of 500 (goal: under 5 ms), beside /bin/true"
"$OBJ/tests/tools/cost" /dev/null /bin/true
# shellcheck disable=SC2086 # a command and its arguments
"$OBJ/tests/tools/cost" /dev/null $follow
