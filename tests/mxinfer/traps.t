#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One small population for each step and each trap of the method; what is expected was worked out by hand (traps/*.expect,
# as brief.py prints it).  The oracle has to know it too.
. tests/mxinfer/compare.sh

# kinds BASE: its inputs, `KIND:FILE` each
kinds()
{
	for k_kind in tsv zdns zgrab ip2asn pfx2as scan; do
		[ ! -f "$1.$k_kind" ] || echo "$k_kind:$1.$k_kind"
	done
}

answers()
{
	# shellcheck disable=SC2086 # lists of words
	"$emt_mxinfer" $switches $files >"$work/out" 2>"$work/err" && tests/mxinfer/brief.py "$work/out"
}

truth()
{
	# shellcheck disable=SC2086
	python3 tests/mxinfer/oracle.py $switches $inputs | tests/mxinfer/brief.py
}

for expect in tests/mxinfer/traps/*.expect; do
	base=${expect%.expect}
	name=${base##*/}
	switches=$(cat "$base.args" 2>/dev/null)
	inputs=$(kinds "$base")
	files=$(echo "$inputs" | cut -d: -f2)
	want=$(grep -v '^#' "$expect")
	same "$name" "$(answers)" "$want"
	same "$name: the oracle knows it" "$(truth)" "$want"
done
tap_end
