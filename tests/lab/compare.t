#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Would the comparison with the truth notice what is not the truth?  lab/matrix and lab/names, with
# evidence of two providers that is sound, then damaged in one way at a time.
. tests/tap.sh
command -v jq >/dev/null || skip_all "jq is not installed"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
evidence=$tmp/evidence copy=$tmp/copy
capabilities="ipv4-delivery ipv6-delivery ipv6-resolver dnssec-validation greylisting-retry starttls
	certificate-name dane plaintext"

provider() { # NAME SET ADDRESS: all that the folder has of it; it is able to do everything
	echo "$1 $2" >>"$evidence/sets"
	echo "$1 $1.example $1.example $1.example" >>"$evidence/who"
	printf '{"schema":"mx-scan/1","address":"%s","outcome":"ok"}\n' "$3" >>"$evidence/mx-scan.jsonl"
	printf '{"schema":"mx-id/1","domain":"%s","ids":[{"id":"%s"}]}\n' "$1.example" "$1.example" \
		>>"$evidence/mx-id.jsonl"
	printf '# Printed by hand.\n' >"$evidence/truth.$1"
	for capability in $capabilities; do
		echo "$capability strict for a reason" >>"$evidence/truth.$1"
		printf '{"schema":"verdict/1","set":"%s","operator":"%s","capability":"%s","state":"strict",%s}\n' \
			"$2" "$1.example" "$capability" '"rule":"a-rule","note":null,"controls":[],"records":[]' \
			>>"$evidence/verdicts.jsonl"
	done
}
mkdir "$evidence"
provider alpha 0a 203.0.113.11
provider bravo 0b 203.0.113.12

contains() {
	case $1 in
	*"$2"*) ;;
	*)
		printf 'not in it: %s\n%s\n' "$2" "$1"
		return 1
		;;
	esac
}

notices() { # WHAT WORDS CHANGE...: the comparison fails, and says WORDS, after CHANGE in a copy
	n_what=$1 n_words=$2
	shift 2
	rm -rf "$copy"
	cp -R "$evidence" "$copy"
	(cd "$copy" && "$@")
	# shellcheck disable=SC2086 # an option or nothing
	n_said=$("lab/$by" $option "$copy" 2>&1) && n_said="(success)"
	ok "${option:+with a fault: }$by notices $n_what" contains "$n_said" "$n_words"
}

edit() { # FILE JQ-PROGRAM
	jq -c "$2" "$1" >new
	mv new "$1"
}
dane_of_alpha='.set == "0a" and .capability == "dane"'
is_now() { # STATE: alpha's dane
	edit verdicts.jsonl "if $dane_of_alpha then .state = \"$1\" else . end"
}
without() { # JQ-CONDITION: the verdicts of which it holds
	edit verdicts.jsonl "select($1 | not)"
}
once_more() { # JQ-PROGRAM: alpha's dane, changed
	jq -c "select($dane_of_alpha) | $1" verdicts.jsonl >new
	cat new >>verdicts.jsonl
}
without_lines() { # FILE BEGINNING
	sed -i "/^$2/d" "$1"
}
doubled() { # FILE SED-PROGRAM: a changed copy of it before it
	sed "$2" "$1" >new
	cat "$1" >>new
	mv new "$1"
}
cut_off() { # FILE: in the middle of its last record
	truncate -s -5 "$1"
}
not_measured() { # alpha: no set, and nothing of it
	without '.set == "0a"'
	without_lines sets alpha
}
set_of_two() { echo "bravo 0a" >>sets; }

by=matrix option=
same "the sound evidence" "$(lab/matrix "$evidence" | tail -n 1)" "18 of 18 verdicts equal the truth"
notices "another verdict" 'alpha: dane is "not-supported", the truth is "strict"' is_now not-supported
notices "one that is not decided" 'alpha: dane is "inconclusive"' is_now inconclusive
notices "on what it rests" "rule: a-rule" is_now supported
notices "what the truth is" "the truth: for a reason" is_now supported
notices "one that is missing" 'alpha: dane is "none", the truth is "strict"' without "$dane_of_alpha"
notices "a set without verdicts" 'alpha: plaintext is "none"' without '.set == "0a"'
notices "another truth" 'alpha: dane is "strict", the truth is "supported"' \
	sed -i 's/^dane strict/dane supported/' truth.alpha
