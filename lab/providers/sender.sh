# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# sender.sh - starts a provider from the files of its folder; sourced by its "start", inside its
# host.  What a provider is stands in these files and nowhere else, so that "derive" can read the
# truth from them:
#
#	provider.conf                   who it is, and what its network can do
#	unbound*.conf, named.conf.in, kresd.conf.in
#	                                its resolvers; the lines of Unbound that are its own
#	resolv.conf                     which of them it asks; without it the one at 127.0.0.1
#	main.cf.in, exim.conf.in, smtpd.conf.in
#	                                its mail server; the settings of Postfix that are its own
#	master.cf.in                    further services of Postfix
#
# They are templates: @HOST@, @DOMAIN@, @IP4@, @IP6@.
. /mnt/lab/lib.sh
. "$LAB/lab/plan.conf"
providers=$LAB/lab/providers
. "$providers/config.sh"

here=${0%/*}
name=${here##*/}
load_provider "$here"
# Packages that cannot be installed beside Postfix, unpacked by ./setup.
servers=$LAB/servers
# Who signed the certificates of the receiving hosts.
: "${LAB_CA:=$LAB/tls/ca.pem}"

# Like fill, but a template may leave names out.
fill_some() { # TEMPLATE FILE
	fs_names=
	for fs_name in HOST DOMAIN IP4 IP6; do
		grep -q "@$fs_name@" "$1" && fs_names="$fs_names $fs_name"
	done
	# shellcheck disable=SC2086 # a list of names
	fill "$1" "$2" $fs_names
}

# The network as provider.conf says; a host has both families from init.
set_network() {
	case $NETWORK in
	both) ;;
	ipv4) echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6 ;;
	ipv6-blackhole)
		# A router that swallows all: packets leave, nothing comes back, no error tells.
		ip -6 neigh replace fe80::dead lladdr 02:00:00:00:de:ad dev eth0 nud permanent
		ip -6 route replace ::/0 via fe80::dead dev eth0
		;;
	esac
}

# ---- resolvers

start_unbounds() {
	install -d -o unbound -g unbound /var/lib/unbound
	cp "$LAB/zones/root.hints" "$LAB/zones/root.key" /etc/unbound/
	for su_own in "$here"/unbound*.conf; do
		su_name=$(basename "$su_own" .conf) UNBOUND=$su_name
		fill "$providers/unbound.conf.in" "/etc/unbound/$su_name.conf" UNBOUND
		cat "$su_own" >>"/etc/unbound/$su_name.conf"
		[ ! -e "$LAB/shared" ] || [ "$su_name" != unbound ] ||
			printf 'server:\n\tinterface: %s\n\taccess-control: %s.0/24 allow\n' \
				"$IP4" "$PREFIX4" >>"/etc/unbound/$su_name.conf"
		unbound -c "/etc/unbound/$su_name.conf" || die "$name: $su_name does not start"
	done
}

start_bind() {
	install -d -o bind -g bind /run/named /var/log/named
	cp "$LAB/zones/root.hints" /etc/bind/
	# shellcheck disable=SC2034 # filled in by name
	TRUST_ANCHOR=$(awk '$3 == "DNSKEY" || $4 == "DNSKEY" {
		i = $3 == "DNSKEY" ? 3 : 4
		printf ". static-key %s %s %s \"", $(i + 1), $(i + 2), $(i + 3)
		for (i += 4; i <= NF && $i !~ /^;/; i++) printf "%s", $i
		print "\";"
	}' "$LAB/zones/root.key")
	fill "$here/named.conf.in" /etc/bind/named.conf TRUST_ANCHOR
	named -u bind -c /etc/bind/named.conf || die "$name: named does not start"
}

start_knot_resolver() {
	install -d -o knot-resolver -g knot-resolver /run/knot-resolver
	install -d /etc/knot-resolver
	cp "$LAB/zones/root.hints" "$LAB/zones/root.key" /etc/knot-resolver/
	cp "$here/kresd.conf.in" /etc/knot-resolver/kresd.conf
	setsid kresd -n -c /etc/knot-resolver/kresd.conf /run/knot-resolver \
		</dev/null >/var/log/kresd.log 2>&1 &
}

# Where resolvers are shared ($LAB/shared is there), the first provider whose resolver and network
# are the same as ours has the one that we ask, as the customers of one network would.
resolver_owner() { # prints the folder's name
	if [ -e "$LAB/shared" ] && [ ! -e "$here/resolv.conf" ] && [ -e "$here/unbound.conf" ]; then
		while read -r ro_folder; do
			cmp -s "$ro_folder/unbound.conf" "$here/unbound.conf" || continue
			[ ! -e "$ro_folder/resolv.conf" ] || continue
			(load_provider "$ro_folder" && [ "$NETWORK" = "$1" ]) || continue
			echo "${ro_folder##*/}"
			return
		done <"$LAB/senders"
	fi
	echo "$name"
}

