#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Visits of emt-mxscan: STARTTLS sessions a second, processor time and memory of each, with a farm of mail hosts on this
# machine, which takes a core of its own.  Beside them what OpenSSL alone takes for a handshake.  EMT_BENCH_RUNS (3).
: "${OBJ:?the folder of the built programs}"

runs=${EMT_BENCH_RUNS:-3}
at_once=${EMT_BENCH_VISITS:-4000}
dir=$(mktemp -d) || exit 1
trap 'exec 9>&-; rm -rf "$dir"' EXIT
trap 'exit 143' TERM INT HUP
mkfifo "$dir/alive" "$dir/port" || exit 1

# farm [HOLD]: starts one; its port is in $port, and it ends when descriptor 9 is closed
farm()
{
	"$OBJ/tests/tools/smtpfarm" "$@" <"$dir/alive" >"$dir/port" &
	exec 9>"$dir/alive"
	read -r port <"$dir/port"
}

# end: ends the farm
end()
{
	exec 9>&-
	wait $!
}

"$OBJ/tests/tools/visitload" floor 3000 || exit 1
echo
echo "sessions one after the other, so many at once, on as many addresses"
for run in $(seq "$runs"); do
	farm
	"$OBJ/tests/tools/visitload" "$port" $((5 * at_once)) 400 || exit 1
	end
done
echo
echo "all within their handshake at the same time: the farm answers nobody before the last has asked"
for run in $(seq "$runs"); do
	farm "$at_once"
	"$OBJ/tests/tools/visitload" "$port" "$at_once" "$at_once" || exit 1
	end
done
