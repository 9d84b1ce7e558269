# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# facts.sh - reads what a provider is able to do from its configuration files.  Each fact is "yes" or
# "no" (tls: none, offered, demanded), and FACT_why tells where that stands.  What else may stand
# there, and with which values, is in "settings": known.sh has refused all the rest before.
# shellcheck disable=SC2034 # "derive" reads what is set here

# ---- resolvers

uncommented() { # FILE...
	sed 's/^[ \t]*\(#\|\/\/\|--\|;\).*//' "$@"
}

unbound_at() { # FOLDER ADDRESS: prints the file of the Unbound that listens there
	for ua_conf in "$1"/unbound*.conf; do
		if uncommented "$ua_conf" | grep -qE "^[ 	]*interface:[ 	]*$2[ 	]*$"; then
			echo "$ua_conf"
			return
		fi
	done
	echo "facts: no resolver of $1 listens at $2" >&2
	return 1
}

one_resolver() { # FOLDER ADDRESS: sets or_file, or_validates, or_ipv6
	or_validates=no or_ipv6=yes
	case $(resolver_kind "$1") in
	unbound)
		or_file=$(unbound_at "$1" "$2")
		uncommented "$or_file" | grep -q 'module-config:.*validator' && or_validates=yes
		uncommented "$or_file" | grep -qE 'do-ip6:[ 	]*no' && or_ipv6=no
		;;
	bind)
		or_file=$1/named.conf.in
		uncommented "$or_file" | grep -qE 'dnssec-validation[ 	]+yes;' &&
			uncommented "$or_file" | grep -q trust-anchors && or_validates=yes
		# Only -4 would keep named from IPv6, and nobody gives it that.
		;;
	knot-resolver)
		or_file=$1/kresd.conf.in
		# What is removed after it has been added is not there.
		uncommented "$or_file" | grep trust_anchors | tail -n 1 | grep -q add_file &&
			or_validates=yes
		uncommented "$or_file" | grep -qE 'net\.ipv6[ 	]*=[ 	]*false' && or_ipv6=no
		;;
	*)
		echo "facts: $1 has no resolver" >&2
		return 1
		;;
	esac
	or_file=${or_file##*/}
	return 0
}

# What the C library makes of several resolvers: after SERVFAIL it asks the next.
read_resolvers() { # FOLDER
	validates=yes validates_why='' resolver_ipv6=no resolver_ipv6_why='' answers_ad=''
	for rr_ip in $(resolv_conf "$1" | awk '$1 == "nameserver" { print $2 }'); do
		one_resolver "$1" "$rr_ip"
		: "${answers_ad:=$or_validates}"
		if [ "$or_validates" = no ]; then
			validates=no
			validates_why="$or_file does not validate${validates_why:+, and is asked when the one before it refuses}"
		elif [ "$validates" = yes ]; then
			validates_why="$or_file validates"
		fi
		if [ "$or_ipv6" = yes ] && [ "$NETWORK" = both ]; then
			resolver_ipv6=yes resolver_ipv6_why="$or_file leaves IPv6 on"
		elif [ "$resolver_ipv6" = no ] && [ "$NETWORK" != both ]; then
			resolver_ipv6_why="provider.conf: NETWORK=$NETWORK"
		elif [ "$resolver_ipv6" = no ]; then
			resolver_ipv6_why="$or_file turns IPv6 off"
		fi
	done
}

# ---- mail servers

postfix_setting() { # NAME DEFAULT: from the merged main.cf
	printf '%s\n' "$main_cf" | awk -v name="$1" -v value="$2" '
		/^[ \t]*#/ { next }
		/^[ \t]/ { if (in_it) value = value $0; next }
		{ in_it = 0 }
		index($0, "=") { n = $0; sub(/[ \t]*=.*/, "", n)
			if (n == name) { in_it = 1; value = $0; sub(/^[^=]*=[ \t]*/, "", value) } }
		END { gsub(/@@/, "@", value); print value }'
}

smarthost_of() { # FOLDER: prints the host that all mail is handed to
	[ "$(mta_kind "$1")" = postfix ] || return 0
	main_cf=$(merge_main_cf "$1/main.cf.in" "${0%/*}/main.cf.in")
	sm_host=$(postfix_setting relayhost '' | tr -d '[]')
	if [ -n "$sm_host" ] && [ -n "$(postfix_setting transport_maps '')" ]; then
		echo "facts: $1/main.cf.in: relayhost, and transport_maps that go round it: keep one" >&2
		return 1
	fi
	if [ -n "$sm_host" ] && [ -n "$(postfix_setting smtpd_recipient_restrictions '')$NOT_SENT" ]; then
		echo "facts: $1: what does not come to the relayhost is not known: remove" \
			"smtpd_recipient_restrictions and NOT_SENT" >&2
		return 1
	fi
	echo "$sm_host"
}

