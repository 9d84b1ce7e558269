#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each rule of each case file is deleted in turn, and leads to another state in turn: a scenario must notice.  Rules are
# data, so this needs no other program; and no rule is there that nothing tests.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
play=$OBJ/tests/tools/verdictplay
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# mutate FILE LINE delete|invert: the file with that rule changed; lines that go on from it belong to it
mutate()
{
	awk -v line="$2" -v how="$3" '
		BEGIN {
			to["supported"] = to["inconsistent"] = to["not-challenged"] = to["broken"] = "not-supported"
			to["not-supported"] = to["strict"] = "supported"
			to["inconclusive"] = "absent-unexplained"
			to["absent-unexplained"] = "inconclusive"
		}
		NR == line { gone = how == "delete"; if (!gone) $3 = to[$3] }
		NR > line && !/^[ \t]/ { gone = 0 }
		!gone' "$1"
}

# judge WHAT: the changed folder must turn a scenario red, and not by making the player stumble
judge()
{
	j_status=0
	"$play" "$tmp/cases" tests/report/scenarios/*.txt >"$tmp/out" 2>&1 || j_status=$?
	ok "$1: a scenario turns red" test "$j_status" -eq 1 || sed -n 's/^Bail/# Bail/p' "$tmp/out"
}

# A case that decides something cannot go without its last rule: the file is refused.
refused()
{
	j_status=0
	"$play" "$tmp/cases" tests/report/scenarios/*.txt >"$tmp/out" 2>&1 || j_status=$?
	ok "$1: the file is refused" grep -q 'no rule.nothing says what absence leads to' "$tmp/out"
}

ok "the scenarios are green to begin with" "$play" testcases tests/report/scenarios/*.txt
mkdir "$tmp/cases"
cp testcases/*.conf "$tmp/cases/"
for file in testcases/*.conf; do
	name=${file##*/}
	for rule in $(grep -n '^rule\.' "$file" | sed 's/ .*//'); do
		line=${rule%%:*}
		what="${name%.conf} ${rule#*:}"
		for how in delete invert; do
			mutate "$file" "$line" "$how" >"$tmp/cases/$name"
			case "$how $what" in
			"delete mail-ok "*) judge "$what, deleted" ;;
			"delete "*" rule.nothing") refused "$what, deleted" ;;
			"delete "*) judge "$what, deleted" ;;
			*) judge "$what, another state" ;;
			esac
		done
	done
	cp "$file" "$tmp/cases/$name"
done
tap_end
