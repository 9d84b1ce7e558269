# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What the laboratory's scripts share.  POSIX sh: dash starts in 1 ms, and each host runs several
# of these. There are no local variables in POSIX sh, so a function's own names start with its
# first letter and "_".

# The laboratory's own disk, the same in every host: scripts, keys, zones, and host/NAME/ with what
# NAME has written.
LAB=/mnt
# In the laboratory /usr/local/bin holds the project's programs and nothing else.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

now() { # sets NOW to hundredths of a second since boot, without starting a process
	read -r NOW _ </proc/uptime
	NOW=${NOW%.*}${NOW#*.}
}

# Scripts that begin by themselves, in a running laboratory, have a start of their own.
if [ -z "${LAB_T0-}" ]; then
	now
	export LAB_T0="$NOW"
fi

say() { # progress, with the time since the start
	now
	s_t=$((NOW - ${LAB_T0:-$NOW}))
	printf 'lab %2d.%02d s  %s\n' $((s_t / 100)) $((s_t % 100)) "$*" >&2
}

die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

came_within() { # SECONDS COMMAND...: polls until it succeeds; fails past the deadline
	now
	w_deadline=$((NOW + $1 * 100))
	shift
	until "$@" >/dev/null 2>&1; do
		now
		[ "$NOW" -lt "$w_deadline" ] || return 1
		sleep 0.02
	done
}

wait_for() { # SECONDS WHAT COMMAND...: likewise; past it the script ends, and says WHAT is missing
	w_seconds=$1 w_what=$2
	shift 2
	came_within "$w_seconds" "$@" || die "waited in vain for $w_what"
}

wait_all() { # PID...: waits for all of them, fails if one did
	w_failed=0
	for w_pid; do
		wait "$w_pid" || w_failed=1
	done
	return "$w_failed"
}

# Of what measures and what judges, one at a time; the lock goes with the script that has it.
alone() {
	exec 9>"$LAB/measuring"
	flock -n 9 || die "a measurement is under way; wait for its end"
}

# Fills @NAME@ from the variable NAME; an unknown or an unused name is an error.
fill() { # TEMPLATE FILE NAME...
	f_in=$1 f_out=$2
	shift 2
	for f_name; do
		eval "f_value=\$$f_name"
		set -- "$@" "$f_name=$f_value"
		shift
	done
	"$LAB/bin/emt-fill" "$f_in" "$@" >"$f_out" || die "cannot fill $f_in"
}

on() { # HOST COMMAND...: runs COMMAND inside HOST
	o_host=$1
	shift
	read -r o_pid <"$LAB/host/$o_host/pid" || die "no such host: $o_host"
	# -r: in a chroot the root of the mount namespace is not ours.
	nsenter -t "$o_pid" -m -n -u -r -- "$@"
}

answers() { # ADDRESS NAME TYPE: a name server there answers with the record
	a_out=$(drill "@$1" "$2" "$3" 2>/dev/null) || return 1
	case $a_out in
	*"rcode: NOERROR"*"ANSWER: 0"*) return 1 ;;
	*"rcode: NOERROR"*) return 0 ;;
	esac
	return 1
}

# What follows runs inside a host.

start_nsd() { # ADDRESS ZONE: starts NSD as configured and waits until ADDRESS answers for ZONE
	install -d -o nsd -g nsd /run/nsd /var/lib/nsd
	nsd -c /etc/nsd/nsd.conf || die "$(hostname): nsd does not start"
	wait_for 30 "nsd at $1" answers "$1" "$2" SOA
}

trust_lab() { # the laboratory's authority is the only one that this host knows
	mkdir -p /etc/ssl/certs
	cp "$LAB/tls/ca.pem" /etc/ssl/certs/ca-certificates.crt
}

start_unbound() { # MODULES DO_IP6: a resolver of the host's own on 127.0.0.1
	# shellcheck disable=SC2034 # filled in by name
	MODULES=$1 DO_IP6=$2
	start_unbound_with "$LAB/lab/unbound.conf.in" MODULES DO_IP6
}

start_unbound_with() { # TEMPLATE NAME...
	u_template=$1
	shift
	mkdir -p /etc/unbound
	cp "$LAB/zones/root.hints" "$LAB/zones/root.key" /etc/unbound/
	fill "$u_template" /etc/unbound/unbound.conf "$@" \
		REVERSE4 REVERSE6 PREFIX4_REVERSE PREFIX6_REVERSE
	install -d -o unbound -g unbound /var/lib/unbound
	printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n' >/etc/resolv.conf
	unbound -c /etc/unbound/unbound.conf || die "$(hostname): unbound does not start"
	wait_for 30 "unbound of $(hostname)" answers 127.0.0.1 . SOA
}

start_postfix() { # [INSTANCE]: starts Postfix as /etc/postfixINSTANCE says
	p_conf=/etc/postfix${1-} p_q=/var/spool/postfix${1-} p_data=/var/lib/postfix${1-}
	# Postfix distrusts a file younger than two seconds and dozes until it has come of age.
	find "$p_conf" $([ ! -d /etc/mail ] || echo /etc/mail) -type f \
		-exec touch -d '1 hour ago' {} +
	install -d -o root -g root "$p_q" "$p_q/pid"
	set --
	for p_dir in active bounce corrupt defer deferred flush hold incoming private saved \
		trace; do
		set -- "$@" "$p_q/$p_dir"
	done
	install -d -o postfix -g root -m 0700 "$@"
	install -d -o postfix -g postdrop -m 0730 "$p_q/maildrop"
	install -d -o postfix -g postdrop -m 0710 "$p_q/public"
	install -d -o postfix -g postfix -m 0700 "$p_data"
	# "postfix start" is half a second of shell checks; master -w returns when it is ready.
	MAIL_CONFIG=$p_conf /usr/lib/postfix/sbin/master -c "$p_conf" -w ||
		die "$(hostname): Postfix$([ "$p_conf" = /etc/postfix ] || echo " in $p_conf") does not start"
}
