#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-deliver as real Postfix runs it: under local(8) by an alias and under pipe(8), many mails at once, some deliveries
# killed, folders that cannot be written for a while.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
own_machine "$@"

if [ -n "${EMT_SOAK-}" ]; then
	mails=10000 sessions=50 patience=600
else
	mails=500 sessions=10 patience=${EMT_PATIENCE:-120}
fi
# The user that deliveries run as may not reach the tree.
cp "$OBJ/delivery/emt-deliver" "$OBJ/tests/tools/mayhem" "$root/"
data=$root/store
mkdir "$data"
mount -t tmpfs emt-data "$data"
deliver="$root/emt-deliver -o base_dir=$data -o domain=example.com"
printf '%s\t"|%s"\n' measurement "$deliver" spam "$deliver -f spam" killed "$root/mayhem 5 $deliver" >"$root/aliases"
printf '%s\t%s:\n' pipe.example.com emt spam.example.com emt-spam killed.example.com emt-killed >"$root/transport"
pipe_arguments='--queue-id ${queue_id} --sender ${sender} --recipient ${recipient}
    --original-recipient ${original_recipient} --client-address ${client_address} --client-port ${client_port}
    --client-helo ${client_helo} --client-hostname ${client_hostname} --client-protocol ${client_protocol}'
cat >"$root/master" <<CONF
emt unix - n n - 20 pipe
    flags=DORXq user=nobody null_sender= argv=$deliver $pipe_arguments
emt-spam unix - n n - 20 pipe
    flags=DORXq user=nobody null_sender= argv=$deliver -f spam $pipe_arguments
emt-killed unix - n n - 20 pipe
    flags=DORXq user=nobody null_sender= argv=$root/mayhem 5 $deliver $pipe_arguments
CONF
start_postfix <<'CONF'
relay_domains = pipe.example.com, spam.example.com, killed.example.com
emt_destination_recipient_limit = 1
emt-spam_destination_recipient_limit = 1
emt-killed_destination_recipient_limit = 1
CONF
ok "Postfix runs" test -s "$root/queue/pid/master.pid"

stored() { # FOLDER COUNT
	[ "$(ls "$1/mails" | wc -l)" -eq "$2" ] && [ "$(ls "$1/json" | wc -l)" -eq "$2" ] && [ "$(queued)" -eq 0 ]
}

what_happened() { # for whoever reads a failed run
	{
		echo "$(ls "$data/mails" | wc -l) mails, $(ls "$data/json" | wc -l) records, $(queued) in the queue"
		grep " $data " /proc/mounts
		tail -n 30 "$root/mail.log"
		ps -eo pid,ppid,etimes,stat,wchan:20,args | cut -c1-150
		for wh_pid in $(pgrep -x emt-deliver); do
			cat "/proc/$wh_pid/syscall"
			ls -l "/proc/$wh_pid/fd"
		done
	} | sed 's/^/# /'
}

