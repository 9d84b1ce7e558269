#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo, twice at the same time: from this tree, in an environment that would mislead every program,
# and, on one machine and with a further provider, from a tree that only root may enter.  (Would the
# comparison notice a verdict that is not the truth?  See compare.t.)
. tests/lab/lab.sh
need_lab

providers=$(grep -l '^DEFAULT=yes' lab/providers/*/provider.conf | wc -l)
# Exim is unpacked beside Postfix, where packages can be had.
[ -x /usr/local/lib/emt-test-servers/usr/sbin/exim4 ] || skip_all "exim4 is not unpacked"

copy_lab "$tmp/closed"
chmod 0700 "$tmp/closed"
keep_providers "$tmp/closed" alpha
# A further provider is a further folder.  ip(8) takes this one's name for a word of its own, and it
# has no IPv4.
cp -R lab/providers/alpha "$tmp/closed/lab/providers/group"
for file in "$tmp"/closed/lab/providers/group/*; do
	sed -i 's/alpha/group/g; s/NUMBER=11/NUMBER=99/' "$file"
done
echo "inet_protocols = ipv6" >>"$tmp/closed/lab/providers/group/main.cf.in"
"$tmp/closed/lab/providers/derive" "$tmp/closed/lab/providers/group" >"$tmp/truth"
mv "$tmp/truth" "$tmp/closed/lab/providers/group/truth"

OBJ='' "$tmp/closed/lab/emt-lab" demo --all --layout single >"$tmp/closed.stdout" 2>"$tmp/closed.stderr" &
other=$!
status=0
env TZ=Asia/Kathmandu LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 TMPDIR=/nonexistent HOME=/nonexistent \
	CDPATH=/ POSIXLY_CORRECT=1 PS_FORMAT=comm PERL5OPT=-Mnonexistent ENV=/nonexistent \
	SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent OPENSSL_CONF=/nonexistent \
	MAIL_CONFIG=/nonexistent SQLITE_TMPDIR=/nonexistent LAB_T0=x LAB_WARM=yes LAB_CA=/nonexistent \
	lab/emt-lab demo -o "$tmp/out" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
other_status=0
wait "$other" || other_status=$?
[ "$status" -ne 77 ] || skip_all "$(cat "$tmp/stderr")"

is "every verdict equals the truth" 0 "$status" || sed 's/^/# /' "$tmp/stdout" "$tmp/stderr"
is "so it does on one machine, below a folder of mode 0700, with its default output folder" 0 \
	"$other_status" || sed 's/^/# /' "$tmp/closed.stdout" "$tmp/closed.stderr"
ok "the matrix says how many" grep -qx "$((9 * providers)) of $((9 * providers)) verdicts equal the truth" \
	"$tmp/stdout"
is "it has a row for each provider, and a tick for each capability" "$providers rows of 9 ticks" \
	"$(awk '{ n = gsub("\342\234\223", "") } n { rows++; ticks = n }
		END { print rows " rows of " ticks " ticks" }' "$tmp/stdout")"
ok "the other one has the further provider" grep -q '^group  *. no  *. yes ' "$tmp/closed.stdout"
is "its mails came from addresses that follow from the providers' numbers" \
	"2001:db8:f::11 2001:db8:f::99 203.0.113.11" \
	"$(cat "$tmp"/closed/demo-out/evidence/hosts/mail/sessions/*/*.jsonl |
		jq -r 'select(any(.mails[]?; .from | test("^probe@"))) | .client_ip' | sort -u | xargs)"
is "the output folder holds evidence and logs" "evidence log" "$(cd "$tmp/out" && echo *)"
ok "it says where the pages are" grep -q "pages: $tmp/out/evidence/html/index.html" "$tmp/stderr"
ok "and there they are" test -s "$tmp/out/evidence/html/index.html"
is "the site was looked at from outside and from its own machine, and nothing was red" "desk dns 0" "$(
	cd "$tmp/out/evidence/hosts"
	for host in desk dns; do
		[ ! -s "$host/health/$(ls "$host/health" | head -n 1)" ] || printf '%s ' "$host"
	done
	cat ./*/health/*.jsonl | jq -c 'select(.ok | not)' | wc -l
)"
ok "the canary was heard in each case" grep -q "was heard in each of $(ls testcases/*.conf | wc -l) cases" \
	"$tmp/stderr"
is "every record of a mail is complete" complete "$(cat "$tmp"/out/evidence/hosts/*/json/* |
	jq -r .enrichment | sort -u)"
ok "sending operators and mailbox providers are named" grep -qx \
	"$((2 * providers)) of $((2 * providers)) sending operators and mailbox providers equal the truth" \
	"$tmp/stdout"

# All of them are those of the default set, and a host for each further folder.
hosts=$(sed -n 's/.*starting the servers of://p' "$tmp/stderr" | wc -w)
all_hosts=$((hosts + $(ls -d lab/providers/*/ | wc -l) - providers))
# shellcheck disable=SC2016 # Markdown
is "there are as many hosts as docs/lab.md has in its table" "$hosts $all_hosts $hosts $all_hosts $hosts" \
	"$(sed -n 's/^| `demo[^|]*| \([0-9]*\) | [1-9].*/\1/p' docs/lab.md | xargs)"
is "and lab/README.md" "$hosts $all_hosts" \
	"$(sed -n 's/^A start of \([0-9]*\) hosts .* one of \([0-9]*\) .*/\1 \2/p' lab/README.md)"

empty "the scan of their domains had nothing to say" "$(cat "$tmp/out/evidence/mx-scan.log")"
is "it spoke to them by both families" "4 6 " "$(jq -r 'select(.outcome == "ok") | .address // empty |
	if test(":") then 6 else 4 end' "$tmp/out/evidence/mx-scan.jsonl" | sort -u | tr '\n' ' ')"
tap_end
