#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each switch and sets of them, tables of one's own: the same answers as the oracle.
. tests/mxinfer/compare.sh
compare switches tables
