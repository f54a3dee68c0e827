#!/bin/bash
# Slow and idle clients (F28, F29): headers and bodies that drip, readers that do not
# read, a thousand connections that do nothing. nginx cuts them; no worker waits for
# them; others hardly notice.
. "$(dirname "$0")/kit.sh"
people
citizen_in
for i in $(seq 64); do session learner $i && echo; done >"$work/cookies"
seconds=$(full 12 2)
idle=$(full 5000 1000)
limit=$(ulimit -n)
[ $idle -lt $((limit - 100)) ] || { ulimit -n "$(ulimit -Hn)"; limit=$(ulimit -n); }
[ $idle -lt $((limit - 100)) ] || idle=$((limit - 100))

measure() { # NAME: alternates with the others; open loop, far below what we can
	load_begin "$1" -c 16 -d "$seconds" -r 40 -C "$work/cookies" '/courses?q=data' /courses/fault-course-1
	load_end "$1"
	load_show "$1"
}
rss() { ps -o rss= -C nginx | awk '{ n += $1 } END { print int(n / 1024) }'; }

# What the page costs others: without slow clients, with them, without them again.
others() {
	measure quiet1
	is "quiet: nothing fails" "$(load_failed quiet1)" 0

	# ---- connections that do nothing, and connections that drip ----
	rm -f "$work/drip"
	accepted=$(pool web accepted)
	perl "$here/drip.pl" "$place" "$idle" "$(full 1000 200)" $((seconds * 4 + 40)) "$work/drip" &
	drip=$!
	children+=("$drip")
	until_true 20 grep -q open "$work/drip" || echo "# the slow clients did not all connect"
	echo "# $(head -n 1 "$work/drip")"
	until_true 3 few_busy
	busy=$(pool web busy)
	taken=$(($(pool web accepted) - accepted))
	measure crowd
	figure "$idle idle and $(full 1000 200) slow connections: $taken of their requests reached a worker, $busy workers busy beside our own load"
	is "crowded: nothing fails" "$(load_failed crowd)" 0
	# Headers and bodies that drip never arrive there; readers have their answer in nginx.
	at_most "busy workers" "$busy" 1

	# ---- cut ----
	until_true 60 grep -q '^end' "$work/drip" || echo "# the slow clients are still at it"
	kept=$(sed -n 's/^end .*kept=\([0-9]*\).*/\1/p' "$work/drip")
	figure "slow: $(sed -n 's/^end //p' "$work/drip")"
	is "slow headers, stalled bodies and readers that were not cut after 10 s and a little" "${kept:-unknown}" 0
	kill "$drip" 2>/dev/null
	wait "$drip" 2>/dev/null
	measure quiet2
	is "quiet again: nothing fails" "$(load_failed quiet2)" 0
	p99=$(larger p99)
	figure "p99 of others $(($(load_value crowd p99) / 1000)) ms with them, $(($(load_value quiet1 p99) / 1000)) and $(($(load_value quiet2 p99) / 1000)) ms without: $(ratio "$(load_value crowd p99)" "$p99") ×; p50 $(ratio "$(load_value crowd p50)" "$(larger p50)") ×"
	# On a busy machine both are noise of tens of milliseconds: that much is forgiven.
	bar "p99 of others at most 1.5 × (or 30 ms more), µs" "$(load_value crowd p99)" most \
		$((p99 * 3 / 2 > p99 + 30000 ? p99 * 3 / 2 : p99 + 30000))
}
few_busy() { [ "$(pool web busy)" -le 1 ]; }
larger() { printf '%s\n' "$(load_value quiet1 "$1")" "$(load_value quiet2 "$1")" | sort -n | tail -n 1; }
timely others
invariants "after slow clients"
finish