new_data() {
	rm -rf "${data:?}"/*
	new_folders "$data"
}

one_mail() { # FROM TO
	printf 'helo sender.example.net\nmail from:<%s>\nrcpt to:<%s>\ndata\n%s\n.\nquit\n' "$1" "$2" \
		"From: someone@example.net

hi" | sed 's/$/\r/' | /usr/bin/env python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", 25)); f = s.makefile("rwb")
f.readline()
for line in sys.stdin.buffer.read().split(b"\r\n"):
    in_data = globals().get("in_data", False)
    f.write(line + b"\r\n"); f.flush()
    if in_data and line != b".": continue
    in_data = False
    if line == b"quit": break
    reply = f.readline()
    if not reply[:1] in b"23": sys.exit(reply)
    in_data = line == b"data"
'
}
record() { # FOLDER FILTER: of its one record
	jq -r "$2" "$1"/json/*
}

# One mail each way.  What local(8) censors is right in the record, and what pipe(8) alone knows is there.
new_data
ok "a mail to an alias" one_mail 'a#b~c@example.net' 'measurement+x/../y@example.com'
ok "is stored" wait_for 20 stored "$data" 1
same "its sender" "$(record "$data" .sender)" 'a#b~c@example.net'
same "its recipient" "$(record "$data" .recipient)" '"measurement+x/../y"@example.com'
same "its client" "$(record "$data" '[.client.address, .client.helo, .client.protocol] | @tsv' | tr '\t' ' ')" \
	"127.0.0.1 sender.example.net SMTP"
ok "its queue id is the log's" grep -q "$(record "$data" .queue_id): .*status=sent" "$root/mail.log"
same "its file stands inside its folder" "$(ls "$data/mails" | sed 's/.*-%22//')" \
	'measurement+x%2F..%2Fy%22@example.com'
same "files are nobody's own" "$(stat -c '%U %a' "$data"/*/1* | sort -u)" "nobody 600"
ok "a bounce to an alias" one_mail '' measurement@example.com
ok "is stored" wait_for 20 stored "$data" 2
same "its sender is known to be nobody" "$(jq -r .sender "$data"/json/* | sort | head -n 1)" ""

new_data
ok "a mail to a pipe" one_mail 'a#b~c@example.net' '"we ird"@pipe.example.com'
ok "is stored" wait_for 20 stored "$data" 1
same "its sender" "$(record "$data" .sender)" 'a#b~c@example.net'
same "its recipient" "$(record "$data" .recipient)" '"we ird"@pipe.example.com'
ok "its port is the log's" test "$(record "$data" .client.port)" -gt 0
ok "its queue id is the log's" grep -q "$(record "$data" .queue_id): .*status=sent" "$root/mail.log"
ok "a bounce to a pipe" one_mail '' m@pipe.example.com
ok "is stored" wait_for 20 stored "$data" 2
same "its sender is known to be nobody" "$(jq -r .sender "$data"/json/* | sort | head -n 1)" ""

new_data
ok "spam to an alias" one_mail a@example.net spam@example.com
ok "is stored" wait_for 20 stored "$data/spam" 1
ok "spam to a pipe" one_mail a@example.net m@spam.example.com
ok "is stored" wait_for 20 stored "$data/spam" 2
same "with its flavour" "$(jq -r .flavour "$data"/spam/json/* | sort -u)" spam

# A folder that cannot be written for a while defers mails; nothing bounces.
deferred() { # COUNT
	[ "$(grep -c 'status=deferred' "$root/mail.log")" -ge "$1" ]
}
new_data
ok "a folder becomes read-only" wait_for 20 mount -o remount,ro "$data"
: >"$root/mail.log"
ok "a mail to a folder that is read-only" one_mail a@example.net measurement@example.com
ok "another one by pipe(8)" one_mail a@example.net m@pipe.example.com
ok "they are deferred" wait_for 20 deferred 2
same "and kept" "$(queued)" 2
ok "the folder can be written again" wait_for 20 mount -o remount,rw "$data"
ok "and they are delivered" wait_for 20 stored "$data" 2 || what_happened
same "none bounced" "$(grep -c 'status=bounced' "$root/mail.log")" 0

# Many at once, of which one in twenty is killed at some moment.
for target in killed@example.com m@killed.example.com; do
	new_data
	: >"$root/mail.log"
	ok "$mails mails over $sessions sessions to $target" python3 tests/tools/smtp_load.py send 25 $sessions $mails $target
	ok "all are stored" wait_for $patience stored "$data" $mails || what_happened
	ok "each once, with its own bytes and record" python3 tests/tools/smtp_load.py check "$data" $mails $target
	same "none bounced" "$(grep -c 'status=bounced' "$root/mail.log")" 0
	echo "# $(grep -c 'status=deferred' "$root/mail.log") deliveries were tried again"
	ok "some were killed" test "$(grep -c 'status=deferred' "$root/mail.log")" -gt 0
done
tap_end
