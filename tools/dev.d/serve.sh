# shellcheck shell=bash
# The two processes of ours besides the database: the host and nginx.

port_check() {
	local owner=
	[ -n "$(pid_of "$run/nginx.pid")" ] && return 0
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
	if ! pid_of "$run/host.pid" >/dev/null; then
		rm -f "$run"/*.sock
		(cd / && exec setsid "$host_binary" -c "$conf_file" run) >>"$log/host.out" 2>&1 \
			</dev/null 9>&- &
		pid_write "$run/host.pid" $!
	fi
	if ! pid_of "$run/nginx.pid" >/dev/null; then
		(cd / && exec setsid "$(nginx_binary)" -e "$log/nginx-error.log" \
			-c "$nginx_conf/nginx.conf") >>"$log/nginx.out" 2>&1 </dev/null 9>&- &
		pid_write "$run/nginx.pid" $!
	fi
	disown -a
}

serve_down() {
	end "$run/nginx.pid" QUIT 5
	end "$run/host.pid" TERM 35
}

fetch() { curl -sk --max-time 5 "$@"; }

# Waits until the whole chain answers: nginx, master, workers, database.
serve_wait() {
	local i
	for ((i = 0; i < ${1:-60} * 20; i++)); do
		if [ "$(fetch -o /dev/null -w '%{http_code}' "$address/readyz")" = 200 ]; then return 0; fi
		pid_of "$run/host.pid" >/dev/null || serve_failed host host.out host.log
		pid_of "$run/nginx.pid" >/dev/null || serve_failed nginx nginx.out nginx-error.log
		sleep 0.05
	done
	serve_failed "" host.out host.log
}

serve_failed() {
	local file
	local which=$1
	shift
	for file; do
		[ ! -s "$log/$file" ] || tail -n 12 "$log/$file" | cut -c1-400 | sed 's/^/    | /' >&2
	done
	disk_full_hint "$state"
	serve_down
	cluster_down
	[ -n "$which" ] || die "the platform is not ready (see above)." "Logs: $log"
	die "$which ended at once (see above)." "Logs: $log"
}
