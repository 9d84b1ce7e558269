#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# zdns, zgrab2, AS tables and mx-scan/1 of random populations: the same answers as the oracle.
. tests/mxinfer/compare.sh
compare forms scan mixed
