#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-enrich as a daemon, against real servers: what arrives, what it tells the service manager, folders that come, go and
# change, kills, signals, lost events, two at once.
. tests/tap.sh
. tests/dns/servers.sh
enter_namespaces "$0"
command -v jq >/dev/null || skip_all "jq is not installed"
start_servers
# Folders in memory: what is slow here must not be the disk.
mkdir "$dir/memory"
mount -t tmpfs -o size=500m tmpfs "$dir/memory"
srv=$dir/memory/srv
mkdir -p "$srv/json" "$srv/spam/json" "$srv/all/json"
printf 'base_dir = %s\ntrust_anchor = %s/root.ds\ndnsbl_lists = none\n' "$srv" "$dir" >"$dir/site.conf"

# record FILE DOMAIN: as emt-deliver does, whole or not at all
record()
{
	printf '{"schema":"mail/1","tool":"emt-deliver 0.1","headers":{"from":"a@%s"},"enrichment":"pending"}\n' \
		"$2" >"$srv/new"
	ln "$srv/new" "$srv/$1"
	rm "$srv/new"
}

# start [OPTION...]: the daemon, its pid in $daemon
start()
{
	"$OBJ/delivery/emt-enrich" -v -c "$dir/site.conf" "$@" 2>>"$dir/log" &
	daemon=$!
}

# stop: ends it by TERM; its exit code in $code
stop()
{
	kill -TERM "$daemon"
	wait "$daemon"
	code=$?
}

# is STATE FILE...
is()
{
	state=$1
	shift
	[ "$(jq -r .enrichment "$@" | sort -u)" = "$state" ]
}

