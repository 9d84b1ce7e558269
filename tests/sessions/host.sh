#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# host.sh FOLDER CLIENTS ROUNDS - runs Postfix and the clients, inside namespaces made for it; leaves FOLDER/maillog and
# FOLDER/truth.
set -eu
work=$1

ip link set lo up
ip address add 192.0.2.1/32 dev lo
ip -6 address add 2001:db8::1/128 dev lo nodad
for i in $(seq 101 "$((100 + $2 + 10))"); do
	echo "address add 192.0.2.$i/32 dev lo"
	echo "address add 2001:db8::$i/128 dev lo nodad"
done | ip -batch -

inst=$work/postfix
mkdir "$inst"
chmod 755 "$work"
mount -t tmpfs -o mode=755 tmpfs "$inst"
mkdir "$inst/etc" "$inst/queue" "$inst/data"
cd "$inst/queue"
mkdir active bounce corrupt defer deferred flush hold incoming private saved trace maildrop public pid
chown postfix active bounce corrupt defer deferred flush hold incoming private saved trace maildrop public "$inst/data"
chmod 700 active bounce corrupt defer deferred flush hold incoming private saved trace
chgrp postdrop maildrop public
chmod 730 maildrop
chmod 710 public
cd "$OLDPWD"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mx1.example.net \
	-keyout "$inst/etc/tls.pem" -out "$inst/etc/cert.pem" 2>/dev/null
cat "$inst/etc/cert.pem" >>"$inst/etc/tls.pem"

cat >"$inst/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $inst/queue
data_directory = $inst/data
command_directory = /usr/sbin
daemon_directory = $(postconf -h -d daemon_directory)
maillog_file = $work/maillog
maillog_file_prefixes = $work
myhostname = mx1.example.net
mydestination = example.net
mynetworks = 127.0.0.0/8
inet_interfaces = all
alias_maps = texthash:$inst/etc/aliases
alias_database =
local_recipient_maps = \$alias_maps
enable_long_queue_ids = yes
smtpd_tls_chain_files = $inst/etc/tls.pem
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_authorized_xclient_hosts = 192.0.2.0/24, [2001:db8::]/32
smtpd_recipient_restrictions = check_recipient_access texthash:$inst/etc/access, permit_mynetworks, reject_unauth_destination
smtpd_data_restrictions = check_sender_access texthash:$inst/etc/senders
EOF
echo 'bob /dev/null' >"$inst/etc/aliases"
{
	echo 'grey@example.net 450 4.2.0 Greylisted'
	echo 'no@example.net 550 5.7.1 No'
} >"$inst/etc/access"
echo 'nodata@sender.example 554 5.7.1 No content from you' >"$inst/etc/senders"

dialogue='-o debug_peer_list=0.0.0.0/0,[::]/0 -o debug_peer_level=1'
cat >"$inst/etc/master.cf" <<EOF
2525 inet n - n - 200 smtpd $dialogue
2526 inet n - n - 200 smtpd $dialogue -o smtpd_timeout=3s -o syslog_name=postfix/quick
2527 inet n - n - 200 smtpd $dialogue -o syslog_name=postfix-mx2 -o smtpd_client_restrictions=reject -o smtpd_delay_reject=no
2465 inet n - n - 200 smtpd $dialogue -o syslog_name=postfix/smtps -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
EOF
# Postfix does not trust a file that is younger than two seconds.
touch -d '1 hour ago' "$inst"/etc/*
MAIL_CONFIG=$inst/etc "$(postconf -h -d daemon_directory)/master" -c "$inst/etc" -w
"$(dirname "$0")/clients.py" "$work" "$2" "$3"
