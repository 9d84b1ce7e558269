#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-mxscan killed at any time, then --resume: the records are those of one run.  Limits, as the servers see them.
# EMT_SOAK=1: killed a hundred times instead of a few.
. tests/tap.sh
. tests/mxscan/world.sh
enter_world "$0"

make_root
certificate good mx.good.test -days 10
domains=60
more_in_test=$(
	i=0
	while [ $i -lt $domains ]; do
		# Two of each three lead to an address of their own, the third to that of the one before.
		n=$((i - i % 3 / 2 + 1))
		domain d$i.test 198.51.100.$n
		i=$((i + 1))
	done
	domain far.test 198.51.100.200
	for i in 1 2 3 4 5 6; do
		echo "p$i.test. MX 10 mx$i.provider.com."
	done
)
more_in_root=$(
	for i in 1 2 3 4 5 6; do
		echo "mx$i.provider.com. A 198.51.100.10$i"
	done
)
i=1
: >"$dir/hosts"
while [ $i -le $domains ]; do
	# Every fifth has a certificate.
	[ $((i % 3)) = 0 ] && [ $((i % 5)) = 0 ] && pem=$dir/good.pem || pem=
	echo "198.51.100.$i slow $pem" >>"$dir/hosts"
	i=$((i + 1))
done
for i in 1 2 3 4 5 6; do
	echo "198.51.100.10$i slow"
done >>"$dir/hosts"
echo "198.51.100.200 silent" >>"$dir/hosts"
start_world
i=0
while [ $i -lt $domains ]; do
	echo d$i.test
	i=$((i + 1))
done >"$dir/list"

scan -f "$dir/list" --rate 1000 --per-ipv4-24 7 --per-operator 100 --roots "$dir/root.pem"
same "one run" "$status $(jq -r .kind "$dir/out" | sort | uniq -c | tr -s ' ' | tr '\n' ' ')" "0  40 address  60 domain "
bare "$dir/out" >"$dir/want"
# most COLUMN LIMIT: the largest number there is within the limit, and some were open at once
most()
{
	m_most=$(cut -d ' ' -f "$1" "$dir/visits" | sort -n | tail -n 1)
	echo "at most $m_most at once"
	[ "$m_most" -le "$2" ] && [ "$m_most" -gt 1 ]
}
ok "the /24 was never visited by more than seven at once" most 3 7
: >"$dir/visits"
scan -f "$dir/list" --rate 1000 --per-ipv4-24 100 --per-operator 100 --max-open 5 --roots "$dir/root.pem"
ok "nor by more than --max-open" most 2 5
: >"$dir/visits"
scan p1.test p2.test p3.test p4.test p5.test p6.test --rate 1000 --per-ipv4-24 100 --per-operator 2
ok "nor are the hosts of one registered domain by more than --per-operator" most 2 2
same "though all are visited" "$status $(wc -l <"$dir/visits")" "0 6"

# octets: of the output so far
octets()
{
	stat -c %s "$dir/file" 2>/dev/null || echo 0
}

kills=0
rounds=0
bad=0
partial=0
kills_wanted=4
[ -z "${EMT_SOAK-}" ] || kills_wanted=100
while [ $kills -lt $kills_wanted ]; do
	rm -f "$dir/file" "$dir/file.run"
	rounds=$((rounds + 1))
	step=0
	while :; do
		step=$((step + 1))
		before=$(octets)
		"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --allow 198.51.100.0/24,2001:db8::/32 --patience 4s \
			--connect-timeout 4s --share . -f "$dir/list" --rate 50 --per-ipv4-24 7 --per-operator 100 --roots "$dir/root.pem" -o "$dir/file" --resume \
			2>"$dir/err" &
		pid=$!
		# Killed when it has written some more, a different amount each time.
		until [ ! -e "/proc/$pid/exe" ] || [ "$(octets)" -gt $((before + (kills * 977 + step * 331) % 2500)) ]; do
			:
		done
		kill -9 $pid 2>/dev/null && kills=$((kills + 1))
		wait $pid 2>/dev/null
		status=$?
		[ "$status" = 137 ] || break
		# And what a machine that stops leaves: a record that is cut short.
		if [ $((kills % 2)) = 0 ] && [ "$(octets)" -gt 40 ]; then
			truncate -s -$((kills % 30 + 1)) "$dir/file"
			partial=$((partial + 1))
		fi
	done
	[ "$status" = 0 ] || bad=$((bad + 1))
	bare "$dir/file" | cmp -s - "$dir/want" || bad=$((bad + 1))
