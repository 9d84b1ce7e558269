#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every verdict of every scenario is a record as schema/verdict-1.json describes it.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

ok "the scenarios give records" \
	sh -c "$OBJ/tests/tools/verdictplay --json testcases tests/report/scenarios/*.txt >$tmp/verdicts.jsonl"
ok "many of them" test "$(wc -l <"$tmp/verdicts.jsonl")" -gt 500
ok "they are what the schema says" python3 tests/tools/check_schema.py schema/verdict-1.json "$tmp/verdicts.jsonl"
for state in supported not-supported strict broken mixed inconclusive inconsistent not-challenged absent-unexplained \
	refused-at-submission foreign not-sent never-started pending; do
	ok "state $state is among them" grep -q "\"state\":\"$state\",\"rule\"" "$tmp/verdicts.jsonl"
done
sed 's/"capability":"dane"/"capability":"danish"/' "$tmp/verdicts.jsonl" >"$tmp/bad.jsonl"
ok "a capability that there is not is noticed" fails python3 tests/tools/check_schema.py schema/verdict-1.json \
	"$tmp/bad.jsonl"
cat >"$tmp/hostile.txt" <<'E'
scenario hostile text
set "><script>alert(1)</script>
probes mail-ok/1 v6-mail mail-ok/2
1m mail mail-ok/1 operator="\<b>
2m submission v6-mail code=550 status=5.1.1"<b>
3m mail mail-ok/2 operator="\<b>
now 1h
E
"$OBJ/tests/tools/verdictplay" --json testcases "$tmp/hostile.txt" >"$tmp/hostile.jsonl"
ok "hostile text stays within its strings" python3 tests/tools/check_schema.py schema/verdict-1.json "$tmp/hostile.jsonl"
same "and is what it was" "$(jq -r 'select(.capability == "ipv6-delivery") | .set, .operator, .note' <"$tmp/hostile.jsonl")" \
	'"><script>alert(1)</script>
"\<b>
the submission server refused it with 550 5.1.1"<b>'
tap_end