notices "a missing truth" "alpha: no truth" rm truth.alpha
notices "a truth with a gap" 'alpha: dane is "strict", the truth is "unknown"' without_lines truth.alpha dane
notices "no verdicts at all" "0 of 18 verdicts equal the truth" truncate -s 0 verdicts.jsonl
for option in "" --fault; do
	notices "a verdict of a set that is not there" \
		"verdicts.jsonl: dane of 0a, a set that is not in sets" without_lines sets alpha
	notices "a truth that nobody was measured for" "truth.alpha: no set of alpha is in sets" not_measured
	notices "a set of two" "sets: 0a is both of alpha and of bravo" set_of_two
	notices "two verdicts of one capability" "verdicts.jsonl: dane of alpha, set 0a, has two verdicts: " \
		once_more '.state = "not-supported"'
	notices "a capability that there is not" "verdicts.jsonl: daen of alpha: there is no such capability" \
		once_more '.capability = "daen"'
	notices "a truth of one that there is not" "truth.alpha, line 9: there is no capability daen" \
		sed -i 's/^dane/daen/' truth.alpha
	notices "two truths of one capability" \
		"truth.alpha, line 12: ipv4-delivery has a truth already, in line 2" doubled truth.alpha s/strict/yes/
	notices "verdicts that are cut off" "verdicts.jsonl: it is damaged, and nothing is compared" \
		cut_off verdicts.jsonl
	notices "what is false" 'alpha: dane is "not-supported"' is_now not-supported
	notices "what is missing" 'alpha: dane is "none"' without "$dane_of_alpha"
done
notices "nothing in what is not decided" "(success)" is_now inconclusive

by=names option=
same "the sound evidence has its names" "$(lab/names "$evidence")" \
	"4 of 4 sending operators and mailbox providers equal the truth"
unknown() { edit mx-id.jsonl 'if .domain == "alpha.example" then .ids = [] else . end'; }
notices "an unknown receiver" "alpha: the mailbox provider is unknown, the truth is alpha.example" unknown
another_sender() { edit verdicts.jsonl 'if .set == "0a" then .operator = "moon.example" else . end'; }
second_sender() { once_more '.operator = "moon.example"'; }
another_domain() { edit mx-id.jsonl 'if .domain == "alpha.example" then .domain = "moon.example" else . end'; }
one_blocked() { edit mx-scan.jsonl 'if .address == "203.0.113.11" then .outcome = "blocked" else . end'; }
for option in "" --fault; do
	notices "another sender" "alpha: the sending operator is moon.example, the truth is alpha.example" \
		another_sender
	notices "receivers that are gone" "mx-id.jsonl cannot be read" rm mx-id.jsonl
	notices "receivers that are cut off" "mx-id.jsonl: it is damaged, and nothing is compared" \
		cut_off mx-id.jsonl
	notices "a domain that is nobody's" "mx-id.jsonl: moon.example is nobody's domain in who" another_domain
	notices "a domain that nothing is known of" "mx-id.jsonl: there is nothing about alpha.example of alpha" \
		another_domain
	notices "a receiver twice" "mx-id.jsonl: alpha.example is there twice" doubled mx-id.jsonl ''
	notices "an address that was not looked at" "mx-scan.jsonl: 203.0.113.11 was blocked" one_blocked
	notices "a second sender of a set" "has two senders: alpha.example and moon.example" second_sender
	notices "a sender of no set" "alpha.example is said to have sent 0a, a set that is not in sets" \
		without_lines sets alpha
	notices "a set that is there twice" "sets: 0a is there twice" doubled sets ''
	notices "a set of nobody" "sets: alpha is not in who" without_lines who alpha
done
notices "nothing in what is not known" "(success)" unknown
tap_end