seconds() { # 10s, 2m, 3 (of UNIT, s or d): prints seconds
	case $1 in
	*s) echo "${1%s}" ;;
	*m) echo $((${1%m} * 60)) ;;
	*h) echo $((${1%h} * 3600)) ;;
	*d) echo $((${1%d} * 86400)) ;;
	*) [ "$2" = d ] && echo $(($1 * 86400)) || echo "$1" ;;
	esac
}

# A second attempt counts if it comes the least time after a 450, whatever becomes of it.
judge_retries() { # FIRST-RETRY-AFTER GIVES-UP-AFTER WHERE
	if [ "$2" -eq 0 ]; then
		retries=no retries_why="$3: it gives up after the first attempt"
	elif [ "$1" -ge "$VERDICT_RETRY" ] || [ "$2" -ge "$VERDICT_RETRY" ]; then
		retries=yes retries_why="$3: it tries again after $1 s, until $2 s have passed"
	else
		retries=no
		retries_why="$3: it gives up $2 s after it began, and $VERDICT_RETRY s are needed"
	fi
}

family_facts() { # IPV4 IPV6 WHERE: what the mail server does; the network has a word, too
	ipv4=$1 ipv4_why="$3" ipv6=$2 ipv6_why="$3"
	if [ "$2" = yes ] && [ "$NETWORK" != both ]; then
		ipv6=no ipv6_why="provider.conf: NETWORK=$NETWORK"
	fi
}

read_postfix() { # FOLDER
	main_cf=$(merge_main_cf "$1/main.cf.in" "${0%/*}/main.cf.in")
	rp_protocols=$(postfix_setting inet_protocols all)
	case $rp_protocols in
	all) family_facts yes yes "main.cf: inet_protocols = all" ;;
	ipv4) family_facts yes no "main.cf: inet_protocols = ipv4" ;;
	ipv6) family_facts no yes "main.cf: inet_protocols = ipv6" ;;
	*)
		echo "facts: $1: inet_protocols = $rp_protocols" >&2
		return 1
		;;
	esac
	rp_level=$(postfix_setting smtp_tls_security_level '')
	tls_why="main.cf: smtp_tls_security_level = $rp_level"
	checks_name=no checks_name_why=$tls_why dane=no dane_why=$tls_why
	case $rp_level in
	none | '') tls=none ;;
	may) tls=offered ;;
	encrypt) tls=demanded ;;
	verify | secure) tls=demanded checks_name=yes ;;
	dane)
		tls=offered
		checks_name_why="$tls_why: where there is no TLSA record it encrypts and looks at nothing"
		if [ "$(postfix_setting smtp_dns_support_level '')" != dnssec ]; then
			dane_why="main.cf: smtp_dns_support_level is not dnssec"
		elif [ "$answers_ad" = no ]; then
			dane_why="$validates_why: no TLSA record is secure"
		else
			dane=yes
		fi
		;;
	*)
		echo "facts: $1: smtp_tls_security_level = $rp_level" >&2
		return 1
		;;
	esac
	case $(postfix_setting smtp_tls_protocols ''):$(postfix_setting tls_medium_cipherlist '') in
	: | TLSv1:?*) ;;
	*)
		echo "facts: $1/main.cf.in: smtp_tls_protocols = TLSv1 works with tls_medium_cipherlist" \
			"alone, and only there is that known: set both, or neither" >&2
		return 1
		;;
	esac
	judge_retries "$(seconds "$(postfix_setting minimal_backoff_time 300s)" s)" \
		"$(seconds "$(postfix_setting maximal_queue_lifetime 5d)" d)" main.cf
	case $(postfix_setting smtpd_recipient_restrictions '') in
	*reject_unknown_recipient_domain*)
		asks_at_submission=yes submission_why="main.cf: reject_unknown_recipient_domain"
		;;
	esac
}

exim_lines() { # of $conf, each setting on one
	uncommented "$conf" | sed -e :again -e '/\\$/{' -e N -e 's/\\\n[ 	]*//' -e 'b again' -e '}'
}

exim_setting() { # NAME DEFAULT: as all options of Exim; ours has each name once
	es_value=$(exim_lines | sed -n "s/^[ 	]*$1[ 	]*=[ 	]*//p" | head -n 1)
	if exim_lines | grep -qE "^[ 	]*$1[ 	]*="; then
		echo "$es_value"
	else
		echo "$2"
	fi
}

