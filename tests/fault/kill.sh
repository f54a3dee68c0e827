#!/bin/bash
# Workers are killed (kill -9) under load with writes: at most one request fails for
# each, nothing that was acknowledged is lost or done twice, and the pool is full again
# at once (F1; host.md T3).
. "$(dirname "$0")/kit.sh"
people
seconds=$(full 60 6)
wanted=$(pool web configured)

killing() {
	writers_begin "$seconds" 5
	load_begin pages -c 8 -d "$seconds" -r 60 /courses/fault-course-1 '/courses?q=data' /api/v1/courses
	perl "$here/killer.pl" "$TEST_RUN/status.sock" $((seconds - 1)) 200 "$seed" >"$work/kills"
	load_end pages
	load_show pages
	writers_end "kill -9"
	kills=$(wc -l <"$work/kills")
	respawns=$work/respawns
	grep -v none "$work/kills" >"$respawns"
	failed=$(($(load_failed pages) + lost_calls))
	p99=$(sort -n "$respawns" | awk '{ a[NR] = $1 } END { print a[int((NR - 1) * 0.99) + 1] }')
	p50=$(sort -n "$respawns" | awk '{ a[NR] = $1 } END { print a[int((NR - 1) * 0.5) + 1] }')
	figure "$kills workers killed, $failed of $(($(load_value pages replies) + written)) requests failed"
	figure "back to full strength after p50 $p50 ms, p99 $p99 ms"
	ok "$kills workers were killed" test "$kills" -ge $((seconds * 2))
	at_most "failed requests" "$failed" "$kills"
	is "each death was followed by a new worker" "$(wc -l <"$respawns")" "$kills"
	bar "p99 of the way back, ms" "$p99" most 3000
}
timely killing
ok "the pool is full" until_true 5 test "$wanted" = "$(pool web workers)"
invariants "after kills"
finish