done
same "$kills_wanted kills and more: the records of one run, each once" "$bad" 0 ||
	{ bare "$dir/file" | diff - "$dir/want"; cat "$dir/err"; } | head -n 20 | sed 's/^/# /'
ok "records were cut short, too" [ $partial -gt 0 ]
same "FILE.run is a record, too" "$(tests/tools/check_schema.py schema/mx-scan-run-1.json "$dir/file.run")" ""
scan -f "$dir/list" --per-ipv4-24 7 --roots "$dir/root.pem" -o "$dir/file" --resume --metadata "$dir/meta"
same "nothing is left to do" "$status $(jq -c '.counts | [.resumed_domains, .resumed_addresses, .domains, .addresses]' \
	"$dir/meta")" "0 [60,40,{},{}]" || sed 's/^/# /' "$dir/err"

# A signal: ends in order, with metadata.
"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --allow 198.51.100.0/24,2001:db8::/32 --share . far.test d0.test --metadata "$dir/meta" \
	-o "$dir/cut" 2>"$dir/err" &
pid=$!
wait_for "a record" grep -q '"address":"198.51.100.1"' "$dir/cut"
kill -TERM $pid
kill -TERM $pid
wait $pid
same "a signal" "$? $(jq -r .stopped_by "$dir/meta") $(grep -c 'resume does the rest' "$dir/err")" "75 signal 1"
scan -o "$dir/cut" --resume --patience 60s --connect-timeout 10s far.test d0.test --port 26
same "--resume with another option" "$status $(cat "$dir/err")" \
	"78 emt-mxscan: $dir/cut.run: that run had port 25, this one has 26; go on with the same"
cp "$dir/root.pem" "$dir/roots"
scan -o "$dir/cut" --resume --patience 60s --connect-timeout 10s far.test d0.test --roots "$dir/roots"
same "other roots are another option" "$status $(cat "$dir/err")" \
	"78 emt-mxscan: $dir/cut.run: that run had roots null, this one has \"$dir/roots\"; go on with the same"
scan -o "$dir/judged" --roots "$dir/roots" d0.test
cat "$dir/own.crt" >>"$dir/roots"
scan -o "$dir/judged" --roots "$dir/roots" d0.test --resume
same "roots that are not what they were are told of" "$status $(cat "$dir/err")" \
	"0 emt-mxscan: $dir/judged.run: that run had another roots file; what is still to come is judged by this one"
scan -o "$dir/cut" far.test
same "a file that holds records" "$status $(grep -c 'holds records already' "$dir/err")" "73 1"
rm "$dir/cut.run"
scan -o "$dir/cut" --resume far.test d0.test
same "and nobody knows of which options" "$status $(grep -c 'No such file' "$dir/err")" "78 1"
cp "$dir/file.run" "$dir/list.run"
scan -o "$dir/list" -f "$dir/list" --resume --roots "$dir/root.pem"
same "a file of something else" "$status $(grep -c 'list:1: no record of emt-mxscan' "$dir/err")" "65 1"
same "is as it was" "$(head -n 1 "$dir/list")" d0.test
(
	flock 9
	scan -o "$dir/file" --resume -f "$dir/list" --roots "$dir/root.pem"
	same "a file that somebody else is writing" "$status $(grep -c 'another run' "$dir/err")" "75 1"
	echo "$tap_count $tap_failures" >"$dir/counts"
) 9<"$dir/file"
read -r tap_count tap_failures <"$dir/counts"
tap_end
