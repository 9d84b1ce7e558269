#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Something of the site is broken while the providers are measured: what can no longer be known is
# undecided, and nothing that is said is false.  One fault; "make soak" has all of them, two at a
# time.  EMT_FAULTS="tlsa:* host:mail-ok" has all that match one of these patterns, soak or not; a
# pattern that nothing matches is a failure.  With EMT_FAULTS_ALL=1 all providers are measured, and not
# the default set alone: then nothing false may be said of any.
. tests/lab/lab.sh
need_lab

# What stands undecided with every provider of the default set, since it rests on what is broken:
# FAULT CAPABILITY...  A fault that is not here leaves more than one way to find out, or not with every
# provider.
cat >"$tmp/undecided" <<"END"
host:mail ipv4-delivery ipv6-delivery ipv6-resolver dnssec-validation greylisting-retry dane plaintext
host:plaintext plaintext
host:dane dane
host:tls-invalid certificate-name
host:greylisting greylisting-retry
host:mail-ok ipv4-delivery ipv6-delivery ipv6-resolver dnssec-validation dane plaintext
host:mail-plaintext plaintext
host:mail-dane-bad dane
host:mail-tls-invalid certificate-name
host:mail-tls-force starttls
host:v4-mail ipv4-delivery
host:v6-mail ipv6-delivery
server:dns ipv4-delivery ipv6-delivery dane plaintext
server:dns-dnssec-broken dnssec-validation
server:mail-ok ipv4-delivery ipv6-delivery ipv6-resolver dnssec-validation dane plaintext
server:mail-plaintext plaintext
server:mail-dane-bad dane
server:mail-tls-invalid certificate-name
server:mail-tls-force starttls
server:v4-mail ipv4-delivery
server:v6-mail ipv6-delivery
same:mail-plaintext plaintext
same:mail-tls-invalid certificate-name
same:v4-mail-greylisting greylisting-retry
tlsa:mail-dane-bad dane
END

measure() { # FAULT NUMBER: into a folder of that number
	m_dir=$tmp/$2
	mkdir "$m_dir"
	lab/emt-lab demo ${EMT_FAULTS_ALL:+--all} --fault "$1" -o "$m_dir/out" >"$m_dir/stdout" \
		2>"$m_dir/stderr"
	echo $? >"$m_dir/status"
}

default_set=$(grep -l '^DEFAULT=yes' lab/providers/*/provider.conf |
	sed 's,/provider.conf,,; s,.*/,,' | xargs)

seconds_off() { # HOST head|tail: how far the oldest or newest of its own records is from now
	so_time=$(find "$evidence/hosts/$1/sessions" "$evidence/hosts/$1/queries" \
		"$evidence/hosts/$1/health" -name '*.jsonl' -exec cat {} + 2>/dev/null |
		jq -r '.t_connect // .time | floor' | sort -n | "$2" -n 1)
	echo $((${so_time:-0} - $(stat -c %Y "$evidence/verdicts.jsonl")))
}

between() { # LOW HIGH NUMBER
	[ "$3" -ge "$1" ] && [ "$3" -le "$2" ] || {
		echo "$3 is not within $1 and $2"
		return 1
	}
}

took_hold() { # FAULT: that it is not sound that was measured
	case $1 in
	signature:*.dnssec-broken) ;; # one that is bogus anyway
	host:* | server:* | certificate:* | tlsa:* | signature:* | same:*)
		ok "$1: the live check finds it" grep -q 'check --live found' "$dir/stderr"
		;;
	ack:*)
		ok "$1: mails are sent again" awk '/the canary sang/ {
			for (i = 2; i <= NF; i++) {
				if ($i == "times" && !sang) sang = $(i - 1)
				if ($i == "cases") cases = $(i - 1)
				if ($i == "heard") heard = $(i + 1)
			}
		} END { exit !(heard > sang * cases) }' "$dir/stderr"
		;;
	restart:*)
		ok "$1: Postfix started once more, while mails came" awk '
			/from=<probe@/ { came = 1 }
			/daemon started/ { n++; meanwhile = came }
			END { exit n != 2 || !meanwhile }' "$dir/out/log/${1#*:}.maillog"
		;;
	disk:dns*) ok "$1: it was full" grep -q 'No space left' "$dir/out/log/${1#*:}".*.log ;;
	disk:*)
		ok "$1: mails were put off" grep -q status=deferred "$dir/out/log/${1#*:}.maillog"
		ok "$1: and none was lost" grep -q 'was heard in each of' "$dir/stderr"
		;;
	loss:*)
		ok "$1: packets were lost" grep -q "lost: [1-9][0-9]* of [0-9]* packets of ${1#*:}\$" \
			"$dir/stderr"
		;;
	ahead:* | forward:*) ok "$1: its records say so" between 3000 3700 "$(seconds_off "${1#*:}" tail)" ;;
	behind:* | back:*) ok "$1: its records say so" between -4000 -3000 "$(seconds_off "${1#*:}" head)" ;;
	*) ok "$1: nobody knows how to see that it took hold" false ;;
	esac
}

