#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-mxscan among mail hosts that mean no good, all at once: each has an outcome, in time and in little memory, nothing of
# theirs reaches a terminal as it is, and nobody is told more than EHLO, HELO, STARTTLS and QUIT.
# EMT_SOAK=1: with those that hold us for all the time that a session may take.
. tests/tap.sh
. tests/mxscan/world.sh
enter_world "$0"

make_root
certificate good mx.test -days 10
# MODE OUTCOME STARTTLS
modes="after_tls ok ok
all_at_once ok injected
drip slow -
ehlo_421 retry -
ehlo_500 no-service -
endless_banner too-much -
endless_ehlo too-much -
endless_line too-much -
escapes ok not-offered
greet_000 not-smtp -
greet_354 not-smtp -
greet_421 retry -
greet_450 retry -
greet_554 no-service -
http not-smtp -
many_lines ok not-offered
no_newline slow -
nuls not-smtp -
plaintext ok injected
rst_at_once reset -
rst_banner reset -
rst_ehlo reset -
rst_hello ok closed
rst_starttls ok closed
starttls_354 ok bad-reply
starttls_454 ok retry
starttls_502 ok refused
tls_endless ok failed
tls_garbage ok failed
tls_good ok ok"
[ -z "${EMT_SOAK-}" ] || modes="$modes
drip_ehlo slow -
tls_drip ok stalled
tls_stall ok stalled"
echo "$modes" | awk -v dir="$dir" '{
	name = $1
	gsub("_", "-", name)
	print name ".test" >(dir "/list")
	print "198.51.100." NR, $1, dir "/good.pem" >(dir "/hosts")
	print "198.51.100." NR, $2, $3 >(dir "/want")
	print name ".test. MX 10 mx." name ".test.\nmx." name ".test. A 198.51.100." NR >(dir "/zone")
}'
more_in_test=$(cat "$dir/zone")
mailhosts=tests/mxscan/hostile_smtp.py
start_world

cat >"$dir/measured.py" <<'PY'
import resource, subprocess, sys, time
begun = time.monotonic()
status = subprocess.run(sys.argv[1:]).returncode
print(status, int(time.monotonic() - begun), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY
python3 "$dir/measured.py" "$OBJ/mxinfer/emt-mxscan" -f "$dir/list" --ehlo-name scan.example.org --allow 198.51.100.0/24 \
	--patience 2s --connect-timeout 2s --share . --ipv4 --per-ipv4-24 100 --roots "$dir/root.pem" -o "$dir/out" --debug 2 \
	>"$dir/measured" 2>"$dir/err"
read -r status seconds kilobytes <"$dir/measured"
echo "# $seconds s, $kilobytes kB"
same "it ends" "$status" 0
# The time for the connection, twice the patience, and 30 s.
ok "in time" [ "$seconds" -le 40 ]
[ -n "${SAN-}" ] || ok "in little memory" [ "$kilobytes" -le 100000 ]
ok "each record is as schema/mx-scan-1.json has it" tests/tools/check_schema.py schema/mx-scan-1.json "$dir/out"
same "each host by its outcome" "$(jq -r 'select(.kind == "address") | [.address, .outcome, .starttls // "-"] | join(" ")' "$dir/out" |
	sort)" "$(sort "$dir/want")"
same "nothing else is said to them" "$(cut -d ' ' -f 2- "$dir/visits" | tr '|' '\n' | grep . | sort -u)" \
"EHLO scan.example.org
HELO scan.example.org
QUIT
STARTTLS"
same "a record is a line of printing characters" "$(LC_ALL=C grep -c '[[:cntrl:]]' "$dir/out")" 0
same "so is what a terminal is shown" "$(LC_ALL=C grep -c '[^ -~]' "$dir/err")" 0
ok "and emt-mxinfer takes it" "$OBJ/mxinfer/emt-mxinfer" --strict "$dir/out"
tap_end
