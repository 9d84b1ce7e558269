# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# config.sh - reads the files of a provider's folder; for the provider itself and for "derive".
# shellcheck disable=SC2034 # what it sets is for those who source it

is_domain() { # NAME
	case $1 in
	*[!a-z0-9.-]* | [.-]* | *[.-] | *..* | *.-* | *-.*) return 1 ;;
	*.*) ;;
	*) return 1 ;;
	esac
}

are_numbers() { # WORD...: two digits each: addresses and reverse names of both families hold them
	for an_word; do
		case $an_word in
		[1-9][0-9]) ;;
		*) return 1 ;;
		esac
	done
}

# provider.conf is read and not run: an "exit" in it would take all further providers along, and
# "derive" runs outside the laboratory.
take_setting() { # NAME=VALUE: sets it; fails, with ts_wrong, if there is no such name or value
	ts_name=${1%%=*} ts_value=${1#*=} ts_wrong=
	case $ts_value in
	'"'*'"') ts_value=${ts_value#?} ts_value=${ts_value%?} ;;
	esac
	case $ts_name=$ts_value in
	NUMBER=[1-9][0-9] | DEFAULT=yes | DEFAULT=no | SENDS=yes | SENDS=no) ;;
	NETWORK=both | NETWORK=ipv4 | NETWORK=ipv6-blackhole) ;;
	NUMBER=*) ts_wrong="it is a number from 10 to 99" ;;
	DEFAULT=* | SENDS=*) ts_wrong="it is yes or no" ;;
	NETWORK=*) ts_wrong="it is both, ipv4 or ipv6-blackhole" ;;
	DOMAIN=* | HOST=* | OPERATOR=* | MAILBOX=*)
		is_domain "$ts_value" ||
			ts_wrong="it is a domain name, of small letters, digits, hyphens and dots"
		;;
	ADDRESSES=*[!0-9\ ]*) ts_wrong="it is numbers from 10 to 99, as in \"41 42\"" ;;
	ADDRESSES=*)
		# shellcheck disable=SC2086 # words
		are_numbers $ts_value || ts_wrong="it is numbers from 10 to 99, as in \"41 42\""
		;;
	NOT_SENT= | NOT_SENT=*[!A-Za-z0-9.-]*) ts_wrong="it is the name of a test case" ;;
	NOT_SENT=*) ;;
	*)
		ts_wrong="a line is empty, # and a comment, or NAME=VALUE; names are NUMBER DOMAIN HOST \
DEFAULT ADDRESSES NETWORK OPERATOR MAILBOX NOT_SENT SENDS"
		;;
	esac
	[ -z "$ts_wrong" ] || return 1
	eval "$ts_name=\$ts_value"
}

complain() { # FILE WHAT
	printf '%s: %s\n' "$1" "$2" | cat -v >&2
}

load_provider() { # FOLDER: sets what provider.conf says, and the defaults of the rest
	NUMBER='' DOMAIN='' HOST='' OPERATOR='' MAILBOX='' ADDRESSES='' NOT_SENT=''
	SENDS=yes NETWORK=both DEFAULT=no
	lp_conf=$1/provider.conf lp_names=' ' lp_status=0
	[ -f "$lp_conf" ] || {
		complain "$lp_conf" "is not there: write it, or remove the folder"
		return 1
	}
	# shellcheck disable=SC2094 # a complaint has the file's name and goes elsewhere
	while read -r lp_line || [ -n "$lp_line" ]; do
		case $lp_line in
		'' | '#'*) continue ;;
		esac
		take_setting "$lp_line" || {
			complain "$lp_conf" "$lp_line: $ts_wrong"
			lp_status=1
		}
		case $lp_names in
		*" $ts_name "*)
			complain "$lp_conf" "$lp_line: there is a $ts_name already; remove one of them"
			lp_status=1
			;;
		esac
		lp_names="$lp_names$ts_name "
	done <"$lp_conf"
	for lp_name in NUMBER DOMAIN HOST; do
		case $lp_names in
		*" $lp_name "*) ;;
		*)
			complain "$lp_conf" "has no $lp_name: add $lp_name=..."
			lp_status=1
			;;
		esac
	done
	# Whose the verdict is: the registered domain of the client that delivers.
	: "${OPERATOR:=$DOMAIN}"
	# Who receives mail for DOMAIN.
	: "${MAILBOX:=$DOMAIN}"
	IP4=${PREFIX4:-203.0.113}.$NUMBER IP6=${PREFIX6:-2001:db8:f}::$NUMBER
	return "$lp_status"
}

resolver_kind() { # FOLDER
	if [ -e "$1/unbound.conf" ]; then
		echo unbound
	elif [ -e "$1/named.conf.in" ]; then
		echo bind
	elif [ -e "$1/kresd.conf.in" ]; then
		echo knot-resolver
	fi
}

# glibc takes the AD bit away without trust-ad.
resolv_conf() { # FOLDER: prints it
	if [ -e "$1/resolv.conf" ]; then
		cat "$1/resolv.conf"
	else
		printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n'
	fi
}

mta_kind() { # FOLDER
	if [ -e "$1/main.cf.in" ]; then
		echo postfix
	elif [ -e "$1/exim.conf.in" ]; then
		echo exim
	elif [ -e "$1/smtpd.conf.in" ]; then
		echo opensmtpd
	fi
}

# One main.cf of two: what OWN sets is left out of COMMON, which has no continued lines.
merge_main_cf() { # OWN COMMON
	awk -F '[ \t]*=' '
		NR == FNR { if ($0 ~ /^[a-z]/) own[$1]; next }
		!($1 in own)
	' "$1" "$2"
	cat "$1"
}
