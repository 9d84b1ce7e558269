#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing of a laboratory outlives it: killed at any stage, interrupted, or failed while starting.
. tests/lab/lab.sh
need_lab
if [ -z "${LAB_ALONE-}" ]; then
	rm -rf "$tmp"
	alone_in_places "$0"
	mkdir "$tmp"
	echo "# what is left in $shared_places cannot be told here"
fi

tap_output=$tmp/output
machine_state >"$tmp/before"
for place in $shared_places; do
	[ -n "${LAB_ALONE-}" ] && [ -d "$place" ] || continue
	: >"$place/left"
	is "a file that is left in $place would be seen" "> $place/left" \
		"$(machine_state | diff "$tmp/before" - | grep '^[<>]')"
	rm "$place/left"
done

# A laboratory whose demo does not end by itself, however slow this test is: its deliveries hang.
copy_lab "$tmp/held"
keep_providers "$tmp/held" opportunistic
printf '#!/bin/sh\nexec sleep 60\n' >"$tmp/held/obj/delivery/emt-deliver"

# begin STAGE [COMMAND...]: starts a demo in the background and waits for the progress line STAGE;
# sets lab, and writes the laboratory's processes to $tmp/processes
begin() {
	stage=$1
	: >"$tmp/stderr"
	# A background process of a shell ignores INT unless told otherwise.
	# Closed descriptors do not matter either.
	OBJ='' env --default-signal=INT "$tmp/held/lab/emt-lab" demo -o "$tmp/out" <&- >&- 2>"$tmp/stderr" &
	lab=$!
	wait_until 60 grep -q -e "$stage" -e '^emt-lab:' "$tmp/stderr"
	! grep -q '^emt-lab:' "$tmp/stderr" || skip_all "$(cat "$tmp/stderr")"
	unshare=$(ps -o pid= --ppid "$lab")
	# shellcheck disable=SC2086 # one number, perhaps with blanks
	lab_processes ${unshare:-$lab} >"$tmp/processes"
}

for stage in "making the network" "making the site" "starting the servers" "sets made" "probes sent" \
	"mails under way"; do
	begin "$stage"
	ok "killed at \"$stage\": there were processes" test -s "$tmp/processes"
	kill -KILL "$lab"
	status=0
	wait "$lab" 2>/dev/null || status=$?
	is "killed at \"$stage\": by the signal" 137 "$status"
	ok "killed at \"$stage\": every process ends" wait_until 20 all_gone "$tmp/processes"
done

for signal in INT TERM HUP; do
	begin "starting the servers"
	ok "$signal: there were processes" test -s "$tmp/processes"
	kill -"$signal" "$lab"
	status=0
	wait "$lab" 2>/dev/null || status=$?
	is "$signal: exit status" "$([ "$signal" = INT ] && echo 130 || echo 143)" "$status"
	ok "$signal: every process has ended before emt-lab does" all_gone "$tmp/processes"
done

# Every process from emt-lab to process 1 has the output folder in its command line; this grep has
# not.
echo "$tmp/moment" >"$tmp/pattern"
moment_runs() {
	grep -q -s -F -f "$tmp/pattern" /proc/[0-9]*/cmdline
}

# Killed at moments that no progress line marks; "make soak" tries many.
moments="0 0.01 0.02"
[ -z "${EMT_SOAK-}" ] || moments=$(seq 0 0.01 1.2)
for moment in $moments; do
	lab/emt-lab demo -o "$tmp/moment" >/dev/null 2>&1 &
	lab=$!
	sleep "$moment"
	kill -KILL "$lab" 2>/dev/null
	wait "$lab" 2>/dev/null
	ok "killed after $moment s: it ends" wait_until 20 fails moment_runs
done

# A start that fails late: a resolver does not like its configuration.
copy_lab "$tmp/broken"
keep_providers "$tmp/broken" opportunistic
echo "nonsense: yes" >>"$tmp/broken/lab/unbound.conf.in"
mkdir -p "$tmp/out/evidence"
echo "of the time before" >"$tmp/out/evidence/verdicts.jsonl"
for command in demo up; do
	status=0
	"$tmp/broken/lab/emt-lab" "$command" -o "$tmp/out" >/dev/null 2>"$tmp/stderr" || status=$?
	is "$command: a failed start is a failure" 1 "$status"
	is "$command: and says what failed, last of all" "unbound does not start" \
		"$(grep -v '^emt-lab: ' "$tmp/stderr" | tail -n 1 | grep -o 'unbound does not start')"
done
is "who has measured nothing leaves the evidence that there is" "of the time before" \
	"$(cat "$tmp/out/evidence/verdicts.jsonl")"
ok "the failed \"up\" leaves nothing to take down" fails lab/emt-lab down -o "$tmp/out"

machine_state >"$tmp/after"
ok "mounts, network, users and files of the machine are as they were" diff "$tmp/before" "$tmp/after"
is "the output folder holds nothing but ours" "lab.log log" \
	"$(cd "$tmp/out" && rm -rf evidence && echo *)"
tap_end
