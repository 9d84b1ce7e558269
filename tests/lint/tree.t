#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What holds for every file of the tree.
. tests/tap.sh

text_files=$(tree_files | grep -vE '^(LICENSE|tests/fuzz/corpus/|tests/golden/|tests/mxinfer/traps/)')
code=$(tree_files | grep -E '\.[ch]$')

empty "no path of a home or scratch folder" \
	"$(grep -nE '(^|[^A-Za-z0-9_.-])/(home|root|work)/[a-zA-Z]|/var/tmp/|(^|[^A-Za-z0-9_.-])/tmp/[a-zA-Z]' \
		$text_files /dev/null | grep -v '^tests/lint/tree.t:')"
empty "every file names its licence" \
	"$(for f in $text_files; do
		case $f in
		*.md | *.json | *.jsonl | .clang-format | .gitignore | *.png) continue ;;
		esac
		head -n 5 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || echo "$f"
	done)"
empty "no C file over 500 lines whose header does not say why" \
	"$(for f in $code; do
		lines=$(wc -l <"$f")
		[ "$lines" -le 500 ] || { [ "$lines" -le 800 ] && head -n 20 "$f" | grep -q 'Longer than 500 lines'; } ||
			echo "$f: $lines lines"
	done)"
empty "no line over 100 columns, tabs being 8" \
	"$(for f in $code; do expand "$f" | awk -v f="$f" 'length($0) > 100 { print f ":" NR ": " length($0) }'; done)"
empty "no blanks at line ends" "$(grep -nE '[ 	]+$' $code $(tree_files '*.sh' '*.t' Makefile setup) /dev/null)"
empty "no unfinished business" "$(grep -nE '\<(TODO|FIXME|XXX|HACK)\>' $code /dev/null)"
tap_end
