#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emt-sessions --check-config against the real postconf: a good configuration, one fault at a time, and the manners.
. tests/tap.sh

command -v postconf >/dev/null || skip_all "postfix is not installed"
sessions=$OBJ/sessionparse/emt-sessions
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# good: a configuration without faults, in $work/good
mkdir "$work/good"
cat >"$work/good/main.cf" <<'EOF2'
compatibility_level = 3.6
myhostname = mx1.example.net
maillog_file = /var/log/maillog
enable_long_queue_ids = yes
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
every_client = 0.0.0.0/0,[::]/0
EOF2
cat >"$work/good/master.cf" <<'EOF2'
smtp inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
	-o debug_peer_list=$every_client
	-o debug_peer_level=1
submission inet n - n - - smtpd
	-o { debug_peer_list = 0.0.0.0/0, [::]/0 } -o debug_peer_level=1
smtps inet n - n - - smtpd -o debug_peer_list=static:all -o debug_peer_level=1 -o smtpd_tls_wrappermode=yes
192.0.2.1:2525 inet n - n - - smtpd -o debug_peer_list=0.0.0.0/0 -o debug_peer_level=1
smtp unix - - n - - smtp
maildrop unix - n n - - pipe
	flags=DRhu user=vmail argv=/usr/bin/maildrop -d ${recipient}
postlog unix-dgram n - n - 1 postlogd
EOF2

# configuration NAME: a copy of the good one to be spoilt
configuration()
{
	rm -rf "$work/$1"
	cp -r "$work/good" "$work/$1"
}

# check NAME: its findings in $work/findings; the exit status
check()
{
	"$sessions" --check-config --postfix-config "$work/$1" >"$work/findings" 2>"$work/err"
}

# finds NAME TEXT: one finding, of which TEXT is a part
finds()
{
	check "$1"
	[ $? -eq 1 ] && [ "$(wc -l <"$work/findings")" -eq 1 ] && grep -qF -e "$2" "$work/findings" && return
	cat "$work/findings" "$work/err"
	return 1
}

# exits STATUS COMMAND...
exits()
{
	want=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq "$want" ] || { echo "exit status $got, not $want"; cat "$work/out" "$work/err"; return 1; }
}

# main_cf NAME LINE TEXT: with this line in main.cf there is this one finding
main_cf()
{
	configuration spoilt
	echo "$2" >>"$work/spoilt/main.cf"
	ok "$1" finds spoilt "$3"
}

# master_cf NAME SED TEXT: with master.cf edited so there is this one finding
master_cf()
{
	configuration spoilt
	sed -i -e "$2" "$work/spoilt/master.cf"
	ok "$1" finds spoilt "$3"
}

ok "a good configuration: 0" check good
empty "nothing is said" "$(cat "$work/findings")"

master_cf "no dialogue on one service" 's/^submission.*/&\n\t-o syslog_name=x/; /{ debug_peer_list/d' \
	"master.cf, submission inet: debug_peer_list is not set"
master_cf "none behind postscreen" '/every_client/d' "master.cf, smtpd pass: debug_peer_list is not set"
master_cf "an empty list" 's/static:all/ /' "master.cf, smtps inet: debug_peer_list is not set"
master_cf "clients left out" 's/static:all/192.0.2.0\/24/' "master.cf, smtps inet: debug_peer_list = 192.0.2.0/24: clients"
master_cf "IPv6 left out" 's/static:all/0.0.0.0\/0/' "master.cf, smtps inet: debug_peer_list = 0.0.0.0/0: clients"
master_cf "IPv6 left out of two" 's/, \[::\]\/0//' "master.cf, submission inet: debug_peer_list = 0.0.0.0/0: clients"
master_cf "IPv6 without brackets" 's/static:all/static:all,::\/0/' "an IPv6 address without brackets"
master_cf "level 10" 's/^\(smtps.*level=\)1/\110/' "debug_peer_level = 10: from 3 on smtpd logs the first octets"
master_cf "level 2" 's/^\(smtps.*level=\)1/\12/' "debug_peer_level = 2: it logs more lines"
master_cf "-v" 's/^smtps.*smtpd /&-v /' "master.cf, smtps inet: -v logs the dialogue amid"
master_cf "-v -v -v" 's/^smtps.*smtpd /&-v -vv /' "-v three times logs the first octets"
master_cf "TLS not logged" 's/^smtps.*/& -o smtpd_tls_loglevel=0/' "master.cf, smtps inet: smtpd_tls_loglevel = 0"
master_cf "TLS dumped" 's/^smtps.*/& -o smtpd_tls_loglevel=4/' "passwords"
master_cf "no postlogd" '/^postlog/d' "main.cf: maillog_file = /var/log/maillog: there is no service of postlogd"
main_cf "the sending side" "debug_peer_list = 192.0.2.0/24" "master.cf, smtp unix: debug_peer_list = 192.0.2.0/24: this client"
main_cf "short queue ids" "enable_long_queue_ids = no" "main.cf: enable_long_queue_ids = no"
configuration spoilt
sed -i 's/^compatibility_level.*/compatibility_level = 0/' "$work/spoilt/main.cf"
check spoilt
same "no SMTPUTF8, by an old compatibility_level: on each service" \
	"$(grep -c 'smtputf8_enable = no: octets of commands' "$work/findings")" 4
