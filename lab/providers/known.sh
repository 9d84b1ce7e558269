# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# known.sh - whether the configuration of a provider holds nothing but what the table "settings" has;
# for "derive".  A setting that nobody has thought about may change a verdict, and a truth that is
# wrong is worse than none.

known_settings() { # KIND FILE: fails, and prints what is wrong with which line
	awk -v kind="$1" -v file="$2" '
		function complain(line, what) {
			print (line ? file ":" line : file) ": " what >"/dev/stderr"
			bad = 1
		}
		function squeezed(text) {
			gsub(/[ \t]+/, " ", text)
			sub(/^ /, "", text)
			sub(/ $/, "", text)
			return text
		}
		# The first row for a name, or 0; a name in the table may be an expression with groups.
		function row_of(name, i) {
			for (i = 1; i <= rows; i++)
				if (row_name[i] == name || (row_name[i] ~ /[][(]/ && name ~ "^" row_name[i] "$"))
					return i
			return 0
		}
		function fits(value, wanted) { # "|..." is nothing, or ...
			if (value == "")
				return wanted == "" || wanted ~ /^[|]/
			sub(/^[|]/, "", wanted)
			return wanted != "" && value ~ "^(" wanted ")$"
		}
		function is_understood(name, value, i) {
			for (i = row_of(name); i && i <= rows; i++)
				if (row_name[i] == row_name[row_of(name)] && fits(value, row_value[i]))
					return 1
			return 0
		}
		function take(text, line, name, value, row) { # a setting, on one line
			if (kind == "exim" && text ~ /^begin [a-z]+$/) {
				section = substr(text, 7) "/"
				instance = ""
				return
			}
			if (section && text ~ /^[a-z0-9_]+:$/) {
				instance = substr(text, 1, length(text) - 1) "/"
				return
			}
			match(text, name_is[kind] ? name_is[kind] : "^[^ ]+")
			name = substr(text, 1, RLENGTH)
			value = substr(text, RLENGTH + 1)
			sub(/^ /, "", value)
			if (kind in equals)
				sub(/^= ?/, "", value)
			name = section instance name
			row = row_of(name)
			if (RLENGTH < 1 || !row || !is_understood(name, value))
				complain(line, text ": what this does to a verdict is not known; find out, teach " \
					"facts.sh, and add a row to lab/providers/settings")
			else if ((name in seen) && !(row in repeats))
				complain(line, name " is there a second time; remove one of them")
			seen[name] = 1
			met[row] = 1
		}
		BEGIN {
			comment["knot-resolver"] = "^--([^[]|$)"
			comment["bind"] = "^(//|#)"
			name_is["knot-resolver"] = "^[^ (]+"
			name_is["postfix"] = name_is["exim"] = "^[^ =]+"
			equals["postfix"]; equals["exim"]
			# A line that begins with a blank goes on with the one before.
			folds["postfix"]; folds["postfix-master"]
		}
		NR == FNR {
			if ($1 != kind)
				next
			name = $2
			rows++
			if (name ~ /[+]$/) repeats[rows]
			if (name ~ /.!$/) needed[rows]
			sub(/[+!]$/, "", name)
			row_name[rows] = name
			sub(/^[^\t]*\t[^\t]*\t?/, "")
			row_value[rows] = $0
			next
		}
		{
			if (kind == "resolv" && $0 ~ /^[ \t]+[^ \t]/)
				complain(FNR, "blanks in front: the C library passes this line over; remove them")
			folded = $0 ~ /^[ \t]/ && kind in folds
			text = squeezed($0)
			if (text == "" || text ~ (kind in comment ? comment[kind] : "^#"))
				next
			if (folded || goes_on) {
				whole = whole (folded ? " " : "") text
			} else {
				if (whole != "") take(whole, at)
				whole = text
				at = FNR
			}
			goes_on = kind == "exim" && sub(/\\$/, "", whole)
		}
		END {
			if (whole != "") take(whole, at)
			for (i = 1; i <= rows; i++)
				if ((i in needed) && !(i in met))
					complain(0, "has no \"" row_name[i] "\", and without it facts.sh would be wrong: add it")
			exit bad
		}' "$known_table" "$2"
}

# All files of a folder that sender.sh makes a provider of.
known_folder() { # FOLDER: fails if one has something that is not known
	kf_bad=0 kf_here=${known_table%/*}
	known_settings start "$1/start" || kf_bad=1
	[ ! -e "$1/resolv.conf" ] || known_settings resolv "$1/resolv.conf" || kf_bad=1
	case $(resolver_kind "$1") in
	unbound)
		known_settings unbound-common "$kf_here/unbound.conf.in" || kf_bad=1
		for kf_file in "$1"/unbound*.conf; do
			known_settings unbound "$kf_file" || kf_bad=1
		done
		;;
	bind) known_settings bind "$1/named.conf.in" || kf_bad=1 ;;
	knot-resolver) known_settings knot-resolver "$1/kresd.conf.in" || kf_bad=1 ;;
	esac
	case $(mta_kind "$1") in
	postfix)
		known_settings postfix "$kf_here/main.cf.in" || kf_bad=1
		known_settings postfix "$1/main.cf.in" || kf_bad=1
		[ ! -e "$1/master.cf.in" ] || known_settings postfix-master "$1/master.cf.in" || kf_bad=1
		;;
	exim) known_settings exim "$1/exim.conf.in" || kf_bad=1 ;;
	opensmtpd) known_settings opensmtpd "$1/smtpd.conf.in" || kf_bad=1 ;;
	esac
	return "$kf_bad"
}
