#!/bin/bash
# Malformed FastCGI streams on the sockets of every pool, as nginx's user (F31): no
# worker dies of one, a stream is over within a second and a half, the next good request is
# answered, nobody but nginx gets in.
. "$(dirname "$0")/kit.sh"
fcgi=$TEST_ROOT/tests/system/fcgi.pl
uid=$(id -u)
[ "$uid" != 0 ] || uid=$(id -u "$(sed -n 's/^web_user *= *//p' "$conf")")
as=()
[ "$(id -u)" != 0 ] || as=(--as "$uid")
peer() { perl "$fcgi" "${as[@]}" "$@"; }
# A page without the database: each pool has its own rights there.
usual=(DOCUMENT_URI=/api/v1/openapi.json REQUEST_URI=/api/v1/openapi.json SCRIPT_NAME=/api/v1/openapi.json "HTTP_HOST=$place")
fcgi_good() { peer "$1" "${usual[@]}" | head -c 200; }
state() { host_status | jq -c '[.workers[] | {pid, pool}] | sort'; }

like "a good request over the socket" "$(fcgi_good "$TEST_RUN/web.sock")" '^Status: 200'
recycled() { host_status | jq '[.pools[].recycled] | add'; }
before=$(state) crashes=$(crash_count) recycled=$(recycled)
bad=$(host_status | jq '[.pools[].badStreams] | add')

# The list of tests/system/fcgi.pl and single bytes changed: each kind of defect. The
# sample leaves it to the system tests.
listed() {
	text=$(peer --bad "$TEST_RUN/web.sock" 3000 "$seed")
	echo "# $text"
	bar "streams of the list, the slowest over after ms" "${text##* }" most 1500
}
[ "$plan" != all ] || timely listed

# Many streams, the peer does not wait for those that the host leaves open.
pids=()
sockets=(web auth pay slow)
for i in 0 1 2 3; do
	[ -S "$TEST_RUN/${sockets[i]}.sock" ] || continue
	perl "$here/records.pl" "$uid" "$TEST_RUN/${sockets[i]}.sock" "$(full 1000000 20000)" \
		"$(full 180 4)" $((seed + i)) >"$work/records.$i" &
	pids+=($!)
	children+=($!)
done
worst=0 unanswered=0
while kill -0 "${pids[0]}" 2>/dev/null; do
	began=$(now_ms)
	fcgi_good "$TEST_RUN/web.sock" | grep -Eq '^Status: 200' || unanswered=$((unanswered + 1))
	[ $(($(now_ms) - began)) -le $worst ] || worst=$(($(now_ms) - began))
	sleep 0.5
done
wait "${pids[@]}"
cat "$work"/records.? | sed 's/^/# /'
sent=$(awk '/^sent/ { n += $2 } END { print n + 0 }' "$work"/records.?)
figure "$sent mutated streams: $(($(crash_count) - crashes)) crashes, $(($(host_status | jq '[.pools[].badStreams] | add') - bad)) counted as malformed, worst good request in between $worst ms"
at_least "mutated streams" "$sent" "$(full 20000 1000)"
is "good requests in between without their answer" "$unanswered" 0
is "crashes" "$(($(crash_count) - crashes))" 0
gone=$(jq -n --argjson was "$before" --argjson is "$(state)" '$was - $is | length')
planned=$(($(recycled) - recycled))
ok "a worker leaves for the number of its requests alone ($gone left, $planned planned)" test "$gone" -le "$planned"
ok "malformed streams are counted" test "$(host_status | jq '[.pools[].badStreams] | add')" -gt "$bad"
for name in "${sockets[@]}"; do
	like "pool $name answers afterwards" "$(fcgi_good "$TEST_RUN/$name.sock")" '^Status: 200'
done
if [ "$(id -u)" = 0 ]; then
	perl "$fcgi" --as 65534 "$TEST_RUN/web.sock" "${usual[@]}" >/dev/null 2>&1
	is "another user does not get in" $? 3
	refused=$(pool web refusedPeers)
	perl "$fcgi" "$TEST_RUN/web.sock" "${usual[@]}" >"$work/as-root" 2>&1
	echo "# root itself: $(head -n 1 "$work/as-root"), refused $(($(pool web refusedPeers) - refused))"
else
	skip "another user does not get in" "needs root"
fi
invariants "after malformed records"
finish
