#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A laboratory by hand: up, a look at its DNS and mail hosts from inside, a measurement, down.
. tests/lab/lab.sh
need_lab

base=measurement.example.com
copy_lab "$tmp/tree"
keep_providers "$tmp/tree" alpha opportunistic
# By a link, as one lies in a folder of commands.
ln -s tree/lab/emt-lab "$tmp/emt-lab"
emt_lab=$tmp/emt-lab
# What is no process is nobody's laboratory.
mkdir "$tmp/out"
: >"$tmp/out/.emt-lab"
echo garbage >"$tmp/out/lab.pid"
ok "down, and there is none" fails "$emt_lab" down -o "$tmp/out"

# A machine with a second disk; not in a plain chroot, where mounts cannot be made private by name.
second_disk=yes
unshare --mount true 2>/dev/null || second_disk=no
up() {
	if [ "$second_disk" = yes ]; then
		OBJ='' unshare --mount --propagation private sh -c 'mount -t tmpfs disk /opt && exec "$@"' sh \
			"$emt_lab" up -o "$tmp/out"
	else
		OBJ='' "$emt_lab" up -o "$tmp/out"
	fi
}

# Two at the same time: one of them is up, and the other says so.
up >"$tmp/stdout.2" 2>"$tmp/stderr.2" &
second=$!
status=0 status_2=0
up >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
wait "$second" || status_2=$?
[ "$status_2" -ne 0 ] || {
	mv "$tmp/stderr.2" "$tmp/stderr.1"
	mv "$tmp/stderr" "$tmp/stderr.2"
	mv "$tmp/stderr.1" "$tmp/stderr"
	status_2=$status status=0
}
[ "$status" -ne 77 ] || skip_all "$(cat "$tmp/stderr")"
trap '"$emt_lab" down -o "$tmp/out" 2>/dev/null; rm -rf "$tmp"' EXIT
is "up" 0 "$status" || sed 's/^/# /' "$tmp/stderr"
is "a second one at the same time is not" "1 emt-lab: already up: $tmp/out" \
	"$status_2 $(cat "$tmp/stderr.2")"

mkdir "$tmp/theirs"
for file in lab.log lab.pid lab.ready log .new .up .lock; do
	echo "a user's" >"$tmp/theirs/$file"
	is "a $file that is not a laboratory's stays as it is" "64 a user's" "$(
		OBJ='' "$emt_lab" up -o "$tmp/theirs" 2>/dev/null
		echo "$? $(cat "$tmp/theirs/$file")"
	)"
	rm -r "$tmp/theirs/$file"
done

ln -s "$tmp/their-file" "$tmp/theirs/.emt-lab"
echo "a user's" >"$tmp/their-file"
is "nor is what a link leads to" "64 a user's" "$(
	OBJ='' "$emt_lab" up -o "$tmp/theirs" 2>/dev/null
	echo "$? $(cat "$tmp/their-file")"
)"
is "a folder of the kernel's is none for evidence" 64 "$(
	OBJ='' "$emt_lab" up -o /sys/fs/cgroup 2>/dev/null
	echo $?
)"

in_lab() { # HOST COMMAND...
	"$emt_lab" sh -o "$tmp/out" "$@"
}

dns() { # HOST NAME TYPE: prints rcode, "ad" if validated, and the answers' data without signatures
	in_lab "$1" drill -D @127.0.0.1 "$2" "$3" | awk '
		/rcode:/ { sub(/.*rcode: /, ""); sub(/,.*/, ""); printf "%s", $0 }
		/^;; flags:.* ad / { printf " ad" }
		/^;; ANSWER/ { answer = 1; next }
		/^;; AUTHORITY/ { answer = 0 }
		answer && NF > 4 && $4 != "RRSIG" { for (i = 4; i <= NF; i++) printf " %s", $i }
		END { print "" }'
}

read -r unshare _ <"$tmp/out/lab.pid"
is "no uplink: the bridge, and a cable to each host" \
	"alpha br0 canary dane desk dns dns-dnssec-brok dns-v6 greylisting infra lo mail opportunistic plaintext tls-force tls-invalid" \
	"$(nsenter -t "$unshare" -n ip -o link | awk -F '[ @:]+' '{ print $2 }' | sort | xargs)"
is "one laboratory in one output folder" 1 "$(
	OBJ='' "$emt_lab" up -o "$tmp/out" 2>/dev/null
	echo $?
)"
is "a host has its own name" "mail.$base" "$(in_lab mail hostname)"
ok "an unknown host is refused" fails in_lab nohost true
ok "and one that is a path" fails in_lab ../host/alpha true
[ "$second_disk" = no ] || ok "the machine's second disk is there" in_lab mail mountpoint -q /opt
[ "$second_disk" = no ] || ok "and not be written to" fails in_lab mail touch /opt/file
is "nobody may set its clock, boot it or load a module" "" \
	"$(in_lab mail setpriv --dump | grep -E 'bounding.*sys_(time|boot|module)')"
is "who looks sees the rest of what root may" 1 "$(in_lab mail setpriv --dump | grep -c 'bounding.*sys_admin')"
ok "nor can the machine's groups of processes" fails in_lab mail mkdir "/sys/fs/cgroup/emt-lab.$$"
# A server that takes the connection and says nothing.
is "a mail is posted within some time, or not at all" \
	"post: no answer within 1 s, status 75" "$(in_lab infra perl -MIO::Socket::INET -e '
		my $silent = IO::Socket::INET->new(LocalAddr => "127.0.0.1:25", Listen => 1) or die $@;
		open STDERR, ">&", STDOUT;
		printf ", status %d", system("/mnt/lab/post", "from", "to", 1) >> 8;' </dev/null | tr -d '\n')"

