# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# break.sh - how things are broken; sourced by break.  $target is what is broken: a host, or a test
# case, whose host, zone and address follow from its file.

is_case() {
	[ -e "$testcases/$target.conf" ]
}

is_server() {
	case " $name_servers " in
	*" $target "*) return 0 ;;
	*) return 1 ;;
	esac
}

of_case() { # NAME: that setting of the case's file
	sed -n "s/^$1 = //p" "$testcases/$target.conf"
}

stop_by() { # PIDFILE of TARGET: ends that process, and waits for it
	sb_pid=$(tr -d ' ' <"$LAB/host/$target$1") || die "$target has no $1"
	kill "$sb_pid" || :
	wait_for 30 "the end of what $1 of $target names" ended "$sb_pid"
}

ended() { # PID: numbers of processes are the same in all hosts
	[ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

start_master() {
	# Postfix distrusts a file younger than two seconds and dozes until it has come of age.
	on "$target" sh -c 'find /etc/postfix -type f -exec touch -d "1 hour ago" {} + &&
		/usr/lib/postfix/sbin/master -w'
}

restart_postfix() {
	stop_by /var/spool/postfix/pid/master.pid
	start_master
}

restart_nsd() { # with the files that are there now
	stop_by /run/nsd/nsd.pid
	on "$target" nsd -c /etc/nsd/nsd.conf 2>/dev/null
}

# ---- mail hosts

# Where the case has an address of its own nobody is there.  Where it has not, what is its own are
# its recipients.
refuse_case() {
	rc_case=$target target=$(of_case host)
	rc_ips=$(addresses_of "$rc_case")
	if [ -n "$rc_ips" ]; then
		for rc_ip in $rc_ips; do
			case $rc_ip in *:*) rc_family=ip6 ;; *) rc_family=ip ;; esac
			echo "$rc_family daddr $rc_ip tcp dport 25 reject with tcp reset"
		done | filter_in
		return
	fi
	rc_name=$(echo "$rc_case.$BASE" | sed 's/\./\\./g')
	rc_now=$(on "$target" postconf -h smtpd_recipient_restrictions)
	on "$target" sh -c 'echo "$1" >/etc/postfix/broken
		postconf -e "smtpd_recipient_restrictions = check_recipient_access \
pcre:/etc/postfix/broken${2:+, $2}"' sh "/[@.]$rc_name\$/ 451 4.3.0 Out of order" "$rc_now"
	restart_postfix
}

# The services of a case log under its name.
addresses_of() { # CASE: prints those that are its own alone, on host $target
	on "$target" awk -v name="syslog_name=postfix/$1" '
		$2 == "inet" { service = $1 }
		$2 == name { sub(/:?smtp$/, "", service); gsub(/[][]/, "", service); print service == "" ? "all" : service }
		' /etc/postfix/master.cf | while read -r ao_ip; do
		if [ "$ao_ip" != all ]; then
			echo "$ao_ip"
		else
			on "$target" postconf -h inet_interfaces | tr -d ',[]' | tr ' ' '\n'
		fi
	done
}

filter_in() { # adds the rules on standard input, one a line, to what comes in to $target
	{
		echo "table inet lab { chain in { type filter hook input priority 0"
		cat
		printf '}\n}\n'
	} | on "$target" nft -f - || die "no packet can be refused here (nftables)"
}

lose_packets() {
	on "$target" nft -f - <<-'NFT' || die "no packet can be dropped here (nftables)"
		table inet lab {
			chain in {
				type filter hook input priority 0
				counter
				numgen random mod 20 0 counter drop
			}
			chain out {
				type filter hook output priority 0
				counter
				numgen random mod 20 0 counter drop
			}
		}
	NFT
}

# Of each chain the first counter is of all packets, the second of those that went no further.
tell_losses() {
	wait_for 300 "the end of the mails" test -e "$LAB/fate"
	tl_told=$(on "$target" nft list table inet lab) || die "$target has no table of packets"
	say "lost: $(echo "$tl_told" | awk '
		$1 == "counter" { all += $3 }
		/numgen/ { for (i = 2; i <= NF; i++) if ($(i - 1) == "packets") lost += $i }
		END { print lost + 0 " of " all + 0 }') packets of $target"
}

self_signed() { # FILE on $target
	on "$target" sh -c 'cd "$(mktemp -d)" &&
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
			-subj "/CN=$(hostname)" -keyout key -out crt 2>/dev/null &&
		cat key crt >"$1" && chmod 0600 "$1" && rm key crt' sh "$1"
}

