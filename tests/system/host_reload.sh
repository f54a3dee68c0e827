#!/bin/bash
# Nothing is lost when the host changes: reload, broken reload, upgrade of the
# program, death of workers, of a parent, of the master, graceful end.
. "$(dirname "$0")/host_kit.sh"
generation() { status | jq -r .generation; }

configure 'pool.web.workers = 3' 'max_requests = 2000'
both_up

# ---- reload under load ----
load 6 16 /citizen/hello
for i in 2 3 4 5; do
	citizen "$place/modules/citizen.so" "-DCITIZEN_VERSION=\"$i\""
	took=$(date +%s%N)
	ctl reload >/dev/null || echo "# reload refused"
	took=$((($(date +%s%N) - took) / 1000000))
done
is "a new module serves" "$(curl -s "$TEST_ADDRESS/citizen/hello")" "hello 5"
echo "# last reload took $took ms"
load_end
# A generation loads before everything else, and no longer.
ahead() { # PID…: how many of them and of their children are before the others
	local pid n=0
	for pid; do
		[ "$(ps -o ni= -p "$pid" | tr -d ' ')" -ge 0 ] || n=$((n + 1))
		# shellcheck disable=SC2046
		n=$((n + $(ahead $(ps -o pid= --ppid "$pid"))))
	done
	echo $n
}
none_ahead() { [ "$(ahead "$(cat "$run/host.pid")")" = 0 ]; }
ok "no process goes before the others for long" until_true 5 none_ahead
is "no request failed in 4 reloads ($replies replies)" "$failed" 0
load 5 8 '/citizen/big?size=1048576'
for _ in 1 2 3; do sleep 0.8 && ctl reload >/dev/null; done
load_end
is "nor of a megabyte each ($replies replies)" "$failed" 0
before=$(generation)
for _ in 1 2 3 4 5 6 7 8; do kill -HUP "$(master)"; done
newer() { [ "$(generation)" -gt "$before" ]; }
ok "many HUPs at once end in one that serves" until_true 10 newer
# On a machine that is busy with other things one may be told to come back.
serves() { get /citizen/hello && [ "$status" = 200 ]; }
ok "and it serves" until_true 5 serves
alone() { [ "$(find "$run" -maxdepth 1 -name 'gen-*' | wc -l)" = 1 ]; }
ok "old generations leave nothing behind" until_true 8 alone

# ---- what is broken does not come in ----
refused() { # NAME REGEX
	text=$(ctl reload)
	is "$1 is refused" $? 2
	like "$1: the reason is told" "$text" "$2"
	like "$1: and shown in status" "$(ctl status)" "$2"
	get /citizen/hello
	is "$1: the old generation serves" "$status $body" "200 hello 5"
}
load 20 4 /citizen/hello
cp "$place/modules/citizen.so" "$place/good.so"
citizen "$place/modules/citizen.so" -DCITIZEN=1
refused "another ABI" 'major.*2|size_route|ABI'
citizen "$place/modules/citizen.so" -DCITIZEN=2
refused "a failed self-test" 'the citizen does not want to'
citizen "$place/modules/citizen.so" -DCITIZEN=4
refused "a self-test that crashes" 'citizen'
citizen "$place/modules/citizen.so" -DCITIZEN=5
refused "a module that takes over a signal" 'signal 11'
printf 'not a module' >"$place/modules/citizen.so"
refused "a file that is no module" 'citizen'
cp "$place/good.so" "$place/modules/citizen.so"
cp "$place/host.conf" "$place/good.conf"
echo 'nonsense = 1' >>"$place/host.conf"
text=$("$binary" -c "$place/good.conf" ctl reload 2>&1)
is "a broken configuration is refused" $? 2
like "with its line" "$text" 'line [0-9]+: unknown key'
cp "$place/good.conf" "$place/host.conf"
echo 'template_dir = /nowhere' >>"$place/host.conf"
sed -i '0,/^template_dir/{/^template_dir/d}' "$place/host.conf"
refused "templates that are not there" 'template'
cp "$place/good.conf" "$place/host.conf"
sed -i 's/^database = .*/database = host=\/nowhere dbname=nothing/' "$place/host.conf"
refused "a database that is not there" 'database'
cp "$place/good.conf" "$place/host.conf"
ok "and the mended one is taken" host ctl reload
kill "$load_pid" 2>/dev/null
load_end

