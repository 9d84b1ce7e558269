# SPDX-License-Identifier: GPL-3.0-or-later
# compare.sh - `. tests/mxinfer/compare.sh; compare SUITE...`: runs suites of compare.py as tests.
. tests/tap.sh

emt_mxinfer=$OBJ/mxinfer/emt-mxinfer
[ -x "$emt_mxinfer" ] || skip_all "$emt_mxinfer is not built"
command -v python3 >/dev/null || skip_all "python3 is not installed"
[ -f /usr/share/publicsuffix/public_suffix_list.dat ] || skip_all "publicsuffix is not installed"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1

# compared FILE: a test for each line `same NAME` or `different NAME`
compared()
{
	while read -r status name; do
		case $status in
		same | different) ok "$name" [ "$status" = same ] ;;
		*) echo "# $status $name" ;;
		esac
	done <"$1"
}

compare()
{
	for suite; do
		ok "$suite: runs to its end" run_suite
		compared "$work/compared"
	done
	tap_end
}

run_suite()
{
	python3 tests/mxinfer/compare.py "$suite" "$emt_mxinfer" "$work" >"$work/compared" && grep -q '^same' "$work/compared"
}
