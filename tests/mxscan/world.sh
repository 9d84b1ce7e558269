# SPDX-License-Identifier: GPL-3.0-or-later
# world.sh - domains and mail hosts for emt-mxscan, in namespaces of the test's own: `. tests/tap.sh`, this, then enter_world.
#
# DNS as in tests/dns/servers.sh, with more names below test.; mail hosts by tests/mxscan/mailhost.py at 198.51.100.0/24 and
# 2001:db8:1::/48, whose certificates are of a root of the test's own ($dir/root.pem).
. tests/dns/servers.sh

# enter_world SCRIPT
enter_world()
{
	[ -x "$OBJ/mxinfer/emt-mxscan" ] || skip_all "emt-mxscan is not built"
	for need in python3 jq openssl; do
		command -v "$need" >/dev/null || skip_all "$need is not installed"
	done
	enter_namespaces "$1"
}

# certificate NAME SUBJECT-ALT-NAME [OPTION OF x509...]: $dir/NAME.pem, of the root; its key as $new_key says
new_key="ec -pkeyopt ec_paramgen_curve:P-256"
certificate()
{
	c_name=$1
	printf 'subjectAltName=DNS:%s\n' "$2" >"$dir/$c_name.ext"
	shift 2
	(
		cd "$dir" || exit 1
		# shellcheck disable=SC2086 # several words
		openssl req -newkey $new_key -nodes -keyout "$c_name.key" -subj /O=test \
			-out "$c_name.csr"
		openssl x509 -req -in "$c_name.csr" -CA root.pem -CAkey root.key -CAcreateserial -extfile "$c_name.ext" \
			"$@" -out "$c_name.crt"
		cat "$c_name.key" "$c_name.crt" >"$c_name.pem"
	) >>"$dir/openssl.log" 2>&1
}

make_root()
{
	(
		cd "$dir" || exit 1
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -subj "/CN=test root" \
			-days 30 -out root.pem
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key -subj "/CN=own.test" \
			-addext subjectAltName=DNS:mx.own.test -days 30 -out own.crt
		cat own.key own.crt >own.pem
	) >>"$dir/openssl.log" 2>&1
	SSL_CERT_FILE=$dir/root.pem
	export SSL_CERT_FILE
}

# domain NAME ADDRESS...: its MX is mx.NAME, with these addresses
domain()
{
	d_name=$1
	shift
	echo "$d_name. MX 10 mx.$d_name."
	for d_ip; do
		case $d_ip in
		*:*) echo "mx.$d_name. AAAA $d_ip" ;;
		*) echo "mx.$d_name. A $d_ip" ;;
		esac
	done
}

# start_world: the DNS with $more_in_test; hosts as in the file $dir/hosts, which the program $mailhosts plays
start_world()
{
	start_servers
	while read -r sw_ip sw_rest; do
		case $sw_ip in
		*:*) ip -6 addr add "$sw_ip/128" dev lo nodad ;;
		*) ip addr add "$sw_ip/32" dev lo ;;
		esac
	done <"$dir/hosts"
	"${mailhosts:-tests/mxscan/mailhost.py}" "$dir/visits" <"$dir/hosts" >"$dir/mailhost.log" 2>&1 &
	wait_for "the mail hosts" grep -q ready "$dir/mailhost.log"
	: >"$dir/visits"
}

# scan ARGUMENT...: leaves $dir/out, $dir/err and status
scan()
{
	"$OBJ/mxinfer/emt-mxscan" --ehlo-name scan.example.org --contact test@example.org --allow 198.51.100.0/24,2001:db8::/32 --patience 4s \
		--connect-timeout 4s --share . "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

# bare FILE...: records without what differs from run to run, sorted
bare()
{
	jq -cS 'del(.time, .ms, .compared)' "$@" | sort
}
