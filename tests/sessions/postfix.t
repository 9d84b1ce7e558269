#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A real Postfix with dialogue logging, 60 clients at once: what emt-sessions makes of its log against what the clients
# wrote down.  Runs in namespaces of its own, which leave nothing behind.
. tests/tap.sh

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
command -v postconf >/dev/null && [ -x "$(postconf -h -d daemon_directory)/master" ] || skip_all "postfix is not installed"
command -v python3 >/dev/null || skip_all "python3 is not installed"
command -v openssl >/dev/null || skip_all "openssl is not installed"
unshare --net --mount --pid --fork --kill-child true 2>/dev/null || skip_all "no namespaces can be made here"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
clients=60
rounds=3
[ -z "${EMT_SOAK-}" ] || rounds=30

# The log and the clients' own record come back in $work; everything else dies with the namespaces.
ok "60 clients talk to Postfix" \
	unshare --net --mount --pid --fork --kill-child --mount-proc tests/sessions/host.sh "$work" "$clients" "$rounds"
ok "emt-sessions reads the log" sh -c \
	"'$OBJ/sessionparse/emt-sessions' --year $(date +%Y) --stats '$work/maillog' >'$work/records' 2>'$work/stats'"
ok "every record fits schema/session-1.json" \
	tests/tools/check_schema.py schema/session-1.json "$work/records"
tests/sessions/compare.py "$work/truth" "$work/records" >"$work/compared"
while read -r status name; do
	case $status in
	"#") echo "# $name" ;;
	*) ok "$name" [ "$status" = same ] ;;
	esac
done <"$work/compared"
ok "something was compared" [ -s "$work/compared" ]
tap_end
