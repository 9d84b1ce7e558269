# SPDX-License-Identifier: GPL-3.0-or-later
# installed.sh - emt-site where every user can run it and read its templates: the tree may lie below a folder that is
# root's alone.
installed() { # DIR: sets emt_site
	mkdir -p "$1/bin" "$1/share/emt"
	cp "$OBJ/site/emt-site" "$1/bin/"
	cp -R zones postfix-conf cron testcases tables "$1/share/emt/"
	emt_site=$1/bin/emt-site
}
