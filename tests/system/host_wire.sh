#!/bin/bash
# Who speaks to a worker, and how: strangers, malformed streams, silent peers,
# requests that waited too long, floods.
. "$(dirname "$0")/host_kit.sh"
fcgi() { perl "$here/fcgi.pl" "$@"; }

configure 'pool.web.workers = 3' 'shed_after_ms = 700'
both_up
like "a request over the socket" "$(fcgi "$run/web.sock")" 'Status: 200 OK.*'
like "the socket is the web server's" "$(stat -c %a "$run/web.sock")" 660
like "the control socket is ours" "$(stat -c %a "$run/ctl.sock")" 600

# ---- strangers ----
if [ "$(id -u)" = 0 ]; then
	fcgi --as 65534 "$run/web.sock" >/dev/null 2>&1
	is "the mode keeps strangers out" $? 3
	chmod 666 "$run/web.sock"
	fcgi --as 65534 "$run/web.sock" >/dev/null 2>&1
	is "a stranger who gets through is closed" $? 3
	chmod 660 "$run/web.sock"
	ok "and counted" test "$(pool web refusedPeers)" -ge 1
else
	skip "strangers are kept out" "needs root"
fi

# ---- malformed streams ----
before=$(workers | sort)
malformed() {
	text=$(fcgi --bad "$run/web.sock" 600 "${TEST_SEED:-7}")
	echo "# $text"
	like "malformed streams end by themselves" "$text" '^sent 600 answered [0-9]+ slowest [0-9]+$'
	bar "the slowest after ms" "${text##* }" most 2999
}
timely malformed
is "no worker died of them" "$(workers | sort)" "$before"
ok "they are counted" test "$(pool web badStreams)" -gt 200
like "the next good request is answered" "$(fcgi "$run/web.sock")" 'hello'

# ---- a body of which the end is late ----
for bytes in 100 8000 8192 20000 98304 100000; do
	text=$(fcgi --late "$run/web.sock" 60 $bytes REQUEST_URI=/api/v1/citizen/echo)
	is "the end of $bytes bytes may come late" "$?" 0
	like "and finds its answer" "$text" '^Status: 403'
done

# ---- shedding ----
old=$(($(date +%s) - 5)).000
text=$(fcgi "$run/web.sock" "REQUEST_START=$old")
like "a request that waited too long is 503" "$text" '^Status: 503'
like "with a time to come back" "$text" '^Retry-After: [1-5]'
like "an API call gets a problem document" \
	"$(fcgi "$run/web.sock" "REQUEST_START=$old" REQUEST_URI=/api/v1/citizen/hello)" '"code":"overloaded"'
like "payments are never shed" "$(fcgi "$run/pay.sock" "REQUEST_START=$old")" '^Status: 200'
like "a clock that was set does not shed" "$(fcgi "$run/web.sock" "REQUEST_START=$(($(date +%s) - 7200)).000")" '^Status: 200'
like "nor one that runs ahead" "$(fcgi "$run/web.sock" "REQUEST_START=$(($(date +%s) + 60)).000")" '^Status: 200'
ok "it was counted" test "$(pool web shed)" -ge 2

# ---- three times more than we can ----
# 3 workers, 40 ms each: 75 a second. 300 clients would wait 4 s without shedding.
overload() {
	load 6 300 '/citizen/wait?ms=40'
	load_end
	is "every answer under overload is a whole answer" "$(grep -c 'Socket errors' "$work/wrk")" 0
	ok "some were shed ($failed of $replies)" test "$failed" -gt 0
	bar "good work of 450 in 6 s, 85 %" $((replies - failed)) least 382
	sleep 1
	get /citizen/hello
	is "and afterwards all is well" "$status" 200
	bar "quickly, s" "$(curl -s -o /dev/null -w '%{time_total}' "$TEST_ADDRESS/citizen/hello")" most 0.2
}
timely overload
text=$(wrk -t1 -c12 -d3s --latency "$TEST_ADDRESS/citizen/hello" | awk '/99%/ { print $2 }')
echo "# p99 of 12 clients: $text"
finish
