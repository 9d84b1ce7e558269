#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is wrong with a provider's folder is told before a laboratory is made, and no verdict goes
# without a truth.
. tests/lab/lab.sh

empty "nothing is wrong with the folders that there are" "$(lab/providers/check 2>&1)"

mkdir "$tmp/sound"
cp -R lab "$tmp/sound/"
keep_providers "$tmp/sound" alpha exim hosted roaming
copy=$tmp/copy conf=lab/providers/alpha/provider.conf

told() { # what the check of the copy prints, with its exit status; at most one line is wanted
	(cd "$copy" && rm -f ran && lab/providers/check) 2>&1
	echo "exit $?"
	[ ! -e "$copy/ran" ] || echo "and a line was run"
}

refused() { # WHAT MESSAGE CHANGE: after CHANGE, in a copy, MESSAGE and nothing else is told
	rm -rf "$copy"
	mkdir "$copy"
	cp -R "$tmp/sound/lab" testcases "$copy/"
	(cd "$copy/lab/providers" && eval "$3")
	is "$1" "$2
exit 1" "$(told)"
}

line() { # WHAT LINE WRONG: a further line of alpha's, and what it says of it
	refused "$1" "$conf: $2: $3" "printf '%s\n' '$2' >>alpha/provider.conf"
}

value() { # WHAT NAME VALUE WRONG: another value of alpha's
	refused "$1" "$conf: $2=$3: $4" "sed -i '/^$2=/d' alpha/provider.conf
		printf '%s\n' '$2=$3' >>alpha/provider.conf"
}

# ---- names of folders

taken="is already that of"
refused "a name with a dot" "lab/providers/al.pha: its name is not of letters, digits and hyphens: rename the folder" \
	'mv alpha al.pha; rm -r hosted'
refused "one that looks like an option" \
	"lab/providers/-alpha: its name is not of letters, digits and hyphens: rename the folder" \
	'mv exim ./-alpha'
refused "one that is too long" "lab/providers/sixteen-letters-: its name has more than 15 characters: rename the folder" \
	'mv exim sixteen-letters-'
for host in infra desk canary site; do
	refused "that of the laboratory's $host" \
		"lab/providers/$host: name $host $taken lab/$host: rename the folder" "mv exim $host"
done
for host in mail plaintext dane tls-force tls-invalid greylisting dns dns-v6; do
	refused "that of the site's $host" \
		"lab/providers/$host: name $host $taken the site's $host: rename the folder" "mv exim $host"
done
refused "that of a cable" \
	"lab/providers/dns-dnssec-brok: name dns-dnssec-brok $taken the site's dns-dnssec-broken: rename the folder" \
	'mv exim dns-dnssec-brok'
for device in lo br0 all default; do
	refused "that of a device, $device" \
		"lab/providers/$device: name $device $taken the network: rename the folder" "mv exim $device"
done

# ---- lines of provider.conf

names="a line is empty, # and a comment, or NAME=VALUE; names are NUMBER DOMAIN HOST DEFAULT ADDRESSES NETWORK \
OPERATOR MAILBOX NOT_SENT SENDS"
domain="it is a domain name, of small letters, digits, hyphens and dots"
line "a command" "exit 0" "$names"
line "a name that there is not" NETWORKS=ipv4 "$names"
line "a name of the laboratory's own" PATH=/tmp "$names"
line "a value and a command" "SENDS=yes; touch ran" "it is yes or no"
line "a setting that is there twice" DEFAULT=no "there is a DEFAULT already; remove one of them"
# shellcheck disable=SC2016 # nobody may run it
value "a value that would be run" HOST '$(touch ran)' "$domain"
# shellcheck disable=SC2016
value "another one" DOMAIN '`touch ran`' "$domain"
refused "lines that end in CR LF" "$conf: DEFAULT=yes^M: it is yes or no" \
	"sed -i 's/^DEFAULT=yes/&\r/' alpha/provider.conf"
