#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Something of the site is broken while the providers are measured: what can no longer be known is
# inconclusive, and nothing that is said is false.  One fault; "make soak" has all of them.
. tests/lab/lab.sh
need_lab

# fault KIND:TARGET CAPABILITY...: these are undecided with every provider that would have said
# something, since what they rest on is broken
fault() {
	f_name=$1
	shift
	status=0
	lab/emt-lab demo --fault "$f_name" -o "$tmp/out" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
	[ "$status" -ne 77 ] || skip_all "$(cat "$tmp/stderr")"
	is "$f_name: nothing false" 0 "$status" || sed 's/^/# /' "$tmp/stdout" "$tmp/stderr"
	for f_capability; do
		is "$f_name: $f_capability stands undecided" "" "$(jq -r --arg c "$f_capability" \
			'select(.capability == $c and (.state | IN("inconclusive", "absent-unexplained",
			"pending", "not-challenged") | not)) | .participant + " " + .state' \
			"$tmp/out/evidence/verdicts.jsonl" | xargs)"
	done
}

status=0
lab/emt-lab demo --fault host:moon >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
is "a fault that there is not is a usage error" 64 "$status"
ok "which says what there is" grep -q 'no such fault: host:moon; host has mail ' "$tmp/stderr"

fault host:dane dane
[ -n "${EMT_SOAK-}" ] || tap_end

fault host:mail ipv4-delivery ipv6-delivery ipv6-resolver dnssec-validation greylisting-retry dane \
	plaintext
fault host:plaintext plaintext
fault host:tls-force
fault host:tls-invalid certificate-name
fault host:greylisting greylisting-retry
fault server:dns ipv4-delivery ipv6-delivery dane plaintext
fault server:dns-v6
fault server:dns-dnssec-broken dnssec-validation
for host in mail dane tls-force tls-invalid greylisting; do
	fault certificate:$host
done
fault tlsa:dane
for host in dns dns-v6 dns-dnssec-broken; do
	fault signature:$host
done
for host in mail dane greylisting; do
	fault restart:$host
done
for host in mail dane; do
	fault disk:$host
done
! command -v nft >/dev/null || fault loss:mail
tap_end