ask_neighbour() { # FOLDER: its resolver is ours
	an_ip=$(load_provider "$providers/$1" && echo "$IP4")
	printf 'nameserver %s\noptions edns0 trust-ad\n' "$an_ip" >/etc/resolv.conf
	wait_for 30 "the resolver of $1" answers "$an_ip" . SOA
}

start_resolvers() {
	sr_owner=$(resolver_owner "$NETWORK")
	if [ "$sr_owner" != "$name" ]; then
		ask_neighbour "$sr_owner"
		return
	fi
	case $(resolver_kind "$here") in
	unbound) start_unbounds ;;
	bind) start_bind ;;
	knot-resolver) start_knot_resolver ;;
	*) die "$name: no resolver in its folder" ;;
	esac
	resolv_conf "$here" >/etc/resolv.conf
	for sr_ip in $(resolv_conf "$here" | awk '$1 == "nameserver" { print $2 }'); do
		wait_for 30 "the resolver of $name at $sr_ip" answers "$sr_ip" . SOA
	done
}

# ---- mail servers

add_user() { # NAME UID HOME: unless the machine has it
	grep -q "^$1:" /etc/passwd || echo "$1:x:$2:$2::$3:/usr/sbin/nologin" >>/etc/passwd
	grep -q "^$1:" /etc/group || echo "$1:x:$2:" >>/etc/group
}

# Programs and libraries of the unpacked packages appear where they belong, in this host alone.
overlay_servers() { # PROGRAM
	[ -x "$servers/usr/sbin/$1" ] || die "$name: $1 is not unpacked; run ./setup deps"
	mount -t overlay -o "lowerdir=$servers/usr:/usr" overlay /usr
	[ ! -d "$servers/lib" ] ||
		mount -t overlay -o "lowerdir=$servers/lib:/usr/lib" overlay /usr/lib
	mount --bind "$LAB/bin" /usr/local/bin
}

start_own_postfix() {
	fill "$providers/main.cf.in" /etc/postfix/common.cf HOST DOMAIN
	# Where packets are lost a connection alone may take ten seconds (lab/break).
	[ ! -e "$LAB/patient" ] ||
		sed -i 's/^\([a-z]*_queue_lifetime\) = .*/\1 = 30s/' /etc/postfix/common.cf
	fill_some "$here/main.cf.in" /etc/postfix/own.cf
	merge_main_cf /etc/postfix/own.cf /etc/postfix/common.cf >/etc/postfix/main.cf
	rm /etc/postfix/common.cf /etc/postfix/own.cf
	fill "$providers/master.cf.in" /etc/postfix/master.cf
	if [ -e "$here/master.cf.in" ]; then
		fill_some "$here/master.cf.in" /etc/postfix/own.cf
		cat /etc/postfix/own.cf >>/etc/postfix/master.cf
		rm /etc/postfix/own.cf
	fi
	start_postfix
}

start_exim() {
	overlay_servers exim4
	add_user Debian-exim 20091 /var/spool/exim4
	install -d -o Debian-exim -g Debian-exim -m 0750 /var/spool/exim4 /var/log/exim4
	mkdir -p /etc/exim4
	fill_some "$here/exim.conf.in" /etc/exim4/exim4.conf
	chmod 0644 /etc/exim4/exim4.conf
	# The queue is looked through each second, as a short-lived laboratory needs.
	exim4 -bd -q1s -oP /run/exim.pid || die "$name: Exim does not start"
}

start_opensmtpd() {
	overlay_servers smtpd
	add_user opensmtpd 20092 /var/lib/opensmtpd/empty
	add_user opensmtpq 20093 /var/lib/opensmtpd/empty
	add_user probe 20094 /srv
	# What the package would make.
	mkdir -p /var/lib/opensmtpd/empty
	install -g opensmtpq -m 2755 /usr/sbin/smtpctl /run/smtpctl
	mount --bind /run/smtpctl /usr/sbin/smtpctl
	install -d -m 0711 /var/spool/smtpd
	echo "$HOST" >/etc/mailname
	fill_some "$here/smtpd.conf.in" /etc/smtpd.conf
	chmod 0600 /etc/smtpd.conf
	setsid smtpd -d -f /etc/smtpd.conf </dev/null >/var/log/smtpd.log 2>&1 &
}

listens() { # takes submissions
	ls_line=$(ss -Hltn 'sport = :25')
	[ -n "$ls_line" ]
}

start_mail() {
	install -d -o nobody -g nogroup -m 0755 /srv/dsn
	install -m 0644 "$LAB_CA" /etc/lab-ca.pem
	case $(mta_kind "$here") in
	postfix) start_own_postfix ;;
	exim) start_exim ;;
	opensmtpd) start_opensmtpd ;;
	*) die "$name: no mail server in its folder" ;;
	esac
	wait_for 30 "the mail server of $name" listens
}

start_provider() {
	set_network
	start_resolvers
	start_mail
}
