#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole chain, with real servers: the rendered example site (NSD, Postfix, postgrey), providers whose ways are known
# (Postfix, Unbound), emt-probe, the jobs of the hosts, emt-site check --live, emt-report.  The verdicts are what was set up.
. tests/tap.sh
: "${OBJ:?the folder of the built programs}"
. tests/delivery/postfix.sh
for program in nsd unbound postgrey ldns-signzone openssl; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
[ -e /usr/lib/postfix/postfix-pcre.so ] || skip_all "postfix-pcre is not installed"
own_machine "$@"
. tests/site/site.sh

M=measurement.example.com
conf=$root/site.conf
tree=$root/tree
site=$OBJ/site/emt-site

# The site, but with more tokens, a certificate's pin, and greylisting that lets in after seconds.
grep -v '^tls_pin\|^tokens_per_case' example-setup/site.conf >"$conf"
"$site" testca -c "$conf" "$tree" >/dev/null
{
	echo "tls_pin = $("$site" pin "$tree/dane.$M/etc/emt/tls/dane.pem")"
	printf '%s\n' "tokens_per_case = 8" "greylist_delay = 2s" "ehlo_name = checker.example.net" "resolver = 127.0.0.1" \
		"trust_anchor = $root/root.ds" "ledger = $root/ledger" "probe_interval_min = 0" "probe_interval_max = 0"
} >>"$conf"
ok "render" "$site" render -c "$conf" -o "$tree"
ok "sign" "$site" sign -c "$conf" -o "$tree"

# shellcheck disable=SC2046 # a list of addresses
add_addresses $(site_addresses "$conf") 203.0.113.1 203.0.113.11 203.0.113.12 203.0.113.13 203.0.113.21 203.0.113.22 \
	203.0.113.23 2001:db8:f::11 2001:db8:f::13 2001:db8:f::21 2001:db8:f::23
mount -t tmpfs -o mode=755 emt-test /usr/local/bin
cp "$OBJ/delivery/emt-deliver" "$OBJ/delivery/emt-enrich" "$OBJ/sessionparse/emt-sessions" "$OBJ/queryparse/emt-queries" \
	/usr/local/bin/
mount -t tmpfs -o mode=755 emt-test /usr/local/share
mkdir /usr/local/share/emt
cp -R testcases schema tables /usr/local/share/emt/
mails="mail plaintext dane tls-force tls-invalid greylisting"
servers="dns dns-v6 dns-dnssec-broken"
for name in $mails $servers; do
	boot_host "$tree" $name.$M || echo "# $name did not boot"
	make_folders $name.$M
done

