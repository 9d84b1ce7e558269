# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# postfix.sh - a Postfix of the test's own, in namespaces of its own: nothing of it can be reached from, or reaches, the
# machine, and it ends with the shell that started it.
#
# A script sources it, calls own_machine "$@" first, and then finds itself as pid 1 of a machine with a loopback
# interface and an empty file system at $root, where everybody may read.

own_machine() { # ARGUMENT...: goes on inside; outside it waits and cleans up
	if [ -n "${EMT_OWN_MACHINE-}" ]; then
		root=$EMT_OWN_MACHINE TMPDIR=$EMT_OWN_MACHINE
		export TMPDIR
		mount -t tmpfs -o mode=755,size=2g emt-test "$root" && ip link set lo up || exit 1
		return
	fi
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	for o_program in /usr/lib/postfix/sbin/master python3 ip jq; do
		command -v $o_program >/dev/null || skip_all "$o_program is not installed"
	done
	o_flags="--net --mount --pid --fork --kill-child --mount-proc --propagation private"
	# shellcheck disable=SC2086 # a list of options
	unshare $o_flags true 2>/dev/null || skip_all "no namespaces can be made here"
	o_folder=$(mktemp -d)
	trap 'rmdir "$o_folder"' EXIT
	trap 'exit 143' TERM INT HUP
	# In the background, so that a signal is heard at once: unshare and its pid 1 hear none but SIGKILL.
	# shellcheck disable=SC2086
	EMT_OWN_MACHINE=$o_folder unshare $o_flags "$0" "$@" &
	o_pid=$!
	trap 'kill -9 $o_pid; wait $o_pid; exit 143' TERM INT HUP
	wait $o_pid
	exit
}

# postfix_services: what every Postfix here runs beside its smtpd and smtp, as lines of master.cf.
postfix_services() {
	cat <<-CONF
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		showq unix n - n - - showq
		error unix - - n - - error
		retry unix - - n - - error
		local unix - n n - - local
		anvil unix - - n - 1 anvil
		postlog unix-dgram n - n - 1 postlogd
	CONF
}

# start_postfix: main.cf and master.cf below $root; $root/aliases and $root/transport are the caller's, in texthash form.
# Standard input is added to main.cf, and the file $root/master to master.cf.  A mail that is tried again within a second or
# so may still be locked by the agent that has just deferred it: the queue manager then forgets it until it is restarted.
start_postfix() {
	mkdir -p "$root/etc" "$root/data" "$root/queue"
	for s_folder in active bounce corrupt defer deferred flush hold incoming private saved trace maildrop public pid; do
		mkdir "$root/queue/$s_folder"
	done
	chown postfix "$root/data" "$root/queue"/*
	chown root "$root/queue/pid"
	chgrp postdrop "$root/queue/maildrop" "$root/queue/public"
	chmod 730 "$root/queue/maildrop"
	chmod 710 "$root/queue/public"
	touch "$root/transport"
	cat - >"$root/etc/main.cf" <<-CONF
		compatibility_level = 3.7
		queue_directory = $root/queue
		data_directory = $root/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		meta_directory = /etc/postfix
		mail_owner = postfix
		setgid_group = postdrop
		maillog_file = $root/mail.log
		maillog_file_prefixes = $root
		myhostname = mail.example.com
		mydestination = example.com
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		mynetworks = 127.0.0.0/8
		smtpd_peername_lookup = no
		alias_maps = texthash:$root/aliases
		alias_database =
		local_recipient_maps = \$alias_maps
		transport_maps = texthash:$root/transport
		recipient_delimiter = +
		default_privs = nobody
		local_destination_concurrency_limit = 20
		default_destination_concurrency_limit = 20
		in_flow_delay = 0
		fast_flush_domains =
		queue_run_delay = 1s
		minimal_backoff_time = 3s
		maximal_backoff_time = 3s
	CONF
	cat >>"$root/etc/main.cf"
	cat - >"$root/etc/master.cf" <<-CONF
		smtp inet n - n - - smtpd
	CONF
	postfix_services >>"$root/etc/master.cf"
	[ ! -e "$root/master" ] || cat "$root/master" >>"$root/etc/master.cf"
	# Postfix does not trust files that are younger than two seconds, and waits.
	touch -d '1 hour ago' "$root/etc"/* "$root/aliases" "$root/transport"
	MAIL_CONFIG=$root/etc /usr/lib/postfix/sbin/master -c "$root/etc" -w
}

# queued: how many mails Postfix holds.
queued() {
	find "$root/queue/maildrop" "$root/queue/incoming" "$root/queue/active" "$root/queue/deferred" -type f | wc -l
}

# wait_for SECONDS COMMAND...: polls until COMMAND succeeds; fails past the deadline.
wait_for() {
	w_end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$w_end" ] || return 1
		sleep 0.05
	done
}

new_folders() { # FOLDER: with mails/ and json/, spam/..., all/..., for the user of deliveries
	for n_flavour in . spam all; do
		mkdir -p "$1/$n_flavour/mails" "$1/$n_flavour/json"
	done
	chown -R nobody "$1"
	chmod -R u=rwX,go= "$1"
}
