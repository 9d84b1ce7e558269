#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A bad command line or site file: every program says so in one line, with exit code 64 or 78; emt-deliver ends with 75
# and prints nothing, since Postfix would quote it to the sender.  What it says to syslog is in syslog.t.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP
site=$tmp/site.conf
mail='From: a@example.net

hi'

# refused CODE PATTERN COMMAND...: nothing on standard output; the first line on standard error matches
refused() {
	r_code=$1 r_pattern=$2
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	r_got=$?
	cat "$tmp/out" "$tmp/err"
	[ $r_got -eq "$r_code" ] && [ ! -s "$tmp/out" ] && head -n 1 "$tmp/err" | grep -q "$r_pattern"
}

one_line() {
	[ "$(wc -l <"$tmp/err")" -eq 1 ]
}

programs=0
for program in "$OBJ"/*/emt-*; do
	name=${program##*/}
	case $name in
	*.o | *.d | emt-deliver) continue ;;
	esac
	[ -x "$program" ] && [ ! -d "$program" ] || continue
	programs=$((programs + 1))
	ok "$name: unknown option" refused 64 "^$name: unknown option --nosuch" "$program" --nosuch
	ok "$name: usage behind it" grep -q "^usage: $name" "$tmp/err"
	ok "$name: a value for --help" refused 64 "^$name: --help takes no value" "$program" --help=yes
	same "$name: --version" "$("$program" --version 2>&1 | cut -d' ' -f1)" "$name"
	ok "$name: a full standard output is no success" test "$("$program" --help >/dev/full 2>&1; echo $?)" -ne 0
	"$program" --help | grep -q -- '--config' || continue
	# Each is in line 3, so that the number is seen to be counted.
	while IFS='|' read -r what line pattern; do
		printf '# comment\n\n%b\n' "$line" >"$site"
		ok "$name: $what" refused 78 "^$name: $site:3: .*$pattern" "$program" -c "$site"
		ok "$name: in one line" one_line
	done <<-'CASES'
		unknown name|base_dri = /srv|no setting is called "base_dri"
		missing value|base_dir =|has no value
		no equals sign|base_dir /srv|not of the form
		bad address|resolver = 192.0.2.300|192.0.2.300
		bad address among good ones|resolver = 192.0.2.1 2001:db8::g|2001:db8::g
		relative path|base_dir = srv|start it with /
		bad number|deliver_timeout = soon|soon
		number out of range|deliver_timeout = 2h|1 to 900
		escape in a name|\033[2J = 1|\\x1b
	CASES
	printf 'base_dir = /a\nresolver = system\nbase_dir = /b\n' >"$site"
	ok "$name: repeated name" refused 78 "^$name: $site:3: .*set at $site:1 already" "$program" -c "$site"
	ok "$name: no such file" refused 78 "^$name: $tmp/nosuch: " "$program" -c "$tmp/nosuch"
	ok "$name: a folder" refused 78 "^$name: $tmp: " "$program" -c "$tmp"
	ok "$name: --set of no setting" refused 78 '^[^:]*: --set: ' "$program" --set nosuch=1
	ok "$name: -c without a value" refused 64 'needs a value' "$program" -c
done
ok "there are programs to test" test $programs -gt 0

deliver=$OBJ/delivery/emt-deliver
silent() { # CODE COMMAND...: as the agent of a mail
	s_code=$1
	shift
	printf '%s\n' "$mail" | "$@" >"$tmp/out" 2>&1
	s_got=$?
	cat "$tmp/out"
	[ $s_got -eq "$s_code" ] && [ ! -s "$tmp/out" ]
}
mkdir -p "$tmp/data/mails" "$tmp/data/json"
printf 'base_dri = /srv\n' >"$site"
ok "emt-deliver: unknown option" silent 75 "$deliver" --nosuch
ok "emt-deliver: bad flavour" silent 75 "$deliver" -f nosuch
ok "emt-deliver: an argument" silent 75 "$deliver" -o base_dir="$tmp/data" argument
ok "emt-deliver: an option without its value" silent 75 "$deliver" -o base_dir="$tmp/data" --sender
ok "emt-deliver: bad site file" silent 75 "$deliver" -c "$site"
ok "emt-deliver: no site file" silent 75 "$deliver" -c "$tmp/nosuch"
ok "emt-deliver: bad --set" silent 75 "$deliver" -o base_dir=data
for show in --help --version -n; do
	ok "emt-deliver: $show with a mail" silent 75 "$deliver" $show -o base_dir="$tmp/data"
	ok "emt-deliver: $show without" grep -q . <<-OUTPUT
		$("$deliver" $show -o base_dir="$tmp/data" </dev/null)
	OUTPUT
done
same "emt-deliver: none of these stored anything" "$(find "$tmp/data" -type f)" ""
same "emt-deliver: an option's value is its own, whatever it looks like" \
	"$(silent 0 "$deliver" -o base_dir="$tmp/data" --sender --help --recipient --nosuch && jq -r .sender "$tmp"/data/json/*)" \
	--help

tap_end
