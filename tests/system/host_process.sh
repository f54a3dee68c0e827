#!/bin/bash
# Processes of the host: configuration, isolation of crashes, time and memory
# limits, sandbox, circuit breaker, health without workers.
. "$(dirname "$0")/host_kit.sh"
full() { [ "$(pool web workers)" = 3 ]; }
switched_on() { ctl status | grep -Eq 'citizen +1 +on'; }
bad() { get "/citizen/misbehave?how=$1${2:-}"; }

# ---- configuration ----
configure 'pool.web.workers = 3' 'no_such_key = 1'
text=$(host -t 2>&1)
is "an unknown key refuses" $? 2
like "and its line is named" "$text" "line [0-9]+: unknown key .no_such_key"
configure 'pool.web.workers = many'
like "a bad number says what is allowed" "$(host -t 2>&1)" 'must be a number from 0 to 64'
configure 'database = host=/nowhere password=hunter2'
unlike "passwords are not printed" "$(host --print-config)" hunter2
like "every key is documented" "$(host --print-config --markdown)" '\| .pool.web.workers. \| .4. \|'
configure 'pool.web.workers = 3' 'max_rss_mb = 64' 'module_retry_s = 2' 'connect_ports = 5432, 6379'
text=$(host -t 2>&1)
is "a good configuration passes" $? 0
like "with its modules and the database" "$text" 'database: good'

# ---- start ----
both_up
text=$(timeout 10 "$binary" -c "$place/host.conf" run 2>&1)
is "a second host in the same place is refused" $? 2
like "and says why" "$text" 'already runs'
get /citizen/hello
is "a module answers" "$status $body" "200 hello 1"
for size in 0 1 7 8 65400 65487 65488 65489 65528 65536 131056 1048576 10485760; do
	get "/citizen/big?size=$size"
	want=$(perl -e 'for $i (0 .. $ARGV[0] - 1) { print chr(97 + $i % 26) }' "$size" | sha256sum)
	is "a reply of $size bytes is whole" "$status $(sha256sum <"$work/body")" "200 $want"
done

# ---- bodies ----
get /api/v1/csrf -c "$work/jar"
token=$(printf '%s' "$body" | jq -r .token)
perl -e 'print "text=", "y" x 3000000' >"$work/form"
get /api/v1/citizen/echo -b "$work/jar" -H "X-CSRF: $token" --data-binary "@$work/form"
is "a body of 3 MB arrives" "$status $(printf '%s' "$body" | jq -r .size)" "200 3000000"
head -c 20000000 /dev/zero >"$work/zero"
get /api/v1/no-such-thing -X POST --data-binary "@$work/zero"
is "an answer before the body was read is an answer" "$status" 404

# ---- sandbox ----
report=$(status | jq -r .sandbox)
echo "# $report"
case $report in
*seccomp*)
	bad fork
	like "a worker cannot fork" "$body" 'not permitted'
	bad exec
	is "a worker that calls exec is ended" "$status" 502
	ok "and the log says by what" until_true 3 log_has '"why":"sandbox"'
	;;
*) skip "a worker cannot exec" "no seccomp" ;;
esac
case $report in
*landlock*)
	bad file "&path=$TEST_ROOT/README.md"
	like "a worker cannot read outside its folders" "$body" 'denied'
	bad file "&path=$place/host.conf"
	like "nor the configuration" "$body" 'denied'
	bad file "&path=/etc/hosts"
	like "but what name service needs" "$body" '^read$'
	;;
*) skip "a worker cannot read outside its folders" "no Landlock" ;;
esac
case $report in
*signals*) bad signal && like "a worker cannot signal its parent" "$body" 'not permitted' ;;
*) skip "a worker cannot signal its parent" "Landlock is too old" ;;
esac
case $report in
*ports*)
	bad connect "&at=$port"
	like "a worker cannot connect to a port that is not allowed" "$body" 'denied'
	bad connect '&at=6379'
	unlike "but to one that is" "$body" 'denied'
	;;
*) skip "a worker cannot connect to a port that is not allowed" "Landlock is too old" ;;
esac
bad passwd
like "a worker cannot read /etc/shadow" "$body" 'denied'

# ---- faults cost a request, not a worker ----
ctl enable citizen >/dev/null
before=$(workers | sort)
bad fault
is "a fault is 500" "$status" 500
bad arena
is "too much request memory is 503" "$status" 503
get /citizen/hello
is "and the next request is served" "$status" 200
is "by the same workers" "$(workers | sort)" "$before"

# ---- crashes ----
bad crash "&at=8"
is "a crash costs its request" "$status" 502
get /citizen/hello
is "and no other" "$status" 200
crash=$(find "$run/crash" -name 'crash-*' -newer "$work/form" -printf "%T@ %p\n" | sort -n | tail -n 1 | cut -d" " -f2)
text=$(head -n 60 "$crash" 2>/dev/null; tail -n 3 "$crash" 2>/dev/null)
like "the report names the module" "$text" '^module citizen'
like "the route" "$text" '^route GET /citizen/misbehave'
like "the request" "$text" '^request [0-9a-f]{32}'
like "the address" "$text" 'signal 11 code 0x1 address 0x8'
like "and the function" "$text" 'citizen.so!citizen_writes_to_null'
ok "the log too" log_has '"worker_died".*citizen_writes_to_null'
bad stack
is "a stack overflow costs its request" "$status" 502
bad exit
is "so does an exit" "$status" 502
ok "all workers are back" until_true 5 full

