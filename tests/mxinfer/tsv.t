#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Python tool's table, clean and with bad rows of every kind: the same answers as the oracle.
. tests/mxinfer/compare.sh
compare names tsv