judge() { # FAULT NUMBER
	dir=$tmp/$2 evidence=$tmp/$2/out/evidence
	status=$(cat "$dir/status")
	[ "$status" -ne 77 ] || skip_all "$(cat "$dir/stderr")"
	j_before=$tap_failures
	is "$1: nothing false" 0 "$status" || sed 's/^/# /' "$dir/stdout" "$dir/stderr"
	took_hold "$1"
	for j_capability in $(sed -n "s/^$1 //p" "$tmp/undecided"); do
		is "$1: $j_capability stands undecided" "" "$(jq -r --arg c "$j_capability" --arg of "$default_set" \
			'select(.participant | IN($of | split(" ")[])) |
			select(.capability == $c and (.state | IN("inconclusive", "absent-unexplained",
			"pending", "not-challenged", "never-started") | not)) | .participant + " " + .state' \
			"$evidence/verdicts.jsonl" | xargs)"
	done
	[ "$tap_failures" -eq "$j_before" ] || keep "$dir" "$(echo "$1" | tr : -)"
	rm -rf "$dir"
}

status=0
lab/emt-lab demo --fault host:moon >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
is "a fault that there is not is a usage error" 64 "$status"
ok "which says what there is" grep -q 'no such fault: host:moon; host has mail ' "$tmp/stderr"
for fault in : list 'host:mail plaintext' host; do
	status=0
	lab/emt-lab demo --fault "$fault" >/dev/null 2>&1 || status=$?
	is "nor is \"$fault\" one" 64 "$status"
done
for rest in --fault '--fault host:dane --layout single' '--fault host:dane --fault host:mail'; do
	status=0
	# shellcheck disable=SC2086 # words
	lab/emt-lab demo $rest >/dev/null 2>&1 || status=$?
	is "demo $rest" 64 "$status"
done
is "every test case can be broken by itself" "" "$(for conf in testcases/*.conf; do
	case=$(basename "$conf" .conf)
	for kind in host server tlsa signature; do
		lab/break "$kind:$case" check 2>&1
	done
done)"
is "each row of what stands undecided is a fault" "" "$(cut -d ' ' -f 1 "$tmp/undecided" |
	while read -r fault; do lab/break "$fault" check 2>&1; done)"

ok "there is a default set" test -n "$default_set"
[ -n "${EMT_FAULTS-}" ] || is "a pattern that nothing matches is a failure" \
	'not ok - EMT_FAULTS: "host:moon" is of some fault' \
	"$(EMT_FAULTS=host:moon tests/lab/faults.t | sed -n 's/^\(not ok\) [0-9]*\( - EMT_FAULTS.*\)/\1\2/p')"
all_faults=$(lab/break list)
matching() { # PATTERN: the faults that it matches
	for mt_fault in $all_faults; do
		# shellcheck disable=SC2254 # it is a pattern
		case $mt_fault in $1) echo "$mt_fault" ;; esac
	done
}
faults=host:dane
[ -z "${EMT_SOAK-}" ] || faults=$all_faults
if [ -n "${EMT_FAULTS-}" ]; then
	faults=
	# A pattern is no name of a file.
	set -f
	for pattern in $EMT_FAULTS; do
		matched=$(matching "$pattern")
		ok "EMT_FAULTS: \"$pattern\" is of some fault" test -n "$matched"
		faults="$faults $matched"
	done
	set +f
	faults=$(printf '%s\n' $faults | sort -u)
fi
number=0 waiting=
# "wait" would wait for all of them; each pair is short and of about one length.
flush() {
	wait
	for f_one in $waiting; do
		judge "${f_one#*=}" "${f_one%%=*}"
	done
	waiting=
}
for fault in $faults; do
	number=$((number + 1))
	measure "$fault" "$number" &
	waiting="$waiting $number=$fault"
	[ $((number % 2)) -eq 1 ] || flush
done
flush
ok "a fault was tried" test "$number" -gt 0
tap_end