# What is above the site, and the providers' names: all in the root.
zeros=0.0.0.0.0.0
ip6=f.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa
{
	printf '%s\n' ". 60 IN SOA a.root. nobody.example.com. 1 60 60 60 60" ". 60 IN NS a.root." \
		"a.root. 60 IN A 203.0.113.1"
	cat "$tree"/owner/*.delegation "$tree"/owner/*.ds
	for provider in alpha:1 beta:2 gamma:3; do
		n=${provider#*:} name=${provider%:*}.example
		printf '%s\n' "$name. 60 IN MX 10 mx.$name." "$name. 60 IN TXT \"v=spf1 ip4:203.0.113.1$n -all\"" \
			"mx.$name. 60 IN A 203.0.113.1$n" "1$n.113.0.203.in-addr.arpa. 60 IN PTR mx.$name."
		[ $n = 2 ] || printf '%s\n' "mx.$name. 60 IN AAAA 2001:db8:f::1$n" \
			"$n.1.$zeros.$zeros.$zeros.$ip6. 60 IN PTR mx.$name."
	done
} >"$root/root.zone"
(
	cd "$root" || exit 1
	key=$(ldns-keygen -a ECDSAP256SHA256 -k .)
	ldns-signzone -o . -f root.signed root.zone "$key"
	ldns-key2ds -n -2 "$key.key" >root.ds
	cat >root.conf <<-CONF
		server:
			ip-address: 203.0.113.1
			server-count: 1
			username: ""
			database: ""
			zonesdir: "$root"
			pidfile: "$root/root.pid"
			xfrdfile: "$root/root.xfrd"
			zonelistfile: "$root/root.list"
			rrl-ratelimit: 0
		remote-control:
			control-enable: no
		zone:
			name: "."
			zonefile: "root.signed"
	CONF
	printf '%s\n' ". 60 NS a.root." "a.root. 60 A 203.0.113.1" >hints
)
ok "the root" nsd -c "$root/root.conf"

listens() { # FQDN
	on "$1" test -S /run/emt/dnstap.sock
}
unit() { # FQDN UNIT: the command line that systemd would start
	on "$1" sed -n 's/^ExecStart=//p' "/etc/systemd/system/$2.service"
}
for name in $servers; do
	# shellcheck disable=SC2046 # a command line
	on $name.$M $(unit $name.$M emt-queries-collect) 2>"$root/collect.$name" &
	ok "$name: queries are collected" wait_for 20 listens $name.$M
	ok "$name: NSD" start_nsd $name.$M
done

resolver() { # ADDRESS NAME OPTION...
	r_ip=$1 r_name=$2
	shift 2
	printf '%s\n' "server:" "interface: $r_ip" 'username: ""' 'chroot: ""' "directory: \"$root\"" \
		"pidfile: \"$root/$r_name.pid\"" "use-syslog: no" "logfile: \"$root/$r_name.log\"" "root-hints: \"$root/hints\"" \
		"trust-anchor-file: \"$root/root.ds\"" "do-not-query-localhost: no" \
		"local-zone: \"8.b.d.0.1.0.0.2.ip6.arpa.\" nodefault" "local-zone: \"113.0.203.in-addr.arpa.\" nodefault" \
		"local-zone: \"100.51.198.in-addr.arpa.\" nodefault" "$@" >"$root/$r_name.conf"
	unbound -c "$root/$r_name.conf"
}
resolver 127.0.0.1 known 'module-config: "validator iterator"'
resolver 127.0.0.11 alpha 'module-config: "validator iterator"' "outgoing-interface: 203.0.113.21" \
	"outgoing-interface: 2001:db8:f::21"
resolver 127.0.0.12 beta 'module-config: "iterator"' "do-ip6: no" "outgoing-interface: 203.0.113.22"
resolver 127.0.0.13 gamma 'module-config: "iterator"' "outgoing-interface: 203.0.113.23" "outgoing-interface: 2001:db8:f::23"
answers() {
	drill "@$1" . NS | grep -q NOERROR
}
for ip in 127.0.0.1 127.0.0.11 127.0.0.12 127.0.0.13; do
	ok "the resolver at $ip" wait_for 20 answers $ip
done
printf 'nameserver 127.0.0.1\noptions edns0 trust-ad\n' >"$root/resolv.conf"
for name in $mails; do
	on $name.$M cp "$root/resolv.conf" /etc/resolv.conf
	ok "$name: Postfix" start_postfix_of $name.$M
done
on greylisting.$M sh -c '. /etc/default/postgrey; install -d -o postgrey /var/lib/postgrey
	exec postgrey $POSTGREY_OPTS --daemonize --pidfile=/run/postgrey.pid'

mkdir "$root/checker" "$root/checker/health"
chown nobody "$root/checker/health"
well() { # NAME
	ok "$1" "$site" check -c "$conf" --live --deadline 12 --health "$root/checker/health" --roots "$tree/ca.pem"
}
well "the site is well before"

# A provider: a Postfix that takes mail at 203.0.113.1N with STARTTLS, and has a resolver, addresses and ways of its own.
(
	cd "$root" || exit 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout sub.key -out sub.pem -days 30 \
		-subj /CN=submission.example -addext "subjectAltName=IP:203.0.113.11,IP:203.0.113.12,IP:203.0.113.13"
) 2>"$root/openssl.log"
start_provider() { # NAME N: standard input is added to main.cf
	sr_etc=$root/providers/$1.example/etc
	mkdir -p "$sr_etc/postfix" "$sr_etc/mail"
	printf 'nameserver 127.0.0.1%s\noptions edns0 trust-ad\n' "$2" >"$sr_etc/resolv.conf"
	printf 'probe\t/srv/Maildir/\n' >"$sr_etc/mail/aliases"
	cat - >"$sr_etc/postfix/main.cf" <<-CONF
		compatibility_level = 3.7
		maillog_file = /var/log/maillog
		myhostname = mx.$1.example
		mydestination = $1.example
		inet_interfaces = 203.0.113.1$2
		mynetworks = 203.0.113.0/24
		alias_maps = texthash:/etc/mail/aliases
		alias_database =
		local_recipient_maps = \$alias_maps
		default_privs = nobody
		smtpd_tls_chain_files = $root/sub.key, $root/sub.pem
		smtpd_tls_security_level = may
		smtp_connect_timeout = 5s
		in_flow_delay = 0
		fast_flush_domains =
		queue_run_delay = 1s
		minimal_backoff_time = 4s
		maximal_backoff_time = 4s
	CONF
	cat >>"$sr_etc/postfix/main.cf"
	cat - >"$sr_etc/postfix/master.cf" <<-CONF
		smtp inet n - n - - smtpd
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		proxymap unix - - n - - proxymap
		error unix - - n - - error
		retry unix - - n - - error
		local unix - n n - - local
		smtp unix - - n - - smtp
		tlsmgr unix - - n 1000? 1 tlsmgr
		anvil unix - - n - 1 anvil
		postlog unix-dgram n - n - 1 postlogd
	CONF
	boot_host "$root/providers" "$1.example" && start_postfix_of "$1.example" &&
		on "$1.example" install -d -o nobody /srv/Maildir /srv/Maildir/new /srv/Maildir/cur /srv/Maildir/tmp
}
# alpha: both address families, validates, DANE, comes again.  Its queue is short, so that what fails comes back soon.
ok "alpha" start_provider alpha 1 <<'CONF'
inet_protocols = all
smtp_bind_address6 = 2001:db8:f::11
smtp_dns_support_level = dnssec
smtp_tls_security_level = dane
maximal_queue_lifetime = 10s
bounce_queue_lifetime = 10s
CONF
# beta: IPv4 alone, no TLS, does not validate, tries once.
ok "beta" start_provider beta 2 <<'CONF'
inet_protocols = ipv4
smtp_tls_security_level = none
maximal_queue_lifetime = 0
CONF
# gamma: insists on TLS and on the certificate's name, has heard of neither DNSSEC nor DANE.
ok "gamma" start_provider gamma 3 <<CONF
inet_protocols = all
smtp_bind_address6 = 2001:db8:f::13
smtp_tls_security_level = secure
smtp_tls_CAfile = $tree/ca.pem
maximal_queue_lifetime = 10s
bounce_queue_lifetime = 10s
CONF

probe() {
	"$OBJ/probe/emt-probe" "$@"
}
for provider in alpha:1 beta:2 gamma:3; do
	name=${provider%:*}
	probe new -c "$conf" --participant "$name" --address "probe@$name.example" --provider "$name mail" \
		2>"$root/said" >"$root/$name.set"
	ok "$name: a set" test -s "$root/$name.set"
done
for provider in alpha:1 beta:2 gamma:3; do
	name=${provider%:*} n=${provider#*:}
	ok "$name: all probes are submitted" probe send -c "$conf" --probe-set "$(cat "$root/$name.set")" \
		--submission "smtp://203.0.113.1$n:25" --roots "$root/sub.pem" --set submission_timeout=5s --set probe_attempts=1
done
srv() { # PROVIDER
	echo "$root/host/$1.example/srv"
}
settled() { # PROVIDER: nothing is in the queue, or on its way
	[ -z "$(cd "$root/host/$1.example/var/spool/postfix" && find maildrop incoming active deferred -type f)" ]
}
for name in alpha beta gamma; do
	ok "$name has done" wait_for 40 settled $name
done
well "the site is well afterwards"

# The jobs of the hosts, and their records to one machine.
mkdir "$root/hosts"
for name in $mails; do
	# shellcheck disable=SC2046 # a command line
	ok "$name: sessions" on $name.$M $(unit $name.$M emt-sessions)
	ok "$name: enrichment" on $name.$M setpriv --reuid=nobody --regid=nogroup --clear-groups \
		/usr/local/bin/emt-enrich -c /etc/emt/site.conf --once
done
for name in $servers; do
	# shellcheck disable=SC2046
	ok "$name: queries" on $name.$M $(unit $name.$M emt-queries) --window 0
done
for name in $mails $servers; do
	cp -R "$root/host/$name.$M/srv" "$root/hosts/$name"
done
mv "$root/checker" "$root/hosts/checker"

report() { # COMMAND ARGUMENT...
	r_what=$1
	shift
	"$OBJ/report/emt-report" "$r_what" --db "$root/db" -c "$conf" "$@"
}
ingest() {
	report ingest --strict --mailbox "$(srv alpha)/Maildir" --mailbox "$(srv beta)/Maildir" \
		--mailbox "$(srv gamma)/Maildir" "$root/hosts"
}
verdicts() { # ARGUMENT...: the settings fit a queue that is tried again after seconds
	report verdicts --set verdict_retry=3s "$@"
}
ok "emt-report reads all of it" ingest
cp "$tap_output" "$root/read"
kinds=$(sed -n 's/^emt-report: \(.*\): [1-9][0-9]* new.*/\1/p' "$root/read" | sort | tr '\n' ';')
same "records of each kind" "$kinds" "health records;mails;queries;query gaps;returned mails' recipients;sessions;"
ok "and again, with nothing new" ingest
same "nothing is new" "$(grep -c ': [1-9][0-9]* new\|[1-9][0-9]* changed' "$tap_output")" 0

verdicts --format json >"$root/verdicts"
ok "verdict/1" tests/tools/check_schema.py schema/verdict-1.json "$root/verdicts"
# "PROVIDER CAPABILITY STATE RULE" of all, in the order of the file
said() {
	jq -r '[.participant, .capability, .state, .rule // "-"] | join(" ")' "$root/verdicts" | sort
}
same "one for each set and capability" "$(wc -l <"$root/verdicts")" 27
same "the verdicts are what was set up" "$(said)" "$(sort <<'WANT'
alpha ipv4-delivery supported v4-mail rule.stored-ipv4
alpha ipv6-delivery supported v6-mail rule.stored-ipv6
alpha ipv6-resolver supported v4-mail.v6only rule.query-ipv6
alpha dnssec-validation strict v4-mail.dnssec-broken rule.cut-asked
alpha greylisting-retry supported v4-mail-greylisting rule.second-attempt
alpha starttls supported mail-tls-force rule.stored
alpha certificate-name not-supported mail-tls-invalid rule.stored
alpha dane strict mail-dane-bad rule.left-after-tls
alpha plaintext supported mail-plaintext rule.stored
beta ipv4-delivery supported v4-mail rule.stored-ipv4
beta ipv6-delivery not-supported v6-mail rule.nothing
beta ipv6-resolver not-supported v4-mail.v6only rule.cut-asked
beta dnssec-validation not-supported v4-mail.dnssec-broken rule.stored
beta greylisting-retry not-supported v4-mail-greylisting rule.one-attempt
beta starttls not-supported mail-tls-force rule.refused-clear
beta certificate-name inconclusive -
beta dane not-supported mail-dane-bad rule.stored-clear
beta plaintext supported mail-plaintext rule.stored
gamma ipv4-delivery supported v4-mail rule.stored-ipv4
gamma ipv6-delivery supported v6-mail rule.stored-ipv6
gamma ipv6-resolver supported v4-mail.v6only rule.query-ipv6
gamma dnssec-validation not-supported v4-mail.dnssec-broken rule.stored
gamma greylisting-retry supported v4-mail-greylisting rule.second-attempt
gamma starttls supported mail-tls-force rule.stored
gamma certificate-name strict mail-tls-invalid rule.left-after-tls
gamma dane not-supported mail-dane-bad rule.stored-tls
gamma plaintext strict mail-plaintext rule.left-after-ehlo
WANT
)"
same "each knows its sender" "$(jq -r '[.participant, .operator, .from_domain] | join(" ")' "$root/verdicts" | sort -u)" \
	"alpha alpha.example alpha.example
