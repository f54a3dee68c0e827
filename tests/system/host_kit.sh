# shellcheck shell=bash
# A host and a web server of its own for a system test, over the database of this
# run's platform: these tests kill and break what they start.
. "$(dirname "$0")/kit.sh"
here=$(dirname "$(readlink -f "$0")")
binary=$(readlink -f "$TEST_BUILD/fcgi-host")
place=$(mktemp -d /tmp/hp.XXXXXX) || exit 1
chmod 755 "$place"
run=$place/run
mkdir -p "$place/modules" "$place/nginx" "$place/log"
user=$(sed -n 's/^web_user *= *//p' "$TEST_STATE/host.conf")
[ "$(id -u)" != 0 ] || chown "$user" "$place/log"

busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port=$(for p in $(shuf -i 30000-39999 -n 20); do busy "$p" || { echo "$p" && break; }; done)
TEST_ADDRESS=http://127.0.0.1:$port

# citizen FILE [compiler argument…]
citizen() {
	local to=$1
	shift
	${CC:-cc} -std=c17 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -shared -fPIC \
		-fvisibility=hidden "$@" -I "$TEST_ROOT/host" "$TEST_ROOT/tests/modules/citizen.c" \
		-o "$place/new.so" && chmod 755 "$place/new.so" && mv "$place/new.so" "$to"
}

# configure [LINE…]: the platform's configuration with our places.
configure() {
	{
		grep -vE '^(run_dir|log_dir|module_dir|modules|status_listen|rate_scale_percent|.*_ms|max_.*|pool\..*workers|clock_file) *=' \
			"$TEST_STATE/host.conf"
		cat <<TEXT
run_dir = $run
log_dir = $place/log
module_dir = $place/modules
rate_scale_percent = 1000000
slow_ms = 300
soft_ms = 1000
hard_ms = 1500
drain_soft_ms = 3000
drain_hard_ms = 6000
TEXT
		printf '%s\n' "$@"
	} | awk -F ' *= *' '{ last[$1] = $0 } !($1 in seen) { seen[$1] = 1; order[++n] = $1 }
		END { for (i = 1; i <= n; i++) print last[order[i]] }' >"$place/host.conf"
}

host() { "$binary" -c "$place/host.conf" "$@"; }
ctl() { host ctl "$@" 2>&1; }
master() { cat "$run/host.pid" 2>/dev/null; }
log_has() { grep -Eq -- "$1" "$place/log/host.log"; }
status() { curl -s --unix-socket "$run/status.sock" http://x/status; }
workers() { status | jq -r --arg p "${1:-web}" '.workers[] | select(.pool == $p) | .pid'; }
pool() { status | jq -r --arg p "$1" ".pools[] | select(.name == \$p) | .$2"; }

# until_true SECONDS COMMAND…: tries until it passes.
until_true() {
	local end=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

ready() { [ "$(curl -s --unix-socket "$run/status.sock" http://x/readyz)" = ready ]; }

host_up() {
	(cd / && exec setsid "$binary" -c "$place/host.conf" run) >>"$place/log/out" 2>&1 </dev/null &
	until_true 60 ready
}

# The beginning of each script: nothing is proved by what does not run.
both_up() {
	if ! host_up || ! nginx_up; then
		tail -n 5 "$place/log/out" "$place/log/nginx.out" | sed 's/^/# /'
		echo "Bail out! the host or the web server of this test did not start"
		exit 1
	fi
	ok "host and web server are ready" true
}

host_down() {
	local pid
	pid=$(master) || return 0
	[ -n "$pid" ] || return 0
	kill -TERM "$pid" 2>/dev/null || return 0
	until_true 15 gone "$pid" || kill -KILL "$pid" 2>/dev/null
}

gone() { ! kill -0 "$1" 2>/dev/null; }

nginx_up() {
	local as=''
	[ "$(id -u)" != 0 ] || as="user $user;"
	cat >"$place/nginx.conf" <<TEXT
daemon off; worker_processes 2; pid $place/nginx/pid; error_log $place/log/nginx.log warn; $as
events { worker_connections 4096; }
http {
	access_log off; client_max_body_size 32m; keepalive_requests 1000000;
	client_body_temp_path $place/nginx/b; fastcgi_temp_path $place/nginx/f;
	proxy_temp_path $place/nginx/p; uwsgi_temp_path $place/nginx/u; scgi_temp_path $place/nginx/s;
	upstream web { server unix:$run/web.sock max_fails=0; }
	server {
		listen 127.0.0.1:$port backlog=4096;
		location / {
			include /etc/nginx/fastcgi_params;
			fastcgi_param HTTP_PROXY "";
			fastcgi_param REQUEST_ID \$request_id;
			fastcgi_param REQUEST_START \$msec;
			fastcgi_pass web;
			fastcgi_buffers 16 16k; fastcgi_buffer_size 16k;
			fastcgi_connect_timeout 2s; fastcgi_read_timeout 20s;
		}
	}
}
TEXT
	(cd / && exec setsid nginx -e "$place/log/nginx.log" -c "$place/nginx.conf" -p "$place/nginx") \
		>>"$place/log/nginx.out" 2>&1 </dev/null &
	until_true 5 busy "$port"
}

# load SECONDS CONNECTIONS PATH: wrk in the background; load_end sets replies, failed.
load() {
	wrk -t1 -c"$2" -d"$1"s --timeout 20s "$TEST_ADDRESS$3" >"$work/wrk" 2>&1 &
	load_pid=$!
}

load_end() {
	wait "$load_pid"
	replies=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")
	failed=$(awk '/Non-2xx/ { n += $NF } /Socket errors/ { gsub(",", ""); n += $4 + $6 + $8 + $10 }
		END { print n + 0 }' "$work/wrk")
}

clean_up() {
	host_down
	[ ! -s "$place/nginx/pid" ] || kill "$(cat "$place/nginx/pid")" 2>/dev/null
	if [ -n "${TEST_RESULTS:-}" ]; then
		cp "$place/log/host.log" "$TEST_RESULTS/$(basename "$0" .sh).log" 2>/dev/null
		cp "$place/log/out" "$TEST_RESULTS/$(basename "$0" .sh).out" 2>/dev/null
	fi
	rm -rf "$place" "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

need() {
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "1..0 # SKIP $tool is not installed"
			exit 0
		}
	done
}
need jq wrk perl "${CC:-cc}"
citizen "$place/modules/citizen.so" || exit 1
