# shellcheck shell=bash
# The two processes of ours besides the database: the host and nginx.

port_check() {
	local owner=
	[ -n "$(nginx_pid)" ] && return 0
	case $port in
	'' | *[!0-9]*) die "'$port' is not a port number." ;;
	esac
	[ "$port" -ge 1 ] && [ "$port" -le 65535 ] || die "port $port is not between 1 and 65535."
	[ "$port" -ge 1024 ] || is_root || die "port $port is below 1024: only root may use it." \
		"Choose another: ./dev run --port 8080"
	if port_busy "$port"; then
		if command -v ss >/dev/null; then
			owner=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/ by \1/p' |
				head -n 1)
		fi
		die "port $port is taken$owner." "Choose another: ./dev run --port $(free_port 8081 8999)"
	fi
}

# Starts the host and nginx in sessions of their own: Ctrl-C reaches ./dev alone,
# which then stops them in order.
serve_up() {
	if ! host_pid >/dev/null; then
		rm -f "$run"/*.sock
		[ ! -s "$log/host.out" ] || mv "$log/host.out" "$log/host.out.1"
		(cd / && exec setsid "$host_binary" -c "$conf_file" run) >>"$log/host.out" 2>&1 \
			</dev/null 9>&- &
		pid_write "$run/dev-host.pid" $!
	fi
	if ! nginx_pid >/dev/null; then
		(cd / && exec setsid "$(nginx_binary)" -e "$log/nginx-error.log" \
			-c "$nginx_conf/nginx.conf") >>"$log/nginx.out" 2>&1 </dev/null 9>&- &
		pid_write "$run/dev-nginx.pid" $!
	fi
	disown -a
}

serve_down() {
	nginx_pid >/dev/null
	end "$run/dev-nginx.pid" QUIT 5
	host_pid >/dev/null
	end "$run/dev-host.pid" TERM 35
}

# Pids of the two masters. After a change of the program (SIGUSR2) they are other
# ones: the programs' own pid files tell, when that process has our configuration.
host_pid() { adopted_pid "$run/dev-host.pid" "$run/host.pid" "$conf_file"; }
nginx_pid() { adopted_pid "$run/dev-nginx.pid" "$state/nginx/nginx.pid" "$nginx_conf/nginx.conf"; }

adopted_pid() {
	local pid
	if read -r pid 2>/dev/null <"$2" &&
		tr '\0 ' '\n\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF "$3"; then
		[ "$(pid_of "$1")" = "$pid" ] || pid_write "$1" "$pid"
	fi
	pid_of "$1"
}

fetch() { curl -sk --max-time 5 "$@"; }

# Waits until the whole chain answers: nginx, master, workers, database.
serve_wait() {
	local i
	for ((i = 0; i < ${1:-60} * 20; i++)); do
		if [ "$(fetch -o /dev/null -w '%{http_code}' "$address/readyz")" = 200 ]; then return 0; fi
		host_pid >/dev/null || serve_failed host host.out host.log
		nginx_pid >/dev/null || serve_failed nginx nginx.out nginx-error.log
		sleep 0.05
	done
	serve_failed "" host.out host.log
}

serve_failed() {
	local file
	local which=$1
	shift
	for file; do
		[ ! -s "$log/$file" ] || tail -n 5 "$log/$file" | cut -c1-400 | sed 's/^/    | /' >&2
	done
	disk_full_hint "$state"
	serve_down
	cluster_down
	[ -n "$which" ] || die "the platform is not ready (see above)." "Logs: $log"
	die "$which ended at once (see above)." "Logs: $log"
}
