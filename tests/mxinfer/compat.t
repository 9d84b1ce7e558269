#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --compat: the answers of the Python tool as the oracle knows them.
. tests/mxinfer/compare.sh
compare compat