# --- the world around the site
is "the site is delegated and secure" "NOERROR ad MX 10 mail-v4.$base." "$(dns alpha "v4-mail.$base" MX)"
is "a name that is not there" "NXDOMAIN ad" "$(dns alpha "nosuch.$base" MX)"
is "dnssec-broken is bogus" SERVFAIL "$(dns alpha "v4-mail.dnssec-broken.$base" MX)"
is "IPv4 reverse, by CNAME" "NOERROR ad CNAME host22.rdns.$base. PTR mail.$base." \
	"$(dns alpha 22.100.51.198.in-addr.arpa PTR)"
is "IPv6 reverse" "NOERROR ad PTR mail.$base." "$(dns alpha \
	2.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR)"
is "the provider's reverse, as the receiving host sees it" "NOERROR ad PTR mx.alpha.example." \
	"$(dns mail 11.113.0.203.in-addr.arpa PTR)"
is "the same for IPv6" "NOERROR ad PTR mx.alpha.example." "$(dns mail \
	1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR)"
is "the provider's SPF" 'NOERROR ad TXT "v=spf1 mx -all"' "$(dns mail alpha.example TXT)"
for zone in com example.com alpha.example root; do
	ok "$zone: every signature verifies" \
		in_lab infra ldns-verify-zone "/mnt/zones/$zone.zone.signed"
done
for version in tls1 tls1_1 tls1_2 tls1_3; do
	ok "the receiving host speaks $version with a certificate that this world believes" in_lab alpha sh -c "
		echo QUIT | openssl s_client -starttls smtp -$version -cipher DEFAULT@SECLEVEL=0 \
			-CAfile /mnt/tls/ca.pem -verify_return_error \
			-verify_hostname any.v4-mail.$base -connect mail-v4.$base:25"
done

# --- nothing of the rendered tree was changed
for host in mail dane greylisting dns; do
	is "$host has the rendered tree as it is" "" "$(in_lab $host sh -c "
		cd /mnt/tree/$host.$base/etc && find . -type f |
			while read -r file; do cmp \"\$file\" \"/etc/\$file\"; done 2>&1")"
done
ok "a live check has no finding" in_lab desk emt-site check -c /etc/emt/site.conf --live

# --- a measurement by hand
said() { # COMMAND...: what a command that fails says
	"$emt_lab" "$@" 2>&1 >/dev/null && echo "it succeeds"
}
is "nothing was measured yet" 'lab: no probe was sent yet; "emt-lab probe" sends some' \
	"$(said report -o "$tmp/out")"
is "a provider that there is not" \
	"lab: nobody of that name sends probes here: nobody (alpha opportunistic)" \
	"$(said probe -o "$tmp/out" alpha nobody)"
is "an option that comes too late" "emt-lab: options come before the names: -o" \
	"$(said probe alpha -o "$tmp/out" | head -n 1)"
is "a measurement" 0 "$(
	"$emt_lab" probe -o "$tmp/out" opportunistic >"$tmp/probe.out" 2>"$tmp/probe.err"
	echo $?
)" || sed 's/^/# /' "$tmp/probe.err"
is "and its report" 0 "$(
	"$emt_lab" report -o "$tmp/out" >"$tmp/report.out" 2>"$tmp/report.err"
	echo $?
)" || sed 's/^/# /' "$tmp/report.out" "$tmp/report.err"
ok "of the provider that was asked for" grep -q '^opportunistic ' "$tmp/report.out"
ok "and of no other" fails grep -q '^alpha ' "$tmp/report.out"

# Of a laboratory whose output folder is full.
nsenter -t "$unshare" -m -r sh -c 'mount -t tmpfs -o size=64k full /mnt/out &&
	mkdir /mnt/out/evidence && echo "of before" >/mnt/out/evidence/verdicts.jsonl'
is "without room for the evidence there is one sentence" \
	"lab: evidence and logs could not be copied to $tmp/out, where those of before are left: cp" \
	"$(said report -o "$tmp/out" | sed -n '/copied/,$ s/: cp: .*/: cp/p')"
is "and those of before are left" "evidence of before" \
	"$(nsenter -t "$unshare" -m -r sh -c 'cd /mnt/out && ls -A | grep -vx .lock && cat evidence/*' | xargs)"
nsenter -t "$unshare" -m -r umount /mnt/out

"$emt_lab" probe -o "$tmp/out" alpha 2>/dev/null &
probe=$!
ok "a further measurement begins" wait_until 20 fails in_lab desk flock -n /mnt/measuring true
kill "$probe"
status=0
wait "$probe" || status=$?
is "it ends by a signal to emt-lab" 143 "$status"
ok "and so does all of it" in_lab desk flock -n /mnt/measuring true

in_lab desk flock /mnt/measuring sleep 60 &
holder=$!
ok "one measures" wait_until 20 fails in_lab desk flock -n /mnt/measuring true
is "another one waits for none" "lab: a measurement is under way; wait for its end" \
	"$(said probe -o "$tmp/out" alpha)"
is "nor is there a report of half a measurement" \
	"lab: a measurement is under way; wait for its end" "$(said report -o "$tmp/out")"
kill "$holder"
wait "$holder" 2>/dev/null

lab_processes "$unshare" >"$tmp/processes"
ok "there are processes" test -s "$tmp/processes"
is "down" 0 "$(
	"$emt_lab" down -o "$tmp/out" >&2
	echo $?
)"
ok "every process has ended" all_gone "$tmp/processes"
# One that was killed by somebody else.
echo "$unshare 1" >"$tmp/out/lab.pid"
: >"$tmp/out/lab.ready"
ok "then there is none to take down" fails "$emt_lab" down -o "$tmp/out"
is "only evidence and logs are left" "evidence lab.log log" "$(cd "$tmp/out" && echo *)"
tap_end
