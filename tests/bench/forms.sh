#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The readers of the input forms alone: megabytes a second of one thread over a file in memory, every scan and certificate
# read; beside each form of JSON, jansson, which makes a tree of each record, in the same run.
: "${OBJ:?the folder of the built programs}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
for pair in tsv:tsv mx-scan:scan zdns:zdns zgrab2:zgrab ip2asn:ip2asn; do
	form=${pair%:*}
	"$OBJ/tests/tools/mxgen" "${pair#*:}" 1 "${EMT_BENCH_FORM_DOMAINS:-50000}" >"$dir/file" || exit 1
	"$OBJ/tests/tools/formspeed" "$form" "$dir/file" | awk -v form="$form" -v mb="$(du -m "$dir/file" | cut -f1)" '
		$1 == "reader" { ours = $2; printf "    %-8s %5d MB %8d MB/s", form, mb, $2 }
		$1 == "jansson" { printf ", jansson %d MB/s: x %.1f", $2, ours / $2 }
		END { print ours ? "" : form ": failed" }'
done
