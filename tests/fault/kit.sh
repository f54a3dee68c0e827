# shellcheck shell=bash
# What the fault tests share, on top of tests/system/kit.sh: the load client, the
# module that sends and takes as many bytes as asked, people who write, the state of
# the host, and what must hold after every fault (invariants).
#
# All of them run on one platform, that of ./dev test fault (TEST_*), and leave it as it
# was: in any order. FAULT_PLAN=sample is short: all of tests/fault in 160 seconds on two cores
# with a load of nine beside it (FAULT_PLAN=sample ./dev test fault); all is the whole plan.
# Figures are lines "# figure: …". The machine may be busy with other things, so
# what is judged are counts, and ratios within one run.
. "$(dirname "$0")/../system/kit.sh"
here=$(dirname "$(readlink -f "$0")")
plan=${FAULT_PLAN:-sample}
# The sample is the same each time: what fails says something about the last change.
seed=${FAULT_SEED:-$([ "$plan" = all ] && date +%s || echo 1)}
RANDOM=$seed
place=${TEST_ADDRESS#*://}
binary=$(readlink -f "$TEST_BUILD/fcgi-host")
conf=$TEST_STATE/host.conf
children=()
echo "# plan $plan, seed $seed, load of the machine $(cut -d' ' -f1-3 /proc/loadavg)"

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "1..0 # SKIP $tool is not installed"
			exit 0
		}
	done
}
need jq perl psql "${CC:-cc}"

# full N SAMPLE: one of the two, by the plan.
full() { if [ "$plan" = all ]; then echo "$1"; else echo "$2"; fi; }
figure() { echo "# figure: $*"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
db() { PGOPTIONS='' psql -XAtq -h "$TEST_RUN/pg" -U postgres -d learn -v ON_ERROR_STOP=1 "$@"; }
host() { "$binary" -c "$conf" "$@"; }
ctl() { host ctl "$@" 2>&1; }
host_status() { curl -s --max-time 5 --unix-socket "$TEST_RUN/status.sock" http://x/status; }
pool() { host_status | jq -r --arg p "$1" ".pools[] | select(.name == \$p) | .$2"; }
workers() { host_status | jq -r '.workers[] | select(.pool == "web" and .state != "starting") | .pid'; }
crash_files() { find "$TEST_RUN/crash" -type f -name 'crash-*' 2>/dev/null | wc -l; }
crash_count() { host_status | jq '[.pools[].crashes] | add'; }
ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 3 "$TEST_ADDRESS/readyz")" = 200 ]; }

# until_true SECONDS COMMAND…: tries until it passes.
until_true() {
	local end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# at_most NAME VALUE LIMIT; at_least NAME VALUE LIMIT. Numbers, perhaps broken ones.
at_most() { ok "$1: $2 ≤ $3" awk -v a="$2" -v b="$3" 'BEGIN { exit !(a + 0 == a && a <= b) }'; }
at_least() { ok "$1: $2 ≥ $3" awk -v a="$2" -v b="$3" 'BEGIN { exit !(a + 0 == a && a >= b) }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b ? a / b : 0) }'; }

# ---- the database server ----
# pg ARGUMENT…: pg_ctl of the platform's own server, as the user whose it is. What runs on
# keeps no descriptor of ours.
pg_data=$TEST_STATE/pg
pg() {
	local bin
	bin=$(find /usr/lib/postgresql -name pg_ctl -path '*/bin/*' | sort -V | tail -n 1)
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u "$(stat -c %U "$pg_data")" -- "$bin" -D "$pg_data" "$@")
	else
		"$bin" -D "$pg_data" "$@"
	fi >"$work/pg_ctl" 2>&1 </dev/null 5<&-
}
# pg_up [-W]: starts it, and waits until it is there; -W does not.
pg_up() { pg -l "$TEST_STATE/log/postgresql.log" "${1:--w}" start; }
accepts() { db -c 'select 1' >/dev/null 2>&1; }

# ---- load ----
# Built once for all scripts on this platform.
built=$TEST_STATE/fault
mkdir -p "$built"
[ "$built/load" -nt "$TEST_ROOT/bench/load.c" ] ||
	"${CC:-cc}" -O2 -std=gnu17 -w -o "$built/load" "$TEST_ROOT/bench/load.c" || {
	echo "Bail out! the load client does not build"
	exit 1
}
chmod 711 "$work"

# load_begin NAME [OPTION…] PATH…: in the background, from own addresses.
load_begin() {
	local name=$1 options=()
	shift
	while [ "${1#-}" != "$1" ]; do
		options+=("$1")
		case $1 in -s | -x) shift ;; *) options+=("$2") && shift 2 ;; esac
	done
	"$built/load" -s "${options[@]}" "$place" "$@" >"$work/load.$name" 2>&1 &
	eval "load_$name=$!"
	children+=($!)
}