host_certificates() {
	for hc_file in $(on "$target" sh -c 'ls /etc/emt/tls/*.pem'); do
		self_signed "$hc_file"
	done
	restart_postfix
}

case_certificate() {
	cc_case=$target target=$(of_case host)
	self_signed /etc/emt/tls/broken.pem
	case_service "$cc_case" smtpd_tls_chain_files=/etc/emt/tls/broken.pem
	restart_postfix
}

case_service() { # CASE SETTING=VALUE: for its services on $target alone
	on "$target" sed -i "s,^\(.*-o \)syslog_name=postfix/$1\$,&\n\1$2," /etc/postfix/master.cf
}

# Good for each name of the case, signed by who signs here.
good_certificate() { # CASE FILE: on $target
	gc_names=DNS:$target.$BASE,DNS:$target-v4.$BASE,DNS:$target-v6.$BASE,DNS:$1.$BASE
	gc_names=$gc_names,DNS:*.$1.$BASE,DNS:*.mx.$1.$BASE
	on "$target" sh -c 'umask 077 && cd "$(mktemp -d)" && echo "subjectAltName = $1" >ext &&
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$(hostname)" \
			-keyout key -out csr 2>/dev/null &&
		openssl x509 -req -in csr -CA /mnt/tree/ca.pem -CAkey /mnt/tree/ca.key -days 90 \
			-extfile ext -out crt 2>/dev/null &&
		cat key crt >"$2"' sh "$gc_names" "$2"
}

make_same() {
	ms_case=$target target=$(of_case host)
	case $ms_case in
	mail-plaintext)
		good_certificate "$ms_case" /etc/emt/tls/same.pem
		on "$target" postconf -e smtpd_tls_security_level=may \
			smtpd_tls_chain_files=/etc/emt/tls/same.pem
		;;
	mail-tls-force) on "$target" postconf -e smtpd_tls_security_level=may ;;
	mail-tls-invalid)
		good_certificate "$ms_case" /etc/emt/tls/same.pem
		case_service "$ms_case" smtpd_tls_chain_files=/etc/emt/tls/same.pem
		;;
	v4-mail-greylisting) on "$target" postconf -e smtpd_recipient_restrictions=permit_mynetworks ;;
	v4-mail.dnssec-broken)
		right_ds "dnssec-broken.$BASE"
		return
		;;
	v4-mail.v6only)
		edit_zones '/^dns\.v6only[ \t]*IN AAAA/ { print; sub(/AAAA.*/, "A\t" ip4) }
			/^dns[ \t]*IN AAAA/ && FILENAME ~ /v6only\./ { print; sub(/AAAA.*/, "A\t" ip4) }'
		return
		;;
	esac
	restart_postfix
}

# ---- name servers

zone_of() { # CASE: prints its name server and its zone
	case $1 in
	*.v6only*) echo "dns-v6 ${1#*.}.$BASE" ;;
	*.dnssec*) echo "dns-dnssec-broken ${1#*.}.$BASE" ;;
	*) echo "dns $BASE" ;;
	esac
}

load_zones() { # of the tree, on all name servers
	emt-site sign -c "$LAB/site.conf" -o "$LAB/tree" >/dev/null
	for lz_target in $name_servers; do
		target=$lz_target
		on "$target" sh -c "cp /mnt/tree/$target.$BASE/etc/nsd/zones/* /etc/nsd/zones/"
		restart_nsd
	done
}