value "a number with a zero before it" NUMBER 011 "it is a number from 10 to 99"
value "one of a single digit" NUMBER 8 "it is a number from 10 to 99"
value "two of them" NUMBER '"11 12"' "it is a number from 10 to 99"
value "further numbers that are none" ADDRESSES '"51 x"' 'it is numbers from 10 to 99, as in "41 42"'
value "or too large" ADDRESSES '"51 152"' 'it is numbers from 10 to 99, as in "41 42"'
value "a domain with a blank" DOMAIN '"alpha example"' "$domain"
value "a domain of one label" DOMAIN alpha "$domain"
value "a host with an underscore" HOST mx_1.alpha.example "$domain"
value "an operator" OPERATOR -.example "$domain"
value "a mailbox" MAILBOX a..example "$domain"
value "neither yes nor no" DEFAULT true "it is yes or no"
value "nor here" SENDS 0 "it is yes or no"
value "a network" NETWORK ipv6 "it is both, ipv4 or ipv6-blackhole"
value "no name of a test case" NOT_SENT ../mail-ok "it is the name of a test case"
value "a test case that there is not" NOT_SENT mail-nothing "there is no such test case in testcases/"
for name in NUMBER DOMAIN HOST; do
	refused "no $name, in the second as in the first" "$conf: has no $name: add $name=...
lab/providers/exim/provider.conf: has no $name: add $name=..." "sed -i /^$name=/d alpha/provider.conf exim/provider.conf"
done
rm -rf "$copy"
mkdir "$copy"
cp -R "$tmp/sound/lab" testcases "$copy/"
printf ' # indented\n\n  OPERATOR="alpha.example" \nNOT_SENT=mail-ok' >>"$copy/$conf"
is "blanks, quotes and a last line without an end are fine" "exit 0" "$(told)"
is "and are read" "alpha.example mail-ok" "$(. lab/providers/config.sh
	load_provider "$copy/lab/providers/alpha" && echo "$OPERATOR $NOT_SENT")"

# ---- what two have

other="lab/providers/exim/provider.conf"
refused "one number of two" "$other: number 11 $taken lab/providers/alpha: choose another" \
	'sed -i /^NUMBER=/cNUMBER=11 exim/provider.conf'
refused "a further number" "lab/providers/roaming/provider.conf: number 42 $taken lab/providers/exim: choose another" \
	'sed -i /^NUMBER=/cNUMBER=42 exim/provider.conf'
refused "the canary's" "$other: number 10 $taken lab/canary: choose another" \
	'sed -i /^NUMBER=/cNUMBER=10 exim/provider.conf'
refused "one of the laboratory's own" "$other: number 13 $taken lab/plan.conf: choose another" \
	'sed -i /^DESK_IP4=/cDESK_IP4=203.0.113.13 ../plan.conf'
refused "one domain of two" "$other: DOMAIN alpha.example $taken lab/providers/alpha: choose another" \
	'sed -i /^DOMAIN=/cDOMAIN=alpha.example exim/provider.conf'
refused "a domain in another's" "$conf: DOMAIN=a.exim.example lies in exim.example of lab/providers/exim: choose another" \
	'sed -i /^DOMAIN=/cDOMAIN=a.exim.example alpha/provider.conf'
refused "a domain that is not delegated from the root" \
	"$conf: DOMAIN=alpha.com lies in com of lab/infra: choose another" \
	'sed -i /^DOMAIN=/cDOMAIN=alpha.com alpha/provider.conf'
refused "one host of two" "$other: HOST mx.alpha.example $taken lab/providers/alpha: choose another" \
	'sed -i /^HOST=/cHOST=mx.alpha.example exim/provider.conf'

# ---- files

refused "an empty folder" "lab/providers/stray/provider.conf: is not there: write it, or remove the folder" 'mkdir stray'
refused "no start" "lab/providers/exim/start: is not there: write it, as lab/providers/alpha/start" 'rm exim/start'
refused "one that cannot be run" "lab/providers/exim/start: is not executable: chmod +x lab/providers/exim/start" \
	'chmod -x exim/start'
