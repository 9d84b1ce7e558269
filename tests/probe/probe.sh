# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# probe.sh - what tests of emt-probe share: a site file, a test CA, a scripted submission server.
: "${OBJ:?the folder of the built programs}"
command -v python3 >/dev/null || skip_all "python3 is not installed"
command -v openssl >/dev/null || skip_all "openssl is not installed"
command -v jq >/dev/null || skip_all "jq is not installed"

probe=$OBJ/probe/emt-probe

# emt-probe with the site file $tmp/site.conf and the ledger $tmp/ledger
emt() {
	"$probe" -c "$tmp/site.conf" --ledger "$tmp/ledger" "$@"
}

write_site() { # FOLDER-OF-THE-DATA
	cat >"$tmp/site.conf" <<-CONF
		domain = measurement.example.com
		contact = hostmaster@example.com
		token_secret = public: for tests alone
		base_dir = $1
		probe_interval_min = 0
		probe_interval_max = 0
		probe_retry = 0
	CONF
}

# make_ca FOLDER: a test CA (ca.pem) and a certificate of localhost, and of nothing else
make_ca() {
	(
		cd "$1" || exit 1
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
			-subj "/CN=test CA" 2>/dev/null
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.csr \
			-subj "/CN=localhost" 2>/dev/null
		echo "subjectAltName=DNS:localhost" >cert.ext
		openssl x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 30 \
			-extfile cert.ext 2>/dev/null
	)
}

# start_server FOLDER: sets $starttls_port and $tls_port; $server_pid is to be ended
start_server() {
	rm -f "$1/ports"
	python3 tests/probe/submission.py "$1" &
	server_pid=$!
	until [ -e "$1/ports" ]; do
		kill -0 $server_pid || return 1
		sleep 0.02
	done
	read -r starttls_port tls_port <"$1/ports"
}

# configure JSON: what the server does from the next connection on
configure() {
	printf '%s\n' "$1" >"$tmp/server/config.new"
	mv "$tmp/server/config.new" "$tmp/server/config"
}

# taken: the recipients of the mails that the server took, sorted
taken() {
	[ ! -e "$tmp/server/log" ] || jq -r .to "$tmp/server/log" | sed 's/^RCPT TO:<\(.*\)>.*/\1/' | sort
}
