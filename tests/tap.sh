# SPDX-License-Identifier: GPL-3.0-or-later
# tap.sh - the Test Anything Protocol for shell tests: `. tests/tap.sh`, then ok, same, ..., tap_end.
# Tests run from the root of the tree; OBJ names the folder of the built programs.
tap_count=0
tap_failures=0

# ok NAME COMMAND...: passes if COMMAND succeeds; shows what it printed if not.
ok()
{
	tap_name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"${tap_output:=$(mktemp)}" 2>&1; then
		echo "ok $tap_count - $tap_name"
		return 0
	fi
	echo "not ok $tap_count - $tap_name"
	tap_failures=$((tap_failures + 1))
	sed 's/^/# /' "$tap_output" | head -n 40
	return 1
}

# fails COMMAND...: succeeds if COMMAND does not.
fails()
{
	! "$@"
}

# same NAME GOT WANT
same()
{
	ok "$1" tap_compare "$2" "$3"
}

tap_compare()
{
	[ "$1" = "$2" ] && return 0
	printf 'got:  %s\nwant: %s\n' "$1" "$2"
	return 1
}

# empty NAME TEXT: passes if there is no text; shows it otherwise.
empty()
{
	ok "$1" tap_empty "$2"
}

tap_empty()
{
	[ -z "$1" ] && return 0
	printf '%s\n' "$1"
	return 1
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

tap_end()
{
	rm -f "${tap_output-}"
	echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}

# tree_files [PATTERN...]: the files of the tree, those that match a pattern if any is given: what git knows and what it
# would take in; without git everything but what is built.
tree_files()
{
	git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null && return
	find . '(' -path ./obj -o -path ./demo-out ')' -prune -o -type f -print | sed 's,^\./,,' |
		while read -r tree_file; do
			[ $# -gt 0 ] || echo "$tree_file"
			for tree_pattern; do
				# shellcheck disable=SC2254 # it is a pattern
				case $tree_file in
				$tree_pattern) echo "$tree_file" ;;
				esac
			done
		done
}

# Can a terminal be made?  Not without script(1), nor where there is no devpts.
has_terminals()
{
	script -qec true /dev/null </dev/null >/dev/null 2>&1
}
