# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What a command and all that it starts use, also what no parent waits for: by a cgroup of its own,
# of either version.  Sourced; needs root.

cgroup_make() { # sets cg_cpu, cg_memory, its folders; empty where the machine gives none
	cg_cpu='' cg_memory=''
	cg_v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	if grep -qw memory "$cg_v2/cgroup.subtree_control" 2>/dev/null; then
		cg_cpu=$cg_v2/emt-usage.$$ cg_memory=$cg_cpu
	else
		cg_cpu=$(awk '$3 == "cgroup" && $4 ~ /cpuacct/ { print $2; exit }' /proc/mounts)
		cg_memory=$(awk '$3 == "cgroup" && $4 ~ /memory/ { print $2; exit }' /proc/mounts)
		cg_cpu=${cg_cpu:+$cg_cpu/emt-usage.$$} cg_memory=${cg_memory:+$cg_memory/emt-usage.$$}
	fi
	for cm_folder in $cg_cpu $cg_memory; do
		mkdir -p "$cm_folder" 2>/dev/null && continue
		cg_cpu='' cg_memory=''
		return
	done
}

cgroup_remove() {
	for cr_folder in $cg_cpu $cg_memory; do
		rmdir "$cr_folder" 2>/dev/null
	done
	return 0
}

cpu_centis() { # processor time used in it so far, in hundredths of a second
	if [ -e "$cg_cpu/cpuacct.usage" ]; then
		echo $(($(cat "$cg_cpu/cpuacct.usage") / 10000000))
	else
		awk '$1 == "usage_usec" { print int($2 / 10000) }' "$cg_cpu/cpu.stat"
	fi
}

# Memory of processes and of the laboratory's disk, which is one; not what can be thrown away.
memory_kib() {
	awk '$1 ~ /^(total_rss|total_shmem|anon|shmem)$/ { all[$1] = $2 }
		END {
			n = "total_rss" in all ? all["total_rss"] + all["total_shmem"] : all["anon"] + all["shmem"]
			print int(n / 1024)
		}' "$cg_memory/memory.stat"
}

uptime_centis() {
	read -r uc_now _ </proc/uptime
	echo "${uc_now%.*}${uc_now#*.}"
}

# Sets status, and used to "WALL s, CPU s of processor time, PEAK MiB"; the peak is that of looks
# half a second apart.
with_usage() { # COMMAND...
	cgroup_make
	wu_start=$(uptime_centis) wu_peak=0
	# shellcheck disable=SC2016 # the inner shell's own variables
	sh -c 'for folder in $1; do echo $$ >"$folder/cgroup.procs"; done; shift; exec "$@"' sh \
		"$cg_cpu $cg_memory" "$@" &
	wu_pid=$!
	while [ -n "$cg_memory" ] && [ -d "/proc/$wu_pid" ] && ! grep -q '^State:.Z' "/proc/$wu_pid/status"; do
		wu_now=$(memory_kib)
		[ "$wu_now" -le "$wu_peak" ] || wu_peak=$wu_now
		sleep 0.5
	done 2>/dev/null
	status=0
	wait "$wu_pid" || status=$?
	wu_wall=$(($(uptime_centis) - wu_start))
	used="$((wu_wall / 100)) s"
	if [ -n "$cg_cpu" ]; then
		wu_cpu=$(cpu_centis)
		used="$used, $((wu_cpu / 100)) s of processor time, $((wu_peak / 1024)) MiB"
		cgroup_remove
	fi
}
