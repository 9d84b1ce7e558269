#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every provider, many times, with cold resolvers and with warm ones that they share, alone and while
# others want the machine: the same matrix each time.  `make soak`; EMT_SOAK_RUNS is how often
# (default 20), EMT_SOAK_SERIES which (default "cold warm cold-load warm-load").  What a wrong run
# left is kept in $OBJ.
. tests/lab/lab.sh
. tests/lab/usage.sh
need_lab
[ -n "${EMT_SOAK-}" ] || skip_all "the demo many times is part of make soak"
runs=${EMT_SOAK_RUNS:-20}

# What is compared: the state of each capability of each provider, and for whom the verdict is.
states() { # DIR
	jq -r 'select(.schema == "verdict/1") | [.participant, .capability, .state, .operator] | @tsv' \
		"$1/evidence/verdicts.jsonl" | sort
}

# ---- others who want the machine: two for each processor, and two for the disk
load_begin() {
	load_pids=
	lb_n=$((2 * $(nproc)))
	while [ "$lb_n" -gt 0 ]; do
		nice -n 5 sh -c 'while :; do :; done' &
		load_pids="$load_pids $!"
		lb_n=$((lb_n - 1))
	done
	for lb_n in 1 2; do
		# shellcheck disable=SC2016 # the inner shell's own variables
		nice -n 5 sh -c 'while :; do
			dd if=/dev/zero of="$1" bs=64k count=512 conv=fsync 2>/dev/null
		done' sh "$tmp/written.$lb_n" &
		load_pids="$load_pids $!"
	done
}

load_end() {
	# shellcheck disable=SC2086 # a list of pids
	kill $load_pids 2>/dev/null
	# shellcheck disable=SC2086
	wait $load_pids 2>/dev/null
	load_pids=
}
load_pids=
trap 'load_end; cgroup_remove; rm -rf "$tmp"' EXIT

series() { # NAME OPTION...: that many demos with these options
	s_name=$1
	shift
	s_run=0
	while [ "$s_run" -lt "$runs" ]; do
		s_run=$((s_run + 1))
		with_usage lab/emt-lab demo --all "$@" -o "$tmp/out" >"$tmp/stdout" 2>"$tmp/stderr"
		[ "$status" -ne 77 ] || skip_all "$(cat "$tmp/stderr")"
		echo "# $s_name $s_run: $used"
		states "$tmp/out" >"$tmp/states.$s_run"
		is "$s_name $s_run: it is as it must be" 0 "$status" || {
			sed 's/^/# /' "$tmp/stdout" "$tmp/stderr"
			keep "$tmp/out" "$s_name-$s_run"
		}
		ok "$s_name $s_run: there are verdicts" test -s "$tmp/states.$s_run"
		# Of all series: neither load nor memory changes anything.
		[ -e "$tmp/first" ] || cp "$tmp/states.$s_run" "$tmp/first"
		ok "$s_name $s_run: the same verdicts" diff "$tmp/first" "$tmp/states.$s_run"
	done
}

for one in ${EMT_SOAK_SERIES:-cold warm cold-load warm-load}; do
	case $one in *-load) load_begin ;; esac
	case $one in
	cold*) series "$one" ;;
	warm*) series "$one" --warm --shared ;;
	*) ok "no such series: $one" false ;;
	esac
	[ -z "$load_pids" ] || load_end
done
tap_end
