#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions that nobody needs: they have no bound, hide errors, keep state or start a shell.
. tests/tap.sh

sources=$(tree_files '*.c' '*.h' | grep -E '\.[ch]$')
for function in sprintf vsprintf strcpy strcat strncpy strncat strtok atoi atol atof sscanf gets localtime gmtime \
	ctime asctime tmpnam mktemp system popen alloca; do
	empty "no $function()" "$(grep -nE "(^|[^A-Za-z0-9_])$function\(" $sources /dev/null)"
done
tap_end
