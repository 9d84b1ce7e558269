#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same data packed, piped, in parts, converted, with a model: the same answers.  Market shares as the oracle adds them up.
. tests/mxinfer/compare.sh
command -v zstd >/dev/null || skip_all "zstd is not installed"
compare ways model shares
