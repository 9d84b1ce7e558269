#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# setup: what it refuses, what it installs, and what it leaves behind.  The installing itself is
# done by stand-ins for apt-get and its kin, in a mount namespace where /etc, /usr/sbin and
# /var/lib are copies: nothing real is touched.
. tests/lab/lab.sh

for script in setup lab/break lab/break.sh lab/emt-lab lab/init lab/host lab/enter lab/probe lab/report lab/matrix \
	lab/publish lab/make-site lab/make-zones lab/lib.sh lab/site/cron lab/*/start \
	lab/canary/sing lab/providers/*/start lab/providers/*.sh; do
	ok "$script is plain sh" dash -n "$script"
done
ok ".ci/run is bash" bash -n .ci/run
is ".ci/run runs ./setup check and nothing else" 'cd "$(dirname "$0")/.." && exec ./setup check' \
	"$(grep -v '^#' .ci/run)"

run_setup() { # ARGUMENT...: sets status, and $tmp/stdout and $tmp/stderr
	status=0
	./setup "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null || status=$?
}

run_setup --help
is "--help succeeds" 0 "$status"
ok "and names the commands" grep -q 'setup demo' "$tmp/stdout"
for arguments in "" nonsense "check more" "demo --most" "deps --all"; do
	# shellcheck disable=SC2086 # several arguments
	run_setup $arguments
	is "\"$arguments\" is a usage error" 64 "$status"
	ok "\"$arguments\" shows the usage on standard error only" \
		test -s "$tmp/stderr" -a ! -s "$tmp/stdout"
done

if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
	ok "the rest # SKIP needs root and a mount namespace" true
	tap_end
fi

# --- without root.  A copy, since the tree may be closed to others.
chmod 0755 "$tmp"
cp setup "$tmp/setup"
status=0
(cd / && setpriv --reuid nobody --regid nogroup --clear-groups "$tmp/setup" demo) \
	>"$tmp/stdout" 2>"$tmp/stderr" || status=$?
is "without root it fails" 1 "$status"
is "in one line" 1 "$(cat "$tmp/stdout" "$tmp/stderr" | wc -l)"
ok "that says what it needs" grep -q 'needs root.*sudo ./setup demo' "$tmp/stderr"

# --- with stand-ins.  Each writes what it was asked to $log.
mkdir "$tmp/tree" "$tmp/tree/lab" "$tmp/bin"
cp setup "$tmp/tree/setup"
log=$tmp/log

stand_in() { # PATH: a program from standard input
	{
		printf '#!/bin/sh\nlog=%s\n' "$log"
		cat
	} >"$1"
	chmod 755 "$1"
}

stand_in "$tmp/tree/lab/emt-lab" <<'EOF'
echo "emt-lab $*" >>"$log"
exit 7
EOF
stand_in "$tmp/bin/make" <<'EOF'
echo "make $*" >>"$log"
[ "$1" != check ] || { echo "3 passed, 1 failed"; exit 2; }
EOF
stand_in "$tmp/bin/dpkg-query" <<'EOF'
shift 2
for package; do
	case " $MISSING " in
	*" $package "*) [ "$package" = nsd ] && printf '/nsd/config-files/ ' ;;
	*) printf '/%s/installed/ ' "$package" ;;
	esac
done
[ -z "$MISSING" ]
EOF
stand_in "$tmp/bin/debconf-set-selections" <<'EOF'
echo "debconf $(cat)" >>"$log"
EOF
stand_in "$tmp/bin/deb-systemd-helper" <<'EOF'
echo "deb-systemd-helper $*" >>"$log"
rm /etc/systemd/system/*.wants/"$2"
EOF
stand_in "$tmp/bin/update-rc.d" <<'EOF'
echo "update-rc.d $*" >>"$log"
EOF
stand_in "$tmp/bin/systemctl" <<'EOF'
echo "systemctl $*" >>"$log"
EOF
stand_in "$tmp/bin/apt-get" <<'EOF'
for word; do
	case $word in
	update)
		echo "apt-get update" >>"$log"
		exit "${UPDATE_STATUS:-0}"
		;;
	install) break ;;
	download) exit 100 ;; # what cannot be had is no failure
	esac
done
while [ "$1" != install ]; do shift; done
echo "apt-get $*" >>"$log"
echo "$DEBIAN_FRONTEND" >>"$log"
status=0
/usr/sbin/policy-rc.d nsd start || status=$?
echo "policy-rc.d says $status" >>"$log"
mkdir -p /etc/systemd/system/multi-user.target.wants /etc/rc2.d
ln -s /nowhere /etc/systemd/system/multi-user.target.wants/nsd.service
ln -s /nowhere /etc/rc2.d/S01nsd
[ -z "${APT_SIGNAL-}" ] || kill -s "$APT_SIGNAL" "$PPID"
exit "${INSTALL_STATUS:-0}"
EOF

# private COMMAND: what runs before setup, as text for sh; then setup's arguments.  The machine as
# setup left it is described in $tmp/after.
private() {
	: >"$log"
	before=$1
	shift
	status=0
	env PATH="$tmp/bin:$PATH" unshare --mount sh -eu -c '
		tmp=$1 before=$2
		shift 2
		mkdir -p "$tmp/private"
		mount -t tmpfs private "$tmp/private"
		for place in etc usr/sbin; do
			up=$tmp/private/$place/up work=$tmp/private/$place/work
			mkdir -p "$up" "$work"
			mount -t overlay -o "lowerdir=/$place,upperdir=$up,workdir=$work" \
				overlay "/$place"
		done
		rm -rf /etc/systemd/system /etc/rc[0-6S].d /usr/sbin/policy-rc.d
		mkdir -p /etc/systemd/system/multi-user.target.wants
		ln -s /nowhere /etc/systemd/system/multi-user.target.wants/before.service
		eval "$before"
		status=0
		cd /
		"$tmp/tree/setup" "$@" </dev/null || status=$?
		{
			cat /usr/sbin/policy-rc.d* 2>/dev/null || echo "no policy"
			ls /etc/systemd/system/*.wants
		} >"$tmp/after"
		exit "$status"' sh "$tmp" "$before" "$@" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
}

logged() {
	grep -v '^make' "$log" | sed 's/^apt-get install .* --no-remove/apt-get install/'
}

clean="no policy
before.service"

MISSING=''
export MISSING
private : demo --all
is "nothing is missing: nothing is installed, the laboratory starts" "emt-lab demo --all" \
	"$(logged)"
is "its exit status is setup's" 7 "$status"
private : check
is "the exit status of make check is setup's" 2 "$status"
is "and its line is the last" "3 passed, 1 failed" "$(tail -n 1 "$tmp/stdout")"
is "it builds first, with all processors" "make -j$(nproc)
make check" "$(cat "$log")"

installed="apt-get update
debconf postfix postfix/main_mailer_type select No configuration
apt-get install nsd postfix
noninteractive
policy-rc.d says 101
deb-systemd-helper disable nsd.service
update-rc.d nsd disable"

MISSING='nsd postfix'
private : deps
is "two are missing: those are installed, and not started then or later" "$installed" "$(logged)"
is "it succeeds" 0 "$status"
is "nothing of ours is left, and what was enabled before still is" "$clean" "$(cat "$tmp/after")"

UPDATE_STATUS=100
export UPDATE_STATUS
private : deps
is "a package list that cannot be had stops nothing" "0 $installed" "$status $(logged)"
unset UPDATE_STATUS

INSTALL_STATUS=100
export INSTALL_STATUS
private : deps
is "a failed installation is a failure" 1 "$status"
is "after which nothing of ours is left" "$clean" "$(cat "$tmp/after")"
private : demo
ok "and nothing is built or run" fails grep -q -e make -e emt-lab "$log"
unset INSTALL_STATUS

for signal in INT TERM HUP; do
	APT_SIGNAL=$signal
	export APT_SIGNAL
	private : deps
	is "$signal in an installation: exit status" \
		"$([ $signal = INT ] && echo 130 || echo 143)" "$status"
	is "$signal in an installation: nothing of ours is left" "$clean" "$(cat "$tmp/after")"
done
unset APT_SIGNAL

private 'printf "#!/bin/sh\n# mine\nexit 104\n" >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d' deps
ok "somebody's policy-rc.d is asked" grep -q "policy-rc.d says 104" "$log"
is "and left alone" "#!/bin/sh
# mine
exit 104
before.service" "$(cat "$tmp/after")"

# Process 1 of no machine is a setup, so the number of a process that has ended is needed.
sh -c : &
dead=$!
wait "$dead"
mark=$(sed -n 's/^policy_mark="\(.*\)"$/\1/p' setup)
private "echo \"$mark $dead\" >/usr/sbin/policy-rc.d" deps
ok "the policy-rc.d that a killed setup left is replaced" grep -q "policy-rc.d says 101" "$log"
is "and removed" "$clean" "$(cat "$tmp/after")"

tap_end