# load_end NAME; then load_value NAME KEY gives a figure, 0 when there is none.
load_end() { eval "wait \$load_$1"; }
load_value() { tr '\t' '\n' <"$work/load.$1" | sed -n "s/^$2=//p" | grep . || echo 0; }
# Everything that is not a complete answer of the expected kind.
load_failed() {
	tr '\t' '\n' <"$work/load.$1" | awk -F= '/^replies=/ { seen = 1 } /^(failed|late)=/ { n += $2 }
		/^s[0-9]/ && $1 !~ /^s[23]/ { n += $2 } END { print seen ? n + 0 : "no figures" }'
}
load_show() { echo "# $1: $(tr '\t' ' ' <"$work/load.$1")"; }

# ---- people ----
# Sessions of the demo learners (and of an administrator), with known tokens.
people() {
	db -o /dev/null <"$here/people.sql" || {
		echo "Bail out! the people of this test could not be made"
		exit 1
	}
}
# session KIND N: the cookie of the n-th session; KIND learner or admin.
session() { printf 'sid=%s' "fault-$1-$2xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" | cut -c1-47; }
csrf() { curl -s --max-time 10 -b "$1" "$TEST_ADDRESS/api/v1/csrf" | jq -r .token; }

# writers_begin SECONDS PAUSE_MS; writers_end compares what was acknowledged with the
# database, and sets lost_calls (attempts without a complete answer, or 5xx but 503).
writer_count=12
writers_begin() {
	since=$(db -c 'select now()')
	: >"$work/history"
	db -v people=$writer_count -f "$here/lessons.sql" >"$work/objects" || return 1
	perl "$here/writer.pl" "$place" "$1" "$2" "$work/history" $writer_count <"$work/objects" &
	writers_pid=$!
	children+=($!)
}

writers_end() {
	wait "$writers_pid"
	db -v people=$writer_count -v since="$since" -f "$here/check.sql" |
		{ if [ "${2:-}" = no-cache ]; then grep -v '^cache'; else cat; fi; } |
		perl "$here/check.pl" <(if [ "${2:-}" = no-cache ]; then
			awk -F '\t' '$2 != "cache"' "$work/history"
		else cat "$work/history"; fi) >"$work/check" 2>&1
	grep '^#' "$work/check"
	is "$1: what was acknowledged is there, once" "$(grep -v '^#' "$work/check")" ""
	lost_calls=$(awk -F '\t' '$5 == "lost"' "$work/history" | wc -l)
	written=$(awk -F '\t' '$5 == "done"' "$work/history" | wc -l)
	ok "$1: $written writes were acknowledged" test "$written" -gt 20
}

# ---- the module of many bytes ----
# citizen_in: the platform's modules and the test module, in a folder of our own.
citizen_in() {
	modules=$work/modules
	mkdir -p "$modules"
	cp "$(sed -n 's/^module_dir *= *//p' "$conf")"/*.so "$modules/"
	cp "$conf" "$work/host.conf.before"
	[ "$built/citizen.so" -nt "$TEST_ROOT/tests/modules/citizen.c" ] &&
		[ "$built/citizen.so" -nt "$TEST_ROOT/host/handler.h" ] || citizen_build "$built/citizen.so"
	cp "$built/citizen.so" "$modules/" && sed -i "s|^module_dir *=.*|module_dir = $modules|" "$conf" &&
		ctl reload >"$work/reload" || {
		sed 's/^/# /' "$work/reload"
		echo "Bail out! the host did not take the test module"
		exit 1
	}
}

# citizen_build FILE [compiler argument…]: moved into place, as an installation does.
citizen_build() {
	local to=$1
	shift
	${CC:-cc} -std=c17 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -shared -fPIC \
		-fvisibility=hidden "$@" -I "$TEST_ROOT/host" "$TEST_ROOT/tests/modules/citizen.c" \
		-o "$work/new.so" && chmod 755 "$work/new.so" && mv "$work/new.so" "$to"
}

# ---- what holds after every fault ----
crash_files_before=$(crash_files)
bad_writes_before=0
invariants() {
	ok "$1: the host is ready" until_true 10 ready
	db -f "$here/invariants.sql" >"$work/invariants" 2>&1 || echo "the query failed" >>"$work/invariants"
	is "$1: the database is consistent" "$(cat "$work/invariants")" ""
	is "$1: no crash reports" "$(crash_files)" "$crash_files_before"
	get /courses
	is "$1: pages are served" "$status" 200
}

# ---- the end ----
fault_end() {
	local child
	for child in "${children[@]}"; do kill "$child" 2>/dev/null; done
	[ ! -e "$work/host.conf.before" ] || {
		cp "$work/host.conf.before" "$conf"
		ctl reload >/dev/null
	}
	[ -n "${FAULT_KEEP:-}" ] && echo "# kept in $work" || rm -rf "$work"
}
trap fault_end EXIT
trap 'exit 130' INT TERM HUP