configuration spoilt
sed -i '/smtpd/d; /^\t/d' "$work/spoilt/master.cf"
ok "no smtpd at all" finds spoilt "no service runs smtpd"
configuration readme
printf 'compatibility_level = 3.6\ndebug_peer_level = 10\nmaillog_file = /var/log/maillog\nenable_long_queue_ids = yes\n' \
	>"$work/readme/main.cf"
printf 'smtp inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\n' >"$work/readme/master.cf"
ok "debug_peer_level alone" finds readme "debug_peer_list is not set: smtpd logs no dialogue, whatever debug_peer_level is"

# The configuration that this tree gives to a measurement host, without what is filled in.
mkdir "$work/ours"
for file in main.cf master.cf; do
	sed 's/^@SMTPD@/smtp inet n - n - - smtpd\n\t-o debug_peer_list=0.0.0.0\/0,[::]\/0\n\t-o debug_peer_level=1/; s/^@[A-Z_]*@//' \
		"postfix-conf/$file.in" >"$work/ours/$file"
done
ok "our own configuration is good" check ours
empty "nothing is said of it" "$(cat "$work/findings")"

# Saved output.
for option in -x -Mx -n -nx -M -P; do
	postconf -c "$work/good" $option >"$work/saved$option" 2>/dev/null
done
ok "saved output of postconf -x and -Mx" exits 0 "$sessions" --check-config "$work/saved-x" "$work/saved-Mx"
ok "of -nx and -Mx" exits 0 "$sessions" --check-config "$work/saved-nx" "$work/saved-Mx"
ok "on standard input, of -P too" sh -c \
	"cat '$work/saved-x' '$work/saved-P' '$work/saved-Mx' | '$sessions' --check-config -"
ok "a value that is not expanded: 65" exits 65 "$sessions" --check-config "$work/saved-n" "$work/saved-M"
ok "and how to get it expanded" grep -q "postconf -Mx" "$work/err"
sed -i 's/static:all//' "$work/saved-Mx"
ok "saved output with a finding: 1" exits 1 "$sessions" --check-config "$work/saved-x" "$work/saved-Mx"
echo "Nov 21 19:34:06 mx1 postfix/smtpd[1]: connect from unknown[192.0.2.1]" >"$work/log"
ok "a log in its place: 65" exits 65 "$sessions" --check-config "$work/log"
ok "a file that is not there: 75" exits 75 "$sessions" --check-config "$work/nosuch"

ok "a folder without a configuration: 75" exits 75 "$sessions" --check-config --postfix-config "$work/nosuch"
echo 'a line of nonsense' >"$work/spoilt/main.cf"
ok "a configuration that postconf refuses: 75" exits 75 "$sessions" --check-config --postfix-config "$work/spoilt"
ok "--postfix-config without --check-config: 64" exits 64 "$sessions" --postfix-config "$work/good"
ok "standard output is full: 75" sh -c "'$sessions' --check-config '$work/saved-x' '$work/saved-Mx' >/dev/full; [ \$? -eq 75 ]"

# The environment does not matter: neither what it calls postconf nor where Postfix' configuration is.
printf '#!/bin/sh\necho hostile\n' >"$work/postconf"
chmod 755 "$work/postconf"
ok "no other postconf is found" env PATH="$work:$PATH" MAIL_CONFIG="$work/nosuch" \
	"$sessions" --check-config --postfix-config "$work/good"

# The hint at the end of a run.
log=tests/golden/sessions/quiet.log
"$sessions" --year 2026 --zone UTC $log >/dev/null 2>"$work/err"
ok "a log of mails without dialogue: a hint" grep -q 'sessions with mail have no dialogue.*--check-config' "$work/err"
same "it is one line" "$(wc -l <"$work/err")" 1
"$sessions" --year 2026 --zone UTC tests/golden/sessions/one-mail.log >/dev/null 2>"$work/err"
empty "a log with dialogue: none" "$(cat "$work/err")"
tap_end
