#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Any partition through count, merge and infer, any -j: the bytes of the one-shot run.
. tests/mxinfer/compare.sh
compare shards
