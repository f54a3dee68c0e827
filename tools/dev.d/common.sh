# shellcheck shell=bash
# Messages, users, places and processes: what every verb needs.

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }

# die SENTENCE [MEND…]: says what is wrong and how to mend it, and ends.
die() {
	printf 'dev: %s\n' "$1" >&2
	shift
	local line
	for line; do printf '     %s\n' "$line" >&2; done
	exit 1
}

# quiet LOG COMMAND…: runs it with its output in LOG; a sign of life every five
# seconds. On failure shows the end of LOG and returns the command's status.
quiet() {
	local log=$1 pid status start=$SECONDS shown=0
	shift
	"$@" >"$log" 2>&1 </dev/null 9>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		if ((SECONDS - start >= shown + 5)); then
			shown=$((SECONDS - start))
			note "… ${shown} s"
		fi
	done
	wait "$pid"
	status=$?
	if [ $status -ne 0 ]; then
		tail -n 25 "$log" | sed 's/^/    | /' >&2
		disk_full_hint "$(dirname "$log")"
	fi
	return $status
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# as USER COMMAND…: as that user when we are root; else as ourselves.
as() {
	local user=$1
	shift
	if is_root && [ "$user" != root ]; then
		(cd / && exec runuser -u "$user" -- "$@")
	else
		"$@"
	fi
}

# ---- places --------------------------------------------------------------

# Sets state, run, build, log, and the users that things run under. Must come
# after the packages are there (they bring the users postgres and www-data).
places() {
	build=${DEV_BUILD:-$root/build}
	state=${DEV_STATE:-$root/var}
	if is_root; then
		pg_user=postgres
		host_user=www-data
	else
		pg_user=$(id -un)
		host_user=$pg_user
	fi
	if [ -L "$state" ] || [ -d "$state" ]; then
		state=$(readlink -f "$state")
	elif is_root && id postgres >/dev/null 2>&1 && ! reachable postgres "$(dirname "$state")"; then
		local place
		place=/var/lib/fcgi-host-$(hash_of "$state")
		mkdir -p "$place" && ln -s "$place" "$state" ||
			die "cannot make $place." "Is the disk full or read-only? Try: df -h /var/lib"
		note "the database user cannot enter $(dirname "$state"): files go to $place"
		state=$place
	fi
	mkdir -p "$state" 2>/dev/null ||
		die "cannot write to $state." "Check its owner, or set DEV_STATE to a folder of yours."
	state=$(readlink -f "$state")
	[ -w "$state" ] ||
		die "$state belongs to $(stat -c %U "$state"), not to $(id -un)." \
			"It was made by another user (sudo?). Remove it, or run as that user."
	# A socket's path may have 107 bytes; the longest name below is 30.
	run=$state/run
	if [ ${#run} -gt 75 ]; then
		if is_root; then run=/run/fh-$(hash_of "$state"); else run=/tmp/fh-$(id -u)-$(hash_of "$state"); fi
	fi
	log=$state/log
	stamps=$state/stamp
	pg_data=$state/pg
	conf_file=$state/host.conf
	nginx_conf=$state/nginx/conf
	mkdir -p "$log" "$stamps" "$run"
	[ "$(stat -c %u "$run")" = "$(id -u)" ] && [ ! -L "$run" ] ||
		die "$run belongs to somebody else." "Remove it, then try again."
	chmod 755 "$run"
}

# reachable USER PATH: may USER enter the folder PATH?
reachable() { as "$1" test -x "$2"; }

hash_of() { printf '%s' "$1" | sha256sum | cut -c1-10; }

# Hash of the contents of files, for stamps. Missing files count as empty.
hash_files() { cat -- "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }

stamped() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$stamps/$1"; }

free_mib() { df -Pm "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }

need_disk() {
	local free
	free=$(free_mib "$1")
	[ -z "$free" ] || [ "$free" -ge "$2" ] ||
		die "only $free MiB are free in $1; about $2 are needed." "Free some space (df -h $1)."
}

disk_full_hint() {
	local free
	free=$(free_mib "$1")
	[ -z "$free" ] || [ "$free" -ge 20 ] || note "the disk of $1 is full ($free MiB left)" >&2
}

# One ./dev at a time per state folder.
lock() {
	exec 9>"$state/lock"
	flock -w "${1:-120}" 9 ||
		die "another ./dev is working in $state." "Wait until it is done, then try again."
}
unlock() { exec 9>&-; }

# ---- processes -----------------------------------------------------------

# A pid file holds "pid starttime": the number alone may belong to somebody
# else after a restart of the machine.
start_time() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

pid_write() { printf '%s %s\n' "$2" "$(start_time "$2")" >"$1"; }

# Prints the pid when the process of pid file $1 lives.
pid_of() {
	local pid begun
	read -r pid begun 2>/dev/null <"$1" || return 1
	[ -n "$pid" ] && [ -n "$begun" ] && [ "$(start_time "$pid")" = "$begun" ] || return 1
	[ "$(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)" != Z ] || return 1
	printf '%s\n' "$pid"
}

# end PIDFILE SIGNAL SECONDS: asks, waits, and kills in the end.
end() {
	local pid i
	pid=$(pid_of "$1") || { rm -f "$1"; return 0; }
	kill "-$2" "$pid" 2>/dev/null
	for ((i = 0; i < $3 * 10; i++)); do
		pid_of "$1" >/dev/null || { rm -f "$1"; return 0; }
		sleep 0.1
	done
	note "$(basename "${1#*dev-}" .pid) did not stop in $3 s: killed"
	kill -KILL "$pid" 2>/dev/null
	rm -f "$1"
}

# free_port [FROM]: a loopback port nobody listens on.
port_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
	local port
	for port in $(shuf -i "${1:-20000}-${2:-29999}" -n 50); do
		port_busy "$port" || { printf '%s\n' "$port"; return 0; }
	done
	return 1
}
