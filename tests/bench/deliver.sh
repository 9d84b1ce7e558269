#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-deliver: the rate of a whole Postfix with it, against the same Postfix with /bin/true in its place, alternating; and
# what one delivery costs.  EMT_BENCH_MAILS (1000) a run, EMT_BENCH_RUNS (5) of each.
: "${OBJ:?the folder of the built programs}"
skip_all() {
	echo "skipped: $*"
	exit 0
}
. tests/delivery/postfix.sh
own_machine "$@"

mails=${EMT_BENCH_MAILS:-1000}
runs=${EMT_BENCH_RUNS:-5}
store=$root/store
mkdir "$store"
cp "$OBJ/delivery/emt-deliver" "$root/"
deliver="$root/emt-deliver -o base_dir=$store"
printf '%s\t"|%s"\n' true /bin/true emt "$deliver" >"$root/aliases"
printf '%s\t%s:\n' pipe-true.example.com pipe-true pipe-emt.example.com pipe-emt >"$root/transport"
arguments='--queue-id ${queue_id} --sender ${sender} --recipient ${recipient} --client-address ${client_address}
    --client-port ${client_port} --client-helo ${client_helo} --client-protocol ${client_protocol}'
cat >"$root/master" <<CONF
pipe-true unix - n n - 20 pipe
    flags=DORXq user=nobody null_sender= argv=/bin/true $arguments
pipe-emt unix - n n - 20 pipe
    flags=DORXq user=nobody null_sender= argv=$deliver $arguments
CONF
start_postfix <<'CONF'
relay_domains = pipe-true.example.com, pipe-emt.example.com
pipe-true_destination_recipient_limit = 1
pipe-emt_destination_recipient_limit = 1
CONF

now() {
	date +%s.%N
}

queue_empty() {
	[ "$(queued)" -eq 0 ]
}

# rate RECIPIENT: mails a second from the first connection until the queue is empty.  From is another one in each mail, as
# in a measurement: mails that share sender and second have to look for a free name.
rate() {
	r_start=$(now)
	python3 tests/bench/smtp_rate.py "$mails" "$1" || exit 1
	wait_for 300 queue_empty || exit 1
	r_end=$(now)
	awk -v n="$mails" -v a="$r_start" -v b="$r_end" 'BEGIN { printf "%.1f\n", n / (b - a) }'
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

compare() { # WHAT TRUE-RECIPIENT EMT-RECIPIENT
	: >"$root/true.rates"
	: >"$root/emt.rates"
	new_folders "$store"
	c_run=0
	while [ $c_run -lt "$runs" ]; do
		rate "$2" >>"$root/true.rates"
		rate "$3" >>"$root/emt.rates"
		rm -rf "$store"/mails/* "$store"/json/*
		c_run=$((c_run + 1))
	done
	c_true=$(median <"$root/true.rates")
	c_emt=$(median <"$root/emt.rates")
	printf '%-12s %10s %12s %8s\n' "$1" "$c_true" "$c_emt" \
		"$(awk -v a="$c_true" -v b="$c_emt" 'BEGIN { printf "%.3f", b / a }')"
}

echo "Rate through Postfix, mails a second ($mails mails of 4 kB, 20 sessions, medians of $runs alternating runs, in memory)"
printf '%-12s %10s %12s %8s\n' by /bin/true emt-deliver ratio
compare 'local(8)' true@example.com emt@example.com
compare 'pipe(8)' m@pipe-true.example.com m@pipe-emt.example.com

# One delivery by itself, with the environment that local(8) gives.
new_folders "$store"
{
	printf 'Received: by mail.example.com id Q1; Mon, 5 Jan 2026 10:00:00 +0000\nFrom: a@example.net\n\n'
	head -c 4000 /dev/zero | tr '\0' x
} >"$root/mail"
chmod 644 "$root/mail"
export SENDER=a@example.net RECIPIENT=m@example.com CLIENT_ADDRESS=192.0.2.1 CLIENT_HELO=h CLIENT_PROTOCOL=ESMTP
echo
echo "One delivery of a mail of 4 kB"
cost() {
	"$OBJ/tests/tools/cost" "$root/mail" "$@"
}
cost /bin/true
cost "$root/emt-deliver" -o base_dir="$store" --queue-id Q --recipient %d
echo "the same, but all want one name:"
cost "$root/emt-deliver" -o base_dir="$store" --queue-id %d
calls() { # ARGUMENT...: the system calls of one delivery, execve and exit included
	strace -f -qq -o "$root/trace" "$root/emt-deliver" "$@" --queue-id Q <"$root/mail"
	grep -c '' "$root/trace"
}
echo "base_dir = $store" >"$root/site.conf"
echo "system calls: $(calls -o base_dir="$store" --recipient a); with a site file $(calls -c "$root/site.conf" --recipient b)"
