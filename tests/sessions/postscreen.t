#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A real Postfix with postscreen in front: clients that it passes, refuses, hangs up on, and talks to for itself, at the
# same time; what emt-sessions makes of the log against what the clients wrote down.
. tests/tap.sh
. tests/delivery/postfix.sh
own_machine "$@"
command -v openssl >/dev/null || skip_all "openssl is not installed"

echo 'bob /dev/null' >"$root/aliases"
mkdir "$root/screen"
cat >"$root/screen/access" <<'EOF2'
127.0.2.0/24 reject
127.0.1.0/24 permit
EOF2
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.example.com \
	-keyout "$root/screen/key.pem" -out "$root/screen/cert.pem" 2>/dev/null
# 2525 tells its dialogue; 2526 does not, and refuses at once; 2527 ignores failures; 2528 talks to everybody itself;
# 2529 as well, and has no patience.  2530 and 2531 are 2525 and 2526 for clients that act before they are greeted: they
# wait so long that no stall of the machine, with timers served before sockets, lets such a client pass.
cat >"$root/master" <<'EOF2'
2525 inet n - n - 1 postscreen -v
2526 inet n - n - 1 postscreen
	-o postscreen_cache_map=btree:$data_directory/b -o postscreen_denylist_action=drop
2527 inet n - n - 1 postscreen
	-o postscreen_cache_map=btree:$data_directory/c -o postscreen_greet_action=ignore
	-o postscreen_denylist_action=ignore
2528 inet n - n - 1 postscreen
	-o postscreen_cache_map=btree:$data_directory/d -o postscreen_pipelining_enable=yes
	-o postscreen_command_count_limit=5
2529 inet n - n - 1 postscreen
	-o postscreen_cache_map=btree:$data_directory/e -o postscreen_pipelining_enable=yes
	-o postscreen_command_time_limit=3s
2530 inet n - n - 1 postscreen -v
	-o postscreen_cache_map=btree:$data_directory/f -o postscreen_greet_wait=30s
2531 inet n - n - 1 postscreen
	-o postscreen_cache_map=btree:$data_directory/g -o postscreen_greet_wait=30s -o postscreen_greet_action=drop
	-o postscreen_client_connection_count_limit=1
smtpd pass - - n - - smtpd -o debug_peer_list=static:all -o debug_peer_level=1
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
tlsmgr unix - - n 1000? 1 tlsmgr
EOF2
start_postfix <<EOF2
compatibility_level = 3.6
postscreen_access_list = cidr:$root/screen/access
postscreen_greet_wait = 1s
postscreen_greet_action = enforce
postscreen_denylist_action = enforce
smtpd_tls_chain_files = $root/screen/key.pem, $root/screen/cert.pem
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
EOF2

ok "clients talk to postscreen" tests/sessions/screenclients.py "$root" "$root/mail.log"
ok "emt-sessions reads the log" sh -c \
	"'$OBJ/sessionparse/emt-sessions' --year $(date +%Y) '$root/mail.log' >'$root/records'"
ok "every record fits schema/session-1.json" \
	tests/tools/check_schema.py schema/session-1.json "$root/records"
tests/sessions/screenclients.py --compare "$root/truth" "$root/records" >"$root/compared"
while read -r status name; do
	case $status in
	"#") echo "# $name" ;;
	*) ok "$name" [ "$status" = same ] ;;
	esac
done <"$root/compared"
ok "something was compared" [ -s "$root/compared" ]
tap_end
