#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# convert: what is inferred from the converted data is what is inferred from the data; the records keep to the schema; the
# table is one that Python's csv module and literal reader take.
. tests/mxinfer/compare.sh

generate()
{
	python3 tests/mxinfer/generate.py --seed "$1" --domains 1500 --forms tsv,zdns,scan -o "$work/$1" --variants ${2:+"$2"} >/dev/null
}

# answers FILE...: sorted, for a table has another order
answers()
{
	"$emt_mxinfer" "$@" 2>/dev/null >"$work/answers" && sort "$work/answers"
}

# short FILE...: without the keys that the table has no words for
short()
{
	"$emt_mxinfer" "$@" 2>/dev/null >"$work/answers" && python3 tests/mxinfer/brief.py "$work/answers" | sort
}

convert()
{
	"$emt_mxinfer" convert --to "$@" 2>"$work/err"
}

# check NAME FILE...
check()
{
	name=$1
	shift
	answers "$@" >"$work/want"
	short "$@" >"$work/short"
	ok "$name: there are answers" [ "$(wc -l <"$work/want")" -gt 1000 ]
	ok "$name: to mx-scan" convert mx-scan --raw -o "$work/scan" "$@"
	answers "$work/scan" >"$work/got"
	ok "$name: the same answers from mx-scan" diff "$work/want" "$work/got"
	ok "$name: as the schema says" python3 tests/tools/check_schema.py schema/mx-scan-1.json "$work/scan"
	ok "$name: to the table" convert tsv -o "$work/table" "$@"
	short "$work/table" >"$work/got"
	ok "$name: the same answers from the table" diff "$work/short" "$work/got"
	ok "$name: Python reads the table" python3 -c '
import ast, csv, sys
csv.field_size_limit(1 << 30)
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), delimiter="\t"))[1:]
assert rows and all(len(row) == 6 for row in rows)
assert all("smtp" in ast.literal_eval(row[5]) for row in rows if row[5])
assert any(row[5] for row in rows)' "$work/table"
	ok "$name: and back" convert mx-scan -o "$work/back" "$work/table"
	short "$work/back" >"$work/got"
	ok "$name: the same answers from there" diff "$work/short" "$work/got"
	# A row without an address beside one with says nothing in mx-scan/1.
	[ "$name" = 'dirty table' ] ||
		ok "$name: straight or by way of the other, the same" sh -c '"$1" convert --to tsv - <"$2" | cmp - "$3"' - \
			"$emt_mxinfer" "$work/scan" "$work/table"
}

ok 'a population' generate 71
ok 'a dirty one' generate 72 --dirty
check 'table' "$work/71/tsv.0"
check 'dirty table' "$work/72/tsv.0"
check 'zdns, zgrab2 and ip2asn' "$work/71/zgrab" "$work/71/zdns.0" "$work/71/ip2asn"
check 'mx-scan' "$work/71/scan.0" "$work/71/addresses"
tap_end