read_exim() { # FOLDER
	conf=$1/exim.conf.in
	case $(exim_setting disable_ipv6 false):$(exim_setting dns_ipv4_lookup '') in
	true:* | yes:*) family_facts yes no "exim.conf: disable_ipv6" ;;
	*:'*') family_facts yes no "exim.conf: dns_ipv4_lookup = *" ;;
	*) family_facts yes yes "exim.conf leaves both families on" ;;
	esac
	tls=offered tls_why="exim.conf: hosts_require_tls is not set"
	[ -z "$(exim_setting hosts_require_tls '')" ] ||
		tls=demanded tls_why="exim.conf: hosts_require_tls"
	if [ -n "$(exim_setting hosts_avoid_tls '')" ]; then
		if [ "$tls" = demanded ] || [ -n "$(exim_setting hosts_try_dane '*')" ]; then
			echo "facts: $conf: hosts_avoid_tls beside hosts_require_tls or hosts_try_dane (which" \
				"is * unless it is empty): keep one" >&2
			return 1
		fi
		tls=none tls_why="exim.conf: hosts_avoid_tls"
	fi

	# With neither of both lists a certificate is checked as if tls_verify_hosts were *.
	re_verify=$(exim_setting tls_verify_hosts '')
	re_try=$(exim_setting tls_try_verify_hosts '*')
	if [ -z "$re_verify" ] && [ -n "$re_try" ]; then
		checks_name=no checks_name_why="exim.conf: tls_verify_hosts is not set"
	elif [ "$(exim_setting tls_tempfail_tryclear true)" = true ] && [ "$tls" = offered ]; then
		checks_name=no
		checks_name_why="exim.conf: tls_verify_hosts, but tls_tempfail_tryclear: it goes on in clear text"
	else
		checks_name=yes checks_name_why="exim.conf: tls_verify_hosts"
		if [ -z "$(exim_setting tls_verify_certificates '')" ]; then
			echo "facts: $conf: it verifies certificates, and knows no authority: set" \
				"tls_verify_certificates" >&2
			return 1
		fi
	fi

	dane=yes dane_why="exim.conf: hosts_try_dane; $validates_why"
	if [ -z "$(exim_setting hosts_try_dane '*')" ]; then
		dane=no dane_why="exim.conf: hosts_try_dane is empty"
	elif [ "$answers_ad" = no ] || ! resolv_conf "$1" | grep -q trust-ad; then
		dane=no dane_why="$validates_why: no TLSA record is secure"
	fi

	# "* * F,10s,3s": as long, as often; without a rule it never tries again.
	re_rule=$(uncommented "$conf" | sed -n 's/^\* \* F,\([0-9a-z]*\),\([0-9a-z]*\)$/\1 \2/p')
	if [ -n "$re_rule" ]; then
		judge_retries "$(seconds "${re_rule#* }" s)" "$(seconds "${re_rule% *}" s)" exim.conf
	else
		judge_retries 0 0 exim.conf
	fi
	case $(exim_setting return_path '') in
	*tod_epoch*)
		sender_changes=yes
		sender_why="exim.conf: return_path holds the time of the attempt"
		;;
	esac
}

read_opensmtpd() { # FOLDER
	conf=$1/smtpd.conf.in
	family_facts yes yes "smtpd.conf has no say in it"
	tls=offered tls_why="smtpd.conf: relay without tls"
	checks_name=no checks_name_why=$tls_why
	case $(uncommented "$conf" | grep '^action .* relay') in
	*tls\ no-verify*) tls=demanded tls_why="smtpd.conf: relay tls no-verify" ;;
	esac
	checks_name_why=$tls_why
	dane=no dane_why="OpenSMTPD has no DANE"
	ro_first=400 ro_why="smtpd.conf"
	if uncommented "$1/start" | grep -q 'smtpctl schedule all'; then
		ro_first=$(sed -n 's/.*while sleep \([0-9]*\); do smtpctl schedule all.*/\1/p' "$1/start")
		ro_why="start: retries are forced; smtpd.conf"
	fi
	ro_ttl=$(uncommented "$conf" | sed -n 's/^queue ttl //p')
	ro_ttl=$(seconds "${ro_ttl:-4d}" s)
	[ "$ro_first" -le "$ro_ttl" ] || ro_ttl=0
	judge_retries "$ro_first" "$ro_ttl" "$ro_why"
	# Its relays have HOST_NAME_MAX of the system; a longer domain "does not exist".
	domain_max=64 domain_max_why="OpenSMTPD on Linux knows no domain of more than 64 octets"
}

read_facts() { # FOLDER: after load_provider
	asks_at_submission=no submission_why='' sender_changes=no sender_why=''
	domain_max='' domain_max_why=''
	read_resolvers "$1"
	case $(mta_kind "$1") in
	postfix) read_postfix "$1" ;;
	exim) read_exim "$1" ;;
	opensmtpd) read_opensmtpd "$1" ;;
	*)
		echo "facts: $1 has no mail server" >&2
		return 1
		;;
	esac
}
