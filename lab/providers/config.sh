# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# config.sh - reads the files of a provider's folder; for the provider itself and for "derive".
# shellcheck disable=SC2034 # what it sets is for those who source it

load_provider() { # FOLDER: sets what provider.conf says, and the defaults of the rest
	OPERATOR='' MAILBOX='' DSN_HOST='' ADDRESSES='' NOT_SENT=''
	SENDS=yes NETWORK=both DEFAULT=no
	. "$1/provider.conf"
	# Whose the verdict is: the registered domain of the client that delivers.
	: "${OPERATOR:=$DOMAIN}"
	# Who receives mail for DOMAIN.
	: "${MAILBOX:=$DOMAIN}"
	: "${DSN_HOST:=${1##*/}}"
	IP4=${PREFIX4:-203.0.113}.$NUMBER IP6=${PREFIX6:-2001:db8:f}::$NUMBER
	case $NETWORK in
	both | ipv4 | ipv6-blackhole) ;;
	*)
		echo "$1/provider.conf: NETWORK=$NETWORK: both, ipv4 or ipv6-blackhole" >&2
		return 1
		;;
	esac
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