beta beta.example beta.example
gamma gamma.example gamma.example"
same "who never saw a certificate is not judged by it: why" \
	"$(jq -r 'select(.participant == "beta" and .capability == "certificate-name") | .note' "$root/verdicts")" \
	"it went on in clear text and was refused: it has seen no certificate"
same "each verdict that needs them has its records" "$(jq -c 'select(.rule and (.records | length) == 0)' "$root/verdicts")" ""
same "each strict one has health" "$(jq -c 'select(.state == "strict" and (.health | length) == 0)' "$root/verdicts")" ""
same "a minute between two attempts is usual: seconds show nothing" "$(report verdicts --format json |
	jq -r 'select(.capability == "greylisting-retry") | .participant + " " + .state' | sort | tr '\n' ';')" \
	"alpha pending;beta not-supported;gamma pending;"
same "text" "$(verdicts | sed -n '/^operator/,/^$/p' | tr -s ' ')" "operator sets IPv4 IPv6 DNS6 DNSSEC retry TLS cert DANE clear
alpha.example 1 yes yes yes strict yes yes no strict yes
beta.example 1 yes no no no no no ? no yes
gamma.example 1 yes yes yes no yes yes strict no strict"
same "csv" "$(verdicts --format csv | wc -l)" 28
late=$(($(date +%s) + 6 * 86400))
same "what has decided stays when the deadline is over" "$(verdicts --now $late --format json |
	jq -r '[.participant, .capability, .state, .rule // "-"] | join(" ")' | sort)" \
	"$(said)"
ok "html" report html --set verdict_retry=3s -o "$root/pages"
ok "a page of each operator" grep -rqs "alpha.example" "$root/pages/index.html"
tap_end