refused "no zone" "lab/providers/exim/zone.in: is not there: write it, as lab/providers/alpha/zone.in" 'rm exim/zone.in'
derive="make it with lab/providers/derive lab/providers/exim >lab/providers/exim/truth"
refused "no truth" "lab/providers/exim/truth: is not there: $derive" 'rm exim/truth'
refused "an empty one" "lab/providers/exim/truth: is not there: $derive" ': >exim/truth'
refused "the canary's folder" "lab/canary/provider.conf: has no HOST: add HOST=..." \
	'sed -i /^HOST=/d ../canary/provider.conf'
refused "all errors are told" "lab/canary/start: is not executable: chmod +x lab/canary/start
$conf: exit 0: $names
$conf: SENDS=maybe: it is yes or no
$other: has no HOST: add HOST=..." 'chmod -x ../canary/start
	printf "exit 0\nSENDS=maybe\n" >>alpha/provider.conf
	sed -i /^HOST=/d exim/provider.conf'

# ---- derive, which anybody may run

# shellcheck disable=SC2016
refused "a line that is a command of another kind" "$conf: \$(touch ran): $names" 'echo "\$(touch ran)" >>alpha/provider.conf'
is "derive runs no line either" "lab/providers/alpha/provider.conf: \$(touch ran): $names" \
	"$(cd "$copy" && lab/providers/derive lab/providers/alpha 2>&1; ls ran 2>/dev/null)"

# ---- the matrix

mkdir "$tmp/evidence"
printf 'alpha s1\nbeta s2\ngamma s3\n' >"$tmp/evidence/sets"
for set in s1 s2 s3; do
	sed -n 's/^\([a-z][^ ]*\) \([^ ]*\) .*/\1 \2/p' lab/providers/alpha/truth | while read -r capability state; do
		printf '{"schema":"verdict/1","set":"%s","capability":"%s","state":"%s"}\n' \
			"$set" "$capability" "$state"
	done
done >"$tmp/evidence/verdicts.jsonl"
for name in alpha beta gamma; do
	cp lab/providers/alpha/truth "$tmp/evidence/truth.$name"
done
matrix() { # WORDS [OPTION]: the lines of the matrix with these words, and how it ended
	m_words=$1
	shift
	{
		lab/matrix "$@" "$tmp/evidence" 2>&1
		echo "exit $?"
	} | grep -E "$m_words|^exit" | sed 's/  *$//'
}
is "every truth is met" "27 of 27 verdicts equal the truth
exit 0" "$(matrix 'of 27')"
rm "$tmp/evidence/truth.beta"
echo "# nothing" >"$tmp/evidence/truth.gamma"
is "without a truth nothing is right, and all is counted" "beta: no truth
gamma: no truth
9 of 27 verdicts equal the truth
exit 1" "$(matrix 'no truth|of 27')"
is "there is a row, of crosses" "beta 9" "$(lab/matrix "$tmp/evidence" |
	awk '/^beta  / { print $1, gsub("\342\234\227", "") }')"
is "with a fault, too" "9 of 27 verdicts do not contradict the truth
exit 1" "$(matrix 'of 27' --fault)"
is "and each is shown" 18 "$(lab/matrix "$tmp/evidence" | grep -c 'the truth is "unknown"')"
cp lab/providers/alpha/truth "$tmp/evidence/truth.beta"
cp lab/providers/alpha/truth "$tmp/evidence/truth.gamma"
echo "daen strict main.cf" >>"$tmp/evidence/truth.beta"
is "a capability that there is not is an error" \
	"truth.beta, line $(wc -l <"$tmp/evidence/truth.beta"): there is no capability daen
27 of 27 verdicts equal the truth
exit 1" "$(matrix 'daen|of 27')"
tap_end
