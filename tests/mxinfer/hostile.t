#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Input that somebody made to hurt: sizes, depths, rubbish.  A chain of a million certificates.
. tests/mxinfer/compare.sh

run_hostile()
{
	python3 tests/mxinfer/hostile.py "$emt_mxinfer" "$OBJ/tests/tools/peak" "$work" >"$work/compared"
}

ok "runs to its end" run_hostile
compared "$work/compared"

# The names of the chain come in an order that makes long paths; each but two has two domains, the smallest wins.
chain()
{
	"$OBJ/tests/tools/mxgen" chain 1 1000000 | timeout 60 "$emt_mxinfer" - >"$work/chain" 2>"$work/err" &&
		[ "$(wc -l <"$work/chain")" -eq 1000000 ] &&
		[ "$(grep -o '"id":"[^"]*"' "$work/chain" | sort -u)" = '"id":"n0000001.com"' ]
}
ok "a chain of a million certificates" chain

# The same in five orders, the union-find alone; tests/bench/mxinfer.sh says how long a million takes.
joined()
{
	"$OBJ/tests/tools/mxgen" chain 1 50000 >"$work/chain.tsv" && "$OBJ/tests/tools/chaincost" 50000 "$work/chain.tsv"
}
ok "chains of certificates become one group in any order" joined
tap_end
