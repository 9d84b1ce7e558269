# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What the laboratory's tests share: a folder of their own, and looking at a laboratory from
# outside.
set -u
: "${OBJ:?the folder of the built programs}"
. tests/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 143' TERM INT HUP PIPE

is() { # WHAT EXPECTED FOUND
	same "$1" "$3" "$2"
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
}

need_lab() { # skips unless laboratories can be made here
	need_root
	# Whether mounts are private too, is for emt-lab to find out: it exits 77 if not.
	unshare --mount --net --pid --uts --fork --propagation unchanged true 2>/dev/null ||
		skip_all "no namespaces can be made here"
}

wait_until() { # SECONDS COMMAND...: polls; fails past the deadline
	wu_end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$wu_end" ] || return 1
		sleep 0.02
	done
}

alive() { # PID START: that very process has not ended; a zombie has
	[ -r "/proc/$1/stat" ] || return 1
	alive_line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	alive_start=$2
	# shellcheck disable=SC2086
	set -- ${alive_line##*) }
	[ "$1" != Z ] && [ "$1" != X ] && [ "${20}" = "$alive_start" ]
}

lab_processes() { # PID of emt-lab or unshare: prints PID START for each process of its laboratory
	lp_ns=
	for lp_pid in "$1" $(ps -o pid= --ppid "$1"); do
		lp_here=$(readlink "/proc/$lp_pid/ns/pid_for_children") || continue
		[ "$lp_here" = "$(readlink /proc/self/ns/pid)" ] || lp_ns=$lp_here
	done
	[ -n "$lp_ns" ] || return 0
	for lp_dir in /proc/[0-9]*; do
		[ "$(readlink "$lp_dir/ns/pid" 2>/dev/null)" = "$lp_ns" ] || continue
		lp_line=$(cat "$lp_dir/stat" 2>/dev/null) || continue
		# shellcheck disable=SC2086
		set -- ${lp_line##*) }
		echo "${lp_dir#/proc/} ${20}"
	done
}

all_gone() { # FILE with lines PID START
	while read -r ag_pid ag_start; do
		! alive "$ag_pid" "$ag_start" || return 1
	done <"$1"
}

machine_state() { # what a laboratory must not change on the machine
	grep -c . /proc/self/mountinfo
	grep emt-lab /proc/self/mountinfo
	ls /run/netns 2>/dev/null
	ls /sys/class/net
	cat /etc/passwd /etc/group /etc/resolv.conf 2>/dev/null | sha256sum
	ls -a /etc /etc/postfix /mnt /srv
	hostname
	# Elsewhere others write there, too.
	[ -z "${LAB_ALONE-}" ] || find $shared_places -xdev -path "$tmp" -prune -o -print | sort
}

# Where any program of the machine may leave something.
shared_places="/tmp /var/tmp /run /dev/shm /sys/fs/cgroup"

# In a mount namespace of the test's own those places are empty and nobody else's: whatever is in there
# afterwards, this test has left.  The tree and the built programs stay where they are.
# shellcheck disable=SC2016 # the inner shell's own variables
alone_in_places() { # TEST: becomes it, with LAB_ALONE=yes; returns if that cannot be had here
	[ "$OBJ" = "${OBJ#/}" ] || [ "$OBJ" != "${OBJ#"$PWD"/}" ] || return 0
	# In a plain chroot mounts cannot be made private by name.
	unshare --mount true 2>/dev/null || return 0
	exec unshare --mount --propagation private sh -eu -c '
		tree=$1 test=$2
		shift 2
		for place; do
			[ -d "$place" ] && [ ! -L "$place" ] || continue
			mount -n -t tmpfs -o mode=1777 alone "$place"
			case $tree in
			"$place"/*)
				# This folder is still the one below.
				mkdir -p "$tree"
				mount -n --no-canonicalize --bind . "$tree"
				;;
			esac
		done
		cd "$tree"
		LAB_ALONE=yes TMPDIR=/tmp exec "$test"' sh "$PWD" "$1" $shared_places
}

copy_lab() { # DIR: a tree with just what the laboratory needs, programs included
	mkdir "$1"
	for cl_folder in lab zones postfix-conf cron testcases tables schema pages; do
		cp -R "$cl_folder" "$1/"
	done
	for cl_program in lab/emt-fill delivery/emt-deliver delivery/emt-enrich \
		sessionparse/emt-sessions site/emt-site queryparse/emt-queries probe/emt-probe \
		report/emt-report mxinfer/emt-mxscan mxinfer/emt-mxinfer; do
		install -D "$OBJ/$cl_program" "$1/obj/$cl_program"
	done
}

keep() { # DIR NAME: what a run left that went wrong
	mkdir -p "$OBJ/wrong"
	rm -rf "$OBJ/wrong/${2:?}"
	mv "$1" "$OBJ/wrong/$2"
	echo "# kept in $OBJ/wrong/$2"
}

keep_providers() { # DIR NAME...: of the providers of a copied laboratory
	kp_dir=$1/lab/providers
	shift
	for kp_folder in "$kp_dir"/*/; do
		case " $* " in
		*" $(basename "$kp_folder") "*) ;;
		*) rm -r "$kp_folder" ;;
		esac
	done
}
