#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Man pages are clean, and say everything that --help says: each option as .It Fl, each setting as .It Va.
. tests/tap.sh

if command -v mandoc >/dev/null; then
	for page in */emt-*.[158]; do
		empty "mandoc -Tlint $page" "$(mandoc -Tlint -Wwarning "$page" 2>&1)"
	done
fi

# options PAGE: the long options that a page's items name
options()
{
	grep -E '^\.It Fl' "$1" | grep -oE -e '(Fl |^)-[a-z][a-z0-9_-]*' | sed 's/^Fl -//; s/^-//' | sort -u
}

# settings PAGE: the settings that a page's items name
settings()
{
	grep -E '^\.It Va' "$1" | sed 's/^\.It Va//' | tr -d ' ' | tr ',' '\n' | sort -u
}

all_settings=
for program in $(find "$OBJ" -maxdepth 2 -type f -name 'emt-*' -perm -u+x ! -name '*.*' ! -name emt-fill | sort); do
	name=${program##*/}
	page=$(ls */"$name".[158])
	help=$("$program" --help </dev/null)
	same "$name: options of --help and of the man page" "$(options "$page")" \
		"$(echo "$help" | grep -oE '^ +(-[a-zA-Z],)? +--[a-z][a-z0-9_-]*' | sed 's/.*--//' | sort -u)"
	used=$(echo "$help" | sed -n '/^settings/,$p' | grep -oE '^  [a-z0-9_.*]+ = ' | tr -d ' =' | sort -u)
	same "$name: settings of --help and of the man page" "$(settings "$page")" "$used"
	all_settings="$all_settings $used"
done
same "emt-site.conf(5) has every setting" "$(settings docs/emt-site.conf.5)" \
	"$(printf '%s\n' $all_settings | sort -u)"
tap_end
