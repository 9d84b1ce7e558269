#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The layout of C files is what .clang-format says.
. tests/tap.sh

formatter=clang-format-14
command -v $formatter >/dev/null || skip_all "$formatter is not installed"
for f in $(tree_files '*.c' '*.h' | grep -E '\.[ch]$'); do
	ok "$f" $formatter --dry-run --Werror "$f"
done
tap_end
