#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo, twice at the same time: from this tree, and, with a second provider, from a tree that
# only root may enter. Then: would its verifier notice if the evidence did not agree?
. tests/lab/lab.sh
need_lab

base=measurement.example.com

copy_lab "$tmp/closed"
chmod 0700 "$tmp/closed"
# A further provider is a further folder.
cp -R lab/providers/alpha "$tmp/closed/lab/providers/bravo"
sed -i 's/alpha/bravo/g; s/NUMBER=11/NUMBER=12/' "$tmp"/closed/lab/providers/bravo/*

OBJ='' "$tmp/closed/lab/emt-lab" demo --all >"$tmp/closed.stdout" 2>"$tmp/closed.stderr" &
other=$!
status=0
lab/emt-lab demo -o "$tmp/out" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
other_status=0
wait "$other" || other_status=$?
[ "$status" -ne 77 ] || skip_all "$(cat "$tmp/stderr")"

is "the demo succeeds" 0 "$status" || sed 's/^/# /' "$tmp/stderr"
is "so does one at the same time, below a folder of mode 0700, with its default output folder" 0 \
	"$other_status" || sed 's/^/# /' "$tmp/closed.stderr"
is "that one has a mail of each provider in each case" 4 \
	"$(ls "$tmp/closed/demo-out/evidence/mails" | wc -l)"
is "from addresses that follow from the providers' numbers" \
	"2001:db8:f::11 2001:db8:f::12 203.0.113.11 203.0.113.12" \
	"$(jq -r .client_ip "$tmp/closed/demo-out/evidence/sessions.jsonl" | sort | xargs)"
is "the output folder holds evidence and logs" "evidence log" "$(cd "$tmp/out" && echo *)"

evidence=$tmp/out/evidence
for family in 4 6; do
	rcpt=measurement@v$family-mail.$base
	mail=$(grep -l "^Delivered-To: $rcpt\$" "$evidence"/mails/*)
	qid=$(sed -n 's/.* by mail\.measurement\.example\.com (Postfix) with ESMTPS id //p
		s/^\tby mail\.measurement\.example\.com (Postfix) with ESMTPS id //p' "$mail")
	ok "v$family-mail: the mail has a queue id" test -n "$qid"
	is "v$family-mail: the record has it" "$qid" \
		"$(jq -r .queue_id "$evidence/json/${mail##*/}")"
	ok "v$family-mail: so has the session" grep -q "queued as $qid" "$evidence/sessions.jsonl"
	ok "v$family-mail: the mail is shown" grep -q "^Delivered-To: $rcpt\$" "$tmp/stdout"
	ok "v$family-mail: the record is shown" grep -q "^  \"queue_id\": \"$qid\"" "$tmp/stdout"
	ok "v$family-mail: the session is shown" \
		grep -q "^S: 250 2.0.0 Ok: queued as $qid" "$tmp/stdout"
	ok "v$family-mail: and what joins them" grep -q "$rcpt: queue id $qid joins" "$tmp/stdout"
done

# notices WHAT WORDS CHANGE...: the verifier fails, and says WORDS, after CHANGE in a copy of the
# evidence of v4-mail
notices() {
	n_what=$1 n_words=$2
	shift 2
	rm -rf "$tmp/copy"
	cp -R "$evidence" "$tmp/copy"
	n_name=$(cd "$evidence/mails" && grep -l "^Delivered-To: measurement@v4-mail" ./*)
	(cd "$tmp/copy" && "$@" "$n_name")
	n_rcpt=measurement@v4-mail.$base
	n_said=$(lab/verify "$tmp/copy" "$n_rcpt" alpha.example "${n_family:-4}") &&
		n_said="(success)"
	ok "the verifier notices $n_what" contains "$n_said" "$n_words"
}

contains() {
	case $1 in
	*"$2"*) ;;
	*)
		printf 'not in it: %s\n%s\n' "$2" "$1"
		return 1
		;;
	esac
}

edit_record() { # JQ-PROGRAM NAME
	jq "$1" "json/$2" >"json/$2.new"
	mv "json/$2.new" "json/$2"
}

edit_sessions() { # JQ-PROGRAM NAME
	jq -c "$1" sessions.jsonl >sessions.new
	mv sessions.new sessions.jsonl
}

no_mail() { rm "mails/$1"; }
no_record() { rm "json/$1"; }
two_records() { cp "json/$1" json/again; }
longer_mail() { echo >>"mails/$1"; }
other_received() { sed -i '0,/ESMTPS id /s/ESMTPS id /&X/' "mails/$1"; }
no_sessions() { rm sessions.jsonl; }
nothing() { :; }

is "the verifier accepts the evidence as it is" 0 "$(
	lab/verify "$evidence" "measurement@v4-mail.$base" alpha.example 4 >&2
	echo $?
)"
notices "a missing mail" "missing: the stored mail" no_mail
notices "a missing record" "missing: a record" no_record
notices "a second record" "number of records" two_records
notices "a changed mail" "SHA-256 of the mail" longer_mail
notices "another queue id in the mail" "queue id in the mail" other_received
notices "missing sessions" "missing: any session" no_sessions
notices "another queue id in the record" "queue id in the mail" edit_record '.queue_id = "X"'
notices "a pending record" "enrichment" edit_record '.enrichment = "pending"'
notices "an unsigned answer" "DNSSEC status" edit_record \
	'(.lookups[] | select(.type == "MX") | .dnssec) = "insecure"'
notices "no MX look-up" "DNSSEC status" edit_record 'del(.lookups[] | select(.type == "MX"))'
notices "a session of another queue id" "sessions with queue id" edit_sessions \
	'.mails[].queue_id = "X"'
notices "a session of another client" "client of the session" edit_sessions \
	'.client_ip = "192.0.2.1"'
notices "a session of another recipient" "recipient in the session" edit_sessions \
	'.mails[].rcpts = [["x@example.com", 250]]'
notices "an incomplete session" "complete session" edit_sessions '.complete = false'
n_family=6 && notices "the wrong address family" "address family" nothing

# A delivery that cannot be: the demo says so at once, and shows why.
copy_lab "$tmp/defers"
printf '#!/bin/sh\nlogger -t emt-deliver "no reason at all"\nexit 75\n' \
	>"$tmp/defers/obj/delivery/emt-deliver"
status=0
OBJ='' "$tmp/defers/lab/emt-lab" demo >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
is "a deferred delivery fails the demo" 1 "$status"
ok "it says so" grep -q "^lab: a probe was not delivered" "$tmp/stderr"
ok "it shows the mail log" grep -q "dsn=4.3.0, status=deferred" "$tmp/stderr"
ok "and what the program said" grep -q "emt-deliver: no reason at all" "$tmp/stderr"
ok "and keeps the logs" test -s "$tmp/defers/demo-out/log/mail.emt-deliver.log"

tap_end