# An awk program goes over the unsigned text of the zones; what it prints is signed.  In it `mine`
# is true of a line whose owner is a name of the case, `name` is the owner without its dot.
edit_zones() { # PROGRAM [VARIABLE=VALUE...]
	ez_program=$1
	shift
	ez_ip4=$(on dns-v6 awk '$1 == "ip-address:" && $2 !~ /:/ { print $2 }' /etc/nsd/nsd.conf)
	for ez_zone in "$LAB"/tree/dns*."$BASE"/etc/nsd/zones/*."$BASE.zone" \
		"$LAB/tree/dns.$BASE/etc/nsd/zones/$BASE.zone"; do
		awk -v ip4="$ez_ip4" -v label="${ms_case:-$target}" -v base="$BASE" \
			-v zone="$(basename "$ez_zone" .zone)" '
			BEGIN {
				# The case relative to the zone, if it lies in there.
				full = label "." base
				tail = "." zone
				if (substr(full, length(full) - length(tail) + 1) == tail)
					own = substr(full, 1, length(full) - length(tail))
				if (zone == base && label ~ /\./) own = ""
			}
			{
				mine = own != "" && ($1 == own ||
					substr($1, length($1) - length(own)) == "." own)
			}
			'"$ez_program"'
			{ print }' "$ez_zone" >"$ez_zone.new"
		mv "$ez_zone.new" "$ez_zone"
	done
	load_zones
}

zone_without_case() {
	edit_zones 'mine { next }'
}

# The zone above holds the DS of the zone's own key.
right_ds() { # ZONE
	on dns-dnssec-broken awk '$4 == "DNSKEY"' "/etc/nsd/zones/$1.zone.signed" >"$LAB/zone-key"
	rd_ds=$(ldns-key2ds -n -2 -f "$LAB/zone-key" | sed 's/.*[ \t]DS[ \t]*//')
	[ -n "$rd_ds" ] || die "no key in the zone $1"
	target=dns
	# shellcheck disable=SC2016 # the inner shell's own variables
	on dns sh -c 'echo "$1. IN DS $2" >"/etc/nsd/zones/$1.ds" &&
		emt-site sign -c /etc/emt/sign.conf --machine "$(hostname)" -o / >/dev/null' sh "$1" "$rd_ds"
	restart_nsd
}

# The key of the host's certificate, as its TLSA record says it.
pin_of() { # HOST
	emt-site pin "$LAB/tree/$1.$BASE/etc/emt/tls/$1.pem"
}

twist_tlsa() {
	tt_wrong="3 1 1 $(printf fault | sha256sum | cut -c 1-64)"
	tt_mx=$(of_case mx)
	case $(of_case tlsa) in
	match) tt_new=$tt_wrong ;;
	mismatch) tt_new=$(pin_of "$(of_case host)") ;;
	none)
		# Beside each address that the case's mail goes to.
		edit_zones '(mine && $1 ~ /\.mx\./ || $1 == "'"$tt_mx"'" && zone == base) &&
			/IN (A|AAAA)[ \t]/ && !($1 in done) {
				done[$1]
				print "_25._tcp." $1 "\tIN TLSA\t'"$tt_wrong"'"
			}'
		return
		;;
	esac
	edit_zones '(mine || $1 == "_25._tcp.'"$tt_mx"'") && /IN TLSA/ {
		sub(/TLSA.*/, "TLSA\t'"$tt_new"'") }'
}

# Of the case's names alone, in the signed zone: another first octet.
spoil_signatures() {
	ss_name=$target.$BASE.
	# shellcheck disable=SC2046 # two words
	set -- $(zone_of "$target")
	target=$1
	# shellcheck disable=SC2016 # the inner shell's own variables
	on "$target" sh -c 'awk -v name="$1" "
			\$4 == \"RRSIG\" && (\$1 == name || index(\$1, \".\" name)) {
				\$NF = (\$NF ~ /^A/ ? \"B\" : \"A\") substr(\$NF, 2)
			}
			{ print }" "$2" >"$2.new" && mv "$2.new" "$2"' \
		sh "$ss_name" "/etc/nsd/zones/$2.zone.signed"
	restart_nsd
}

expire_signatures() {
	emt-site sign -c "$LAB/site.conf" -o "$LAB/tree" --now $(($(date +%s) - 30 * 86400)) \
		--validity 7d >/dev/null
	on "$target" sh -c "cp /mnt/tree/$target.$BASE/etc/nsd/zones/* /etc/nsd/zones/"
	restart_nsd
}

# ---- the disk

fill_disk() {
	on "$target" sh -c 'dd if=/dev/zero of=/srv/.full bs=64k 2>/dev/null || :
		dd if=/dev/zero of=/srv/.full-too bs=4k 2>/dev/null || :'
}

free_disk() {
	if is_server; then
		wait_for 120 "the end of the mails" test -e "$LAB/fate"
		on "$target" rm -f /srv/.full /srv/.full-too
		return
	fi
	wait_for 30 "a mail that $target puts off" on "$target" \
		grep -q 'status=deferred' /var/log/maillog
	on "$target" rm -f /srv/.full /srv/.full-too
	wait_for 180 "the queue of $target to be empty" nothing_left
}

nothing_left() {
	# Within its own five minutes it would try again; nobody here has that long.
	on "$target" postqueue -f
	sleep 1
	[ "$(on "$target" postqueue -j | wc -l)" -eq 0 ] && [ -e "$LAB/fate" ]
}