holds_lock()
{
	grep -q FLOCK /proc/"$1"/fdinfo/*
}

watches()
{
	grep -q "$1: is watched" "$dir/log"
}

# What the service manager hears, one line a message.
perl -MIO::Socket::UNIX -MSocket -e '$| = 1; $SIG{TERM} = "DEFAULT";
	my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Type => SOCK_DGRAM) or die; print "listening\n";
	while (defined $s->recv(my $m, 1000)) { print "$m\n" }' "$dir/notify" >"$dir/heard" &
listener=$!
wait_for 'the listener' grep -q listening "$dir/heard"

record json/before ok.test
NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=100000 start
wait_for READY grep -q '^READY=1$' "$dir/heard"
wait_for 'the record that was there' is complete "$srv/json/before"
ok 'what was pending at the start is completed' is complete "$srv/json/before"
record json/after ok.test
record spam/json/after bad.test
record all/json/after plain.test
wait_for 'the records that arrive' is complete "$srv"/json/after "$srv"/spam/json/after "$srv"/all/json/after
same 'what arrives is completed, in all three folders' "$(jq -c .mx "$srv/json/after")" '["10 mx1.ok.test.","20 mx2.ok.test."]'
started=$(date +%s%3N)
record json/soon ok.test
wait_for 'a record' is complete "$srv/json/soon"
took=$(($(date +%s%3N) - started))
ok "soon ($took ms)" [ "$took" -lt 5000 ]
printf '{"schema":"mail/1","headers":{"from":"a@ok.test"},"enrichment":"pending"}' >"$srv/json/.writing"
mv "$srv/json/.writing" "$srv/json/renamed"
wait_for 'a record that is renamed' is complete "$srv/json/renamed"
ok 'a record may be put there by rename' is complete "$srv/json/renamed"
inode=$(stat -c '%i %y' "$srv/json/before")
ok 'a run from cron ends well beside it' "$OBJ/delivery/emt-enrich" -c "$dir/site.conf" --once
same 'no record is completed twice' "$(stat -c '%i %y' "$srv/json/before")" "$inode"
wait_for 'the watchdog' sh -c "[ \$(grep -c '^WATCHDOG=1\$' '$dir/heard') -ge 5 ]"
ok 'the watchdog is told' grep -q '^WATCHDOG=1$' "$dir/heard"
stop
same 'TERM ends it well' "$code" 0
wait_for STOPPING grep -q '^STOPPING=1$' "$dir/heard"
same 'and it says so' "$(grep -c '^STOPPING=1$' "$dir/heard")" 1
kill "$listener"

# TERM while everything is in flight.
for i in $(seq 20); do record "json/flight$i" "f$i.ok.test"; done
cat "$srv"/json/flight* >"$dir/before"
start -o resolver=127.0.0.9
wait_for 'the lock' holds_lock "$daemon"
wait_for 'records in flight' sh -c "lsof() { ls -l /proc/$daemon/fd; }; lsof | grep -c socket | grep -qv '^[0-4]\$'"
started=$(date +%s%3N)
stop
took=$(($(date +%s%3N) - started))
same 'TERM with records in flight' "$code" 0
ok "ends it at once ($took ms)" [ "$took" -lt 3000 ]
cat "$srv"/json/flight* >"$dir/after"
ok 'what was in flight is as it was' cmp "$dir/before" "$dir/after"
same 'and nothing lies beside it' "$(ls -A "$srv/json" | grep -c '^\.')" 0

# Folders that are not there yet, are moved away, and come back.
rm -r "$srv/spam"
: >"$dir/log"
start
wait_for 'what was left in flight' is complete "$srv"/json/flight*
ok 'the next start completes it' is complete "$srv"/json/flight*
mkdir -p "$srv/spam/json"
record spam/json/late ok.test
wait_for 'a folder that comes later' is complete "$srv/spam/json/late"
ok 'a folder that comes later is taken up' is complete "$srv/spam/json/late"
mv "$srv/json" "$srv/json.old"
mkdir "$srv/json"
record json/new ok.test
wait_for 'a folder that is replaced' is complete "$srv/json/new"
ok 'a folder that is replaced is taken up' is complete "$srv/json/new"
record json/again ok.test
wait_for 'its next record' is complete "$srv/json/again"
rm -r "$srv/json"
wait_for 'the folder to be missed' grep -q "$srv/json: is not there any more" "$dir/log"
mkdir "$srv/json"
record json/back ok.test
wait_for 'a folder that comes back' is complete "$srv/json/back"
ok 'a folder that comes back is taken up' is complete "$srv/json/back"

# More events than the kernel keeps, while it cannot read them.
queue=$(cat /proc/sys/fs/inotify/max_queued_events)
kill -STOP "$daemon"
perl -e 'for (1 .. $ARGV[1]) { open my $f, ">", "$ARGV[0]/.t" or die; print $f qq({"schema":"mail/1","enrichment":"complete"});
	close $f; link "$ARGV[0]/.t", "$ARGV[0]/done$_"; unlink "$ARGV[0]/.t" }' "$srv/json" "$queue"
for i in 1 2 3; do record "json/lost$i" "l$i.ok.test"; done
kill -CONT "$daemon"
wait_for 'records whose events are lost' is complete "$srv"/json/lost*
ok 'lost events: the folders are read again' is complete "$srv"/json/lost*
ok 'and it says so' grep -q 'reading all folders again' "$dir/log"
rm -r "$srv/json"
mkdir "$srv/json"

# A second one waits, and takes over.
wait_for 'the new folder' sh -c "[ \$(grep -c '$srv/json: is watched' '$dir/log') -ge 2 ]"
first=$daemon
: >"$dir/log"
start
wait_for 'the second to wait' grep -q 'another emt-enrich is at work there; waiting' "$dir/log"
kill -KILL "$first"
wait "$first" 2>/dev/null
record json/taken-over ok.test
wait_for 'the second' is complete "$srv/json/taken-over"
ok 'a second one takes over from one that is killed' is complete "$srv/json/taken-over"
stop

# Killed again and again while records arrive: none is broken, all are completed in the end.
for round in $(seq 12); do
	start -o enrich_parallel=10
	for i in $(seq 15); do record "json/k$round-$i" "k$round-$i.ok.test"; done
	wait_for 'a record to be completed' sh -c "grep -lq '\"complete\"' $srv/json/k$round-*"
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
done
same 'after kills no record is broken' "$(jq -r '.schema + " " + .enrichment' "$srv"/json/k* |
	grep -vcE '^mail/1 (pending|complete)$')" 0
start
wait_for 'all records' is complete "$srv"/json/k*
same 'the last start completes all' "$(jq -r .enrichment "$srv"/json/k* | sort | uniq -c | tr -s ' ')" ' 180 complete'
stop
same 'nothing lies beside them' "$(ls -A "$srv/json" | grep -c '^\.')" 0

# A disk that is full for a while.
mkdir "$dir/full"
mount -t tmpfs -o size=200k tmpfs "$dir/full"
mkdir "$dir/full/json"
: >"$dir/log"
start -o "base_dir=$dir/full"
wait_for 'the folder' watches "$dir/full/json"
dd if=/dev/zero of="$dir/full/rest" bs=1k 2>/dev/null
truncate -s -4096 "$dir/full/rest"
srv=$dir/full record json/one ok.test
wait_for 'the full disk to be met' grep -q 'one: not written: No space left on device' "$dir/log"
ok 'a full disk: the record stays pending' is pending "$dir/full/json/one"
rm "$dir/full/rest"
ok 'it goes on' kill -0 "$daemon"
# It tries again after a minute.
if [ -n "${EMT_SOAK-}" ]; then
	for seconds in $(seq 70); do is complete "$dir/full/json/one" || sleep 1; done
	ok 'and tries again' is complete "$dir/full/json/one"
fi
stop
same 'and ends well' "$code" 0

# What it reads: at the start all, then what is new.
if [ -z "${SAN-}" ] && command -v strace >/dev/null; then
	strace -f -qq -e trace=openat -o "$dir/trace" "$OBJ/delivery/emt-enrich" -v -c "$dir/site.conf" 2>"$dir/log" &
	tracer=$!
	wait_for 'the start' watches "$srv/all/json"
	record json/traced ok.test
	wait_for 'the traced record' is complete "$srv/json/traced"
	kill -TERM "$(pidof -s "$OBJ/delivery/emt-enrich")"
	wait "$tracer"
	same 'a new record is read once' "$(grep -c '"traced", O_RDONLY' "$dir/trace")" 1
	same 'and so was each old one' "$(grep -c '"k1-1", O_RDONLY' "$dir/trace")" 1
fi
tap_end
