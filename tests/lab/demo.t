#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo, twice at the same time: from this tree, in an environment that would mislead every program,
# and, on one machine and with a further provider, from a tree that only root may enter.  Then: would the comparison notice a verdict that is not the
# truth?
. tests/lab/lab.sh
need_lab

providers=$(grep -l '^DEFAULT=yes' lab/providers/*/provider.conf | wc -l)
# Exim is unpacked beside Postfix, where packages can be had.
[ -x /usr/local/lib/emt-test-servers/usr/sbin/exim4 ] || skip_all "exim4 is not unpacked"

copy_lab "$tmp/closed"
chmod 0700 "$tmp/closed"
keep_providers "$tmp/closed" alpha
# A further provider is a further folder; ip(8) takes this one's name for a word of its own.
cp -R lab/providers/alpha "$tmp/closed/lab/providers/group"
for file in "$tmp"/closed/lab/providers/group/*; do
	sed -i 's/alpha/group/g; s/NUMBER=11/NUMBER=99/' "$file"
done

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
ok "the other one has the further provider" grep -q '^group ' "$tmp/closed.stdout"
is "its mails came from addresses that follow from the providers' numbers" \
	"2001:db8:f::11 2001:db8:f::99 203.0.113.11 203.0.113.99" \
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

# --- what the comparison notices
evidence=$tmp/out/evidence
set_of() { # PROVIDER
	sed -n "s/^$1 //p" "$evidence/sets"
}

notices() { # WHAT WORDS CHANGE...: the comparison fails, and says WORDS, after CHANGE in a copy
	n_what=$1 n_words=$2
	shift 2
	rm -rf "$tmp/copy"
	mkdir "$tmp/copy"
	cp "$evidence"/verdicts.jsonl "$evidence"/mx-id.jsonl "$evidence"/sets "$evidence"/who \
		"$evidence"/truth.* "$tmp/copy/"
	(cd "$tmp/copy" && "$@")
	# shellcheck disable=SC2086 # an option or nothing
	n_said=$("lab/${n_by:-matrix}" ${n_option-} "$tmp/copy") && n_said="(success)"
	ok "the comparison notices $n_what" contains "$n_said" "$n_words"
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

verdict() { # STATE: of alpha's dane
	jq -c "if .set == \"$(set_of alpha)\" and .capability == \"dane\" then .state = \"$1\" else . end" \
		verdicts.jsonl >new && mv new verdicts.jsonl
}
no_verdict() {
	jq -c "select(.set != \"$(set_of alpha)\" or .capability != \"dane\")" verdicts.jsonl >new &&
		mv new verdicts.jsonl
}
no_set() {
	jq -c "select(.set != \"$(set_of alpha)\")" verdicts.jsonl >new && mv new verdicts.jsonl
}
another_truth() { sed -i 's/^dane strict/dane supported/' truth.alpha; }
no_truth() { rm truth.alpha; }
short_truth() { sed -i '/^dane/d' truth.alpha; }
nothing() { : >verdicts.jsonl; }

is "the comparison is content with the evidence as it is" 0 "$(
	lab/matrix "$evidence" >&2
	echo $?
)"
notices "another verdict" 'alpha: dane is "not-supported", the truth is "strict"' verdict not-supported
notices "one that is missing" 'alpha: dane is "none", the truth is "strict"' no_verdict
notices "a set without verdicts" 'alpha: plaintext is "none"' no_set
notices "another truth" 'alpha: dane is "strict", the truth is "supported"' another_truth
notices "a missing truth" 'alpha: no truth' no_truth
notices "a truth with a gap" 'alpha: dane is "strict", the truth is "unknown"' short_truth
notices "no verdicts at all" "0 of $((9 * providers)) verdicts equal the truth" nothing
notices "why" "the truth: " verdict inconclusive
notices "on what it rests" "rule: mail-dane-bad" verdict supported
n_option=--fault
notices "with a fault: what is false" 'alpha: dane is "not-supported"' verdict not-supported
notices "with a fault: not what is not decided" "(success)" verdict inconclusive
notices "with a fault: what is missing" 'alpha: dane is "none"' no_verdict

another_name() { sed -i 's/"operator":"alpha.example"/"operator":"moon.example"/' verdicts.jsonl; }
no_receivers() { sed -i 's/"ids":\[.*\],"no_id"/"ids":[],"no_id"/' mx-id.jsonl; }
n_by=names n_option=
notices "another sender" "alpha: the sending operator is moon.example, the truth is alpha.example" another_name
notices "an unknown receiver" "alpha: the mailbox provider is unknown, the truth is alpha.example" no_receivers
n_option=--fault
notices "with a fault: another sender" "alpha: the sending operator is moon.example" another_name
notices "with a fault: not what is not known" "(success)" no_receivers
tap_end
