#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One small population for each step and each trap of the method; what is expected was worked out by hand (traps/*.expect,
# as brief.py prints it).  The oracle has to know it too.
. tests/mxinfer/compare.sh

run_traps()
{
	python3 tests/mxinfer/traps.py "$emt_mxinfer" "$work" >"$work/compared"
}

ok "runs to its end" run_traps
compared "$work/compared"
tap_end
