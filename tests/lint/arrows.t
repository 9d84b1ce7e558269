#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Includes point one way (docs/design.md): base <- io <- dns and smtp; mail is pure over base; programs use lib/ and
# their own folder, never each other.  Libraries with a seam are included nowhere else.
. tests/tap.sh

# included FOLDER: "file: header" for each include of a header of ours
included()
{
	find "$1" -name '*.[ch]' -exec grep -H '^#include "' {} + | sed 's/:#include "\([^"]*\)".*/: \1/'
}

# may FOLDER REGEX: FOLDER includes nothing but headers that match
may()
{
	[ -d "$1" ] || return 0
	empty "$1 includes only $2" "$(included "$1" | grep -vE ": ($2)/[^/]*$")"
}

may lib/base 'base'
may lib/mail 'base|mail'
may lib/io 'base|io'
may lib/dns 'base|io|dns'
may lib/smtp 'base|io|smtp'
may lib/plan 'base|io|mail|plan'
for program in delivery sessionparse site queryparse mxinfer probe report; do
	may $program "base|io|dns|smtp|mail|plan|$program|$program/[a-z]+"
done

# seam NAME HEADER-REGEX PLACE-REGEX: the library's headers are included at these places alone
seam()
{
	empty "$1 stays behind its seam" \
		"$(grep -rlE "^#include <($2)" --include='*.[ch]' lib delivery sessionparse site queryparse mxinfer probe \
			report 2>/dev/null | grep -vE "^($3)")"
}

seam ldns 'ldns/' 'lib/dns/|site/'
seam libunbound 'unbound' 'lib/dns/'
seam c-ares 'ares' 'lib/dns/'
seam libpsl 'libpsl' 'lib/dns/public_suffix'
seam libidn2 'idn2' 'lib/dns/idn'
seam PCRE2 'pcre2' 'lib/io/regex'
seam OpenSSL 'openssl/' 'lib/io/'
seam libevent 'event2/' 'lib/io/loop'
seam zlib 'zlib\.h' 'lib/io/packed'
seam bzip2 'bzlib\.h' 'lib/io/packed'
seam zstd 'zstd' 'lib/io/packed'
seam libfstrm 'fstrm' 'queryparse/framestream'
seam libmaxminddb 'maxminddb' 'lib/io/as_table'
seam SQLite 'sqlite3' 'report/store|probe/ledger'
seam libcurl 'curl/' 'probe/submit'

empty "a main is thin: at most 130 lines" \
	"$(find . -path ./obj -prune -o -name '*_main.c' -print | xargs wc -l | awk '$2 != "total" && $1 > 130')"
tap_end