bad scribble
is "shared memory is not a module's to write" "$status" 502
get /citizen/hello
is "and it is whole" "$status $(status | jq -r .pools[0].name)" "200 web"
host ctl enable citizen >/dev/null

# ---- circuit breaker ----
for _ in 1 2 3 4 5; do bad abort; done
ok "a module that keeps crashing is switched off" until_true 3 log_has '"module_disabled".*"why":"crashes"'
get /citizen/hello
is "its routes answer 503" "$status" 503
get /api/v1/openapi.json
is "others go on" "$status" 200
like "status shows it" "$(ctl status)" 'citizen +1 +(half_)?open'
ok "after a while it is tried again" until_true 4 log_has '"module_half_open"'
get /citizen/hello
is "and when it does well" "$status" 200
ok "it is on again" until_true 3 switched_on
ok "an operator switches it on" host ctl enable citizen
get /citizen/hello
is "and it serves" "$status" 200
ok "an operator switches it off" host ctl disable citizen
get /citizen/hello
is "and it does not" "$status" 503
host ctl enable citizen >/dev/null
text=$(ctl enable no-such-module)
is "a name that is no module is refused" $? 2

# ---- time limits ----
ok "the pool is full again" until_true 5 full
endless() {
	ctl enable citizen >/dev/null
	curl -s -o /dev/null -w '%{http_code} %{time_total}' "$TEST_ADDRESS/citizen/misbehave?how=spin" >"$work/spin" &
	spin=$!
	ok "a worker loops" until_true 5 someone_busy
	get /citizen/hello
	is "a loop delays nobody else" "$status" 200
	wait $spin
	read -r status took <"$work/spin"
	is "a loop is ended" "$status" 502
	ok "not too early ($took s)" awk -v s="$took" 'BEGIN { exit !(s >= 1) }'
	bar "in time, s" "$took" most 3.4
	ok "its worker is back" until_true 5 full
}
someone_busy() { [ "$(pool web busy)" -ge 1 ]; }
timely endless
ok "the slow trace names the function" log_has '"slow".*citizen_spins'
ok "the end names the limit" until_true 3 log_has '"why":"time_limit".*citizen_spins'

# ---- concurrency caps ----
# The second must come within the 700 ms of the first.
full_route() {
	curl -s -o /dev/null "$TEST_ADDRESS/citizen/few?ms=700" &
	few=$!
	until_true 5 someone_busy
	get '/citizen/few?ms=1'
	wait $few
	bar "a full route answers, status" "$status" least 503
}
timely full_route
get '/citizen/few?ms=1'
is "and serves when it is free again" "$status" 200

# ---- memory and other habits ----
load 5 4 '/citizen/misbehave?how=leak'
load_end
is "leaking workers are replaced without a failed request" "$failed" 0
ok "they were replaced" test "$(pool web recycled)" -ge 1
# Three workers of 64 MB, half as much again until they leave, and one successor.
resident=$(($(pool web rssKib) / 1024))
ok "resident memory is bounded: $resident MB" test "$resident" -lt 400
bad mask
is "a changed signal mask does not lose the request" "$status" 200
ok "but is noticed" until_true 2 log_has '"signal_mask_changed"'
# A worker that still waits for its successor after the leaks above may leave
# before its next check: then another one is asked.
harmed=0
for _ in 1 2 3; do
	bad umask
	load 2 4 /citizen/hello
	load_end
	harmed=$((harmed + failed))
	log_has '"process_changed_by_module"' && break
done
is "a changed umask harms nobody" "$harmed" 0
ok "and its worker is replaced" log_has '"process_changed_by_module"'

bad close
is "closed descriptors cost their request" "$status" 502
ok "and are noticed" until_true 3 log_has '"descriptor_lost"|"exit":"4"'
ok "all workers are back again" until_true 5 full

# ---- health ----
all_busy() { [ "$(pool web busy)" = 3 ]; }
waiting=()
for _ in 1 2 3; do
	curl -s -o /dev/null "$TEST_ADDRESS/citizen/wait?ms=900" &
	waiting+=($!)
done
ok "all workers are busy" until_true 2 all_busy
for probe in livez readyz startupz; do
	is "/$probe answers meanwhile" \
		"$(curl -s -o /dev/null -w '%{http_code}' --max-time 1 --unix-socket "$run/status.sock" "http://x/$probe")" 200
done
wait "${waiting[@]}"
metrics=$(curl -s --unix-socket "$run/status.sock" http://x/metrics)
like "metrics count routes" "$metrics" 'host_route_answers_total.*route="/citizen/hello",class="2xx"'
promtool=${PROMTOOL:-$(command -v promtool)}
if [ -n "$promtool" ]; then
	is "promtool finds nothing wrong with them" "$("$promtool" check metrics 2>&1 <<<"$metrics")" ""
else
	skip "promtool finds nothing wrong with them" "promtool could not be fetched"
fi
like "OpenMetrics on request" \
	"$(curl -s -D - -o /dev/null -H 'Accept: application/openmetrics-text' --unix-socket "$run/status.sock" http://x/metrics)" \
	'openmetrics-text; version=1.0.0'
get $'/citizen/hello?x=%0a%0dfake%1b&y=\xe2\x80\xa8\xff' -A $'a\x01b'
ok "every line of the log is JSON" jq -es . "$place/log/host.log"
finish