# ---- workers that die ----
load 6 8 /citizen/hello
kills=0
end=$((SECONDS + 5))
while [ $SECONDS -lt $end ]; do
	sleep 0.2
	pid=$(workers | shuf -n 1)
	[ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
done
load_end
ok "$kills killed workers cost $failed of $replies requests" test "$failed" -le "$kills"
full() { [ "$(pool web workers)" = 3 ]; }
ok "the pool is full again" until_true 3 full
parent=$(ps -o pid=,ppid=,comm= -A | awk -v m="$(master)" '$2 == m && $3 == "parent" { print $1; exit }')
old=$(workers)
kill -KILL "$parent"
ok "workers follow their parent" until_true 5 gone "$(echo "$old" | head -n 1)"
ok "and a new generation takes over" until_true 5 ready
get /citizen/hello
is "that serves" "$status" 200

# ---- size of a pool ----
ok "one more worker" host ctl workers web +1
four() { [ "$(pool web workers)" = 4 ]; }
ok "comes" until_true 3 four

# ---- another program ----
load 6 16 /citizen/hello
old=$(master)
replaced() { [ "$(master)" != "$old" ]; }
for _ in 1 2; do
	ctl upgrade >/dev/null
	until_true 10 replaced
	until_true 10 gone "$old"
	old=$(master)
	sleep 0.3
done
load_end
is "two upgrades of the program lose no request ($replies replies)" "$failed" 0
ok "the old master has gone, the new one answers" ready
old=$(master)
echo 'nonsense = 1' >>"$place/host.conf"
"$binary" -c "$place/good.conf" ctl upgrade >/dev/null
ok "a program that does not start is refused" until_true 5 grep -q 'ended before it was ready' "$place/log/host.log"
is "and the old one serves on" "$(master) $(curl -s "$TEST_ADDRESS/citizen/hello")" "$old hello 5"
cp "$place/good.conf" "$place/host.conf"

# ---- the master's end ----
old=$(workers)
kill -KILL "$(master)"
for pid in $old; do ok "worker $pid follows its master" until_true 5 gone "$pid"; done
ok "a new master takes the place" host_up
get /citizen/hello
is "and serves" "$status" 200
curl -s -o "$work/last" -w '%{http_code}' "$TEST_ADDRESS/citizen/wait?ms=900" >"$work/last.status" &
last=$!
sleep 0.3
old=$(master)
kill -TERM "$old"
wait $last
is "a graceful end finishes what runs" "$(cat "$work/last.status" "$work/last")" "200waited"
ok "the master ends" until_true 5 gone "$old"
is "and takes its sockets and files along" "$(find "$run" -name '*.sock' -o -name 'gen-*' -o -name host.pid)" ""

# ---- a successor in the same place while the old one still drains ----
ok "it starts once more" host_up
curl -s -o "$work/last" -w '%{http_code}' "$TEST_ADDRESS/citizen/wait?ms=900" >"$work/last.status" &
last=$!
sleep 0.3
old=$(master)
kill -TERM "$old"
until_true 2 test ! -e "$run/ctl.sock"
ok "another one starts meanwhile" host_up
wait $last
is "the old one finishes what runs" "$(cat "$work/last.status" "$work/last")" "200waited"
ok "and ends" until_true 5 gone "$old"
get /citizen/hello
is "the new one serves" "$status" 200
is "in its own place" "$(find "$run" -name 'gen-*' | wc -l) $(master | wc -l)" "1 1"
finish
