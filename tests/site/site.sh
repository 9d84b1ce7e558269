# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# site.sh - the hosts of a rendered tree as they would be: each with the tree's /etc over the machine's own, and with
# real servers, all in one private network (tests/delivery/postfix.sh: own_machine) whose loopback has every address.

: "${root:?own_machine comes first}"

boot_host() { # TREE FQDN: a process that holds a host's mount and name namespaces
	mkdir -p "$root/host/$2"
	unshare --mount --uts --propagation private sh -c '
		set -e
		disk=$1 tree=$2 fqdn=$3
		hostname "$fqdn"
		mkdir "$disk/up" "$disk/work"
		# The upper folder holds the rendered files: they win over what the machine has.
		cp -R "$tree/$fqdn/etc/." "$disk/up/"
		mount -t overlay -o "lowerdir=/etc,upperdir=$disk/up,workdir=$disk/work" overlay /etc
		for place in run var/log var/spool var/lib/nsd var/lib/unbound var/lib/postfix var/lib/postgrey srv; do
			mkdir -p "$disk/$place"
			mkdir -p "/$place"
			mount --bind "$disk/$place" "/$place"
		done
		echo "$$" >"$disk/pid"
		exec sleep infinity' sh "$root/host/$2" "$1" "$2" &
	wait_for 20 test -s "$root/host/$2/pid"
}

on() { # FQDN COMMAND...
	on_host=$1
	shift
	nsenter -t "$(cat "$root/host/$on_host/pid")" -m -u "$@"
}

make_folders() { # FQDN: what systemd-tmpfiles would make
	on "$1" awk '$1 == "d" { print $2, $3, $4 }' /etc/tmpfiles.d/emt.conf | while read -r mf_path mf_mode mf_user; do
		on "$1" install -d -o "$mf_user" -m "$mf_mode" "$mf_path"
	done
}

start_nsd() { # FQDN [SUFFIX]
	on "$1" install -d -o nsd -g nsd /run/nsd /var/lib/nsd
	on "$1" nsd -c "/etc/nsd/nsd${2-}.conf"
}

# The other name servers, of the multi-host layout.
start_bind() { # FQDN
	on "$1" sh -ec 'install -d -o bind /run/named /var/log/named /var/cache/bind
		named -u bind -c /etc/bind/named.conf'
}
start_powerdns() { # FQDN
	on "$1" install -d -o pdns /var/lib/powerdns /run/pdns
	on "$1" sed -n 's/^ExecStartPre=+//p' /etc/systemd/system/pdns.service.d/emt.conf >"$root/prepare"
	on "$1" sh -e "$root/prepare"
	sp_log=$(on "$1" sed -n 's/^StandardOutput=append://p' /etc/systemd/system/pdns.service.d/emt.conf)
	on "$1" sh -c "exec pdns_server --daemon=no --guardian=no >>$sp_log 2>&1" &
}
start_knot() { # FQDN
	on "$1" sh -ec 'install -d -o knot /run/knot /var/lib/knot
		knotc -c /etc/knot/knot.conf conf-check
		knotd -d -c /etc/knot/knot.conf'
}

start_postfix_of() { # FQDN [SUFFIX]: its configuration alone, from /etc/postfixSUFFIX
	sp_conf=/etc/postfix${2-} sp_q=/var/spool/postfix${2-} sp_data=/var/lib/postfix${2-}
	# Postfix does not trust files that are younger than two seconds, and waits.
	on "$1" find "$sp_conf" /etc/mail -type f -exec touch -d '1 hour ago' {} +
	on "$1" sh -c "
		install -d -o root -g root $sp_q $sp_q/pid
		cd $sp_q && install -d -o postfix -g root -m 0700 active bounce corrupt defer deferred flush hold \
			incoming private saved trace
		install -d -o postfix -g postdrop -m 0730 maildrop
		install -d -o postfix -g postdrop -m 0710 public
		install -d -o postfix -g postfix -m 0700 $sp_data
		exec env MAIL_CONFIG=$sp_conf /usr/lib/postfix/sbin/master -c $sp_conf -w"
}

add_addresses() { # ADDRESS...: to the loopback interface
	for aa_ip; do
		case $aa_ip in
		*:*) ip -6 addr add "$aa_ip/128" dev lo nodad ;;
		*) ip addr add "$aa_ip/32" dev lo ;;
		esac
	done
}

# What follows in a site file behind host.* and addresses.*.
site_addresses() { # FILE
	sed -n 's/^host\.[^=]*= *[^ ]* *//p; s/^addresses\.[^=]*= *//p' "$1"
}

# A root of the test's own at 203.0.113.1: root.zone in $root begins with what this prints, the delegation to the site.
begin_root_zone() { # TREE
	printf '%s\n' ". 60 IN SOA a.root. nobody.example.com. 1 60 60 60 60" ". 60 IN NS a.root." \
		"a.root. 60 IN A 203.0.113.1"
	cat "$1"/owner/*.delegation "$1"/owner/*.ds
}
# Signs $root/root.zone.  root.conf is for NSD, root.ds the trust anchor, hints a resolver's.
sign_root() (
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
