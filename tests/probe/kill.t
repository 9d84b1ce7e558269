#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-probe send is killed (SIGKILL) at random points of the dialogue and started again, until all is sent: what is known
# as accepted is never sent twice, and what may have been is told.
. tests/tap.sh
. tests/probe/probe.sh

tmp=$(mktemp -d)
trap 'kill $server_pid 2>/dev/null; wait; rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP
server_pid=
mkdir "$tmp/server"
make_ca "$tmp/server"
write_site "$tmp/data"
configure '{}'
start_server "$tmp/server" || exit 1
if [ -n "${EMT_SOAK-}" ]; then rounds=60; else rounds=6; fi

round=0
while [ $round -lt $rounds ]; do
	round=$((round + 1))
	rm -f "$tmp/server/log" "$tmp/server/kills"
	set_id=$(emt new 2>/dev/null)
	if [ $round -eq 1 ]; then seed=1; fi
	configure "{\"kill\": {\"seed\": $seed, \"one_in\": 12}}"
	runs=0
	while [ $runs -lt 200 ]; do
		runs=$((runs + 1))
		# shellcheck disable=SC2016 # the inner shell's
		sh -c 'echo $$ >"$1/server/victim"; tmp=$1; shift; exec "$@"' sh "$tmp" "$probe" -c "$tmp/site.conf" \
			--ledger "$tmp/ledger" send --probe-set "$set_id" --from bob@example.net --roots "$tmp/server/ca.pem" \
			--submission "smtp://localhost:$starttls_port" >"$tmp/out" 2>&1
		code=$?
		[ $code -eq 137 ] || break
	done
	ok "round $round: it comes to an end" test $code -le 1
	kills=$(wc -l <"$tmp/server/kills")
	ok "round $round: $kills kills were survived" test "$kills" -ge 3
	emt status --probe-set "$set_id" --format json >"$tmp/status"
	empty "round $round: nothing is sent twice" "$(taken | uniq -d)"
	same "round $round: all others were taken" "$(jq -r 'select(.state == "accepted") | .address' "$tmp/status" | sort)" \
		"$(jq -r 'select(.state == "uncertain") | .address' "$tmp/status" | sort >"$tmp/uncertain"
			taken | comm -23 - "$tmp/uncertain")"
	same "round $round: each is accepted or uncertain" \
		"$(jq -r .state "$tmp/status" | grep -cvE '^(accepted|uncertain)$')" 0
	# Only a kill between the last octets and the written outcome leaves a doubt.
	ok "round $round: no doubt without a reason" \
		test "$(wc -l <"$tmp/uncertain")" -le "$(grep -cE '^(dot|told)' "$tmp/server/kills")"
	same "round $round: what was killed before is no doubt" "$(grep '^dot' "$tmp/server/kills" |
		sed 's/.*<\(.*\)>.*/\1/' | sort -u | comm -13 - "$tmp/uncertain" | while read -r address; do
			grep -qF "told RCPT TO:<$address>" "$tmp/server/kills" || echo "$address"; done)" ""
	ok "round $round: the ledger is whole" test "$(python3 -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone()[0])' "$tmp/ledger")" = ok
done
total=$(cat "$tmp"/server/kills | wc -l)
ok "somebody was killed" test "$total" -gt 0

# Two at once: the second one says that the first one is at work.
configure '{}'
set_id=$(emt new 2>/dev/null)
mkfifo "$tmp/gate"
python3 - "$tmp/ledger.lock" "$set_id" "$tmp/gate" <<'PY' &
import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.fcntl(fd, fcntl.F_OFD_SETLK if hasattr(fcntl, "F_OFD_SETLK") else 37,
            struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, int(sys.argv[2][:15], 16), 1, 0))
open(sys.argv[3], "w").close()
open(sys.argv[3]).read()
PY
holder=$!
: <"$tmp/gate"
emt send --probe-set "$set_id" --from bob@example.net --submission "smtp://localhost:$starttls_port" >"$tmp/out" 2>&1
same "a set is sent by one process at a time" $? 75
ok "and says so" grep -q 'another emt-probe is sending this set' "$tmp/out"
: >"$tmp/gate"
wait $holder
tap_end
