#!/bin/bash
# PostgreSQL is killed and started again under load with writes; one server process
# of it is killed (F7). Meanwhile pages say so politely; nothing acknowledged is lost;
# no worker ends; all is well within three seconds of its coming back.
. "$(dirname "$0")/kit.sh"
people
# However this ends, the platform gets its database back.
trap 'accepts || pg_up; fault_end' EXIT

rounds=$(full 4 1)
away=$(full 5 1)
away_and_back() { # ROUND
	round=$1
	before=$(workers | sort)
	requests=$(pool web answered)
	get /courses
	is "round $round: a page before" "$status" 200
	writers_begin $((away + 4)) 5
	load_begin pages -c 6 -d $((away + 4)) -r 40 '/courses?q=data' /courses/fault-course-1 /api/v1/courses
	sleep 1.5
	ok "round $round: the database is killed" pg -m immediate stop

	# ---- while it is away ----
	get "/courses?q=nobody-asked-$round"
	is "round $round: a page is 503" "$status" 503
	like "with a time to come back" "$(header retry-after)" '^[0-9]+$'
	like "it is a page" "$(header content-type)" '^text/html'
	ok "and a whole one" grep -q '</html>' "$work/body"
	like "not to be kept" "$(header cache-control)" 'no-store'
	get "/api/v1/courses?q=nobody-asked-$round"
	is "the API says 503" "$status" 503
	like "with a time" "$(header retry-after)" '^[0-9]+$'
	like "as a problem document" "$(header content-type)" '^application/problem\+json'
	ok "that is JSON" jq -e '.status == 503 and (.code | length > 0)' "$work/body"
	get /courses -b "$(session learner 1)"
	is "a page for somebody signed in is 503" "$status" 503
	get /courses
	like "the page everybody sees is shown from the copy, or says 503" "$status" '^(200|503)$'
	[ "$status" = 200 ] && kept=yes || kept=no
	get /api/v1/courses -X POST
	like "what cannot be is still refused politely" "$status" '^(403|405|503)$'
	get /livez
	is "the host lives" "$status" 200
	get /static/css/error.css
	is "assets are served" "$status" 200
	sleep "$away"

	# ---- back ----
	pg_up -W
	until_true 30 accepts || echo "Bail out! the database does not start"
	began=$(now_ms)
	well=0 recovered=none
	for _ in $(seq 200); do
		get "/courses?q=back-$round-$RANDOM"
		[ "$status" = 200 ] && well=$((well + 1)) || well=0
		[ $well = 1 ] && first=$(($(now_ms) - began))
		# As many in a row as would reach every worker.
		[ $well -lt 12 ] || { recovered=$first && break; }
		sleep 0.02
	done
	figure "round $round: away $away s, pages again $recovered ms after it accepted; kept copy served: $kept"
	bar "round $round: recovered, ms after it accepts" "$recovered" most 3000
	all_up() { test "$(pool web databaseUp)" = "$(pool web workers)"; }
	load_end pages
	load_show pages
	writers_end "round $round" no-cache
	is "round $round: answers that broke off or were another failure" \
		"$(($(load_value pages failed) + $(load_value pages s500) + $(load_value pages s502) + $(load_value pages s504)))" 0
	began=$(now_ms)
	until_true 20 all_up
	bar "round $round: every worker is connected again after its load, ms" $(($(now_ms) - began)) most 3000
	is "round $round: the same workers" "$(workers | sort)" "$before"
}
for i in $(seq "$rounds"); do timely away_and_back "$i"; done

# ---- one server process ----
one_killed() {
	before=$(workers | sort)
	load_begin pages -c 6 -d "$(full 4 2)" -r 40 /courses/fault-course-1
	sleep 1
	pid=$(db -c "select pid from pg_stat_activity where usename = 'db_web' order by random() limit 1")
	# The death of one by -9 makes PostgreSQL start all of them again.
	kill -KILL "$pid"
	until_true 20 accepts
	began=$(now_ms)
	for _ in $(seq 100); do
		get "/courses?q=one-$RANDOM"
		[ "$status" != 200 ] || break
		sleep 0.02
	done
	took=$(($(now_ms) - began))
	figure "one server process killed: pages again $took ms after it accepted"
	bar "recovered, ms" "$took" most 3000
	load_end pages
	is "no answer broke off" "$(($(load_value pages failed) + $(load_value pages s500) + $(load_value pages s502)))" 0
	is "the same workers" "$(workers | sort)" "$before"
}
timely one_killed

# ---- one connection, ended politely: nobody notices ----
load_begin pages -c 6 -d "$(full 4 2)" -r 40 /courses/fault-course-1 '/courses?q=data'
for _ in 1 2 3 4 5 6 7 8; do
	db -c "select pg_terminate_backend(pid) from (select pid from pg_stat_activity
		where usename = 'db_web' order by random() limit 1) x" >/dev/null
	sleep "$(full 0.25 0.15)"
done
load_end pages
load_show pages
figure "8 connections ended under load: $(load_failed pages) of $(load_value pages replies) requests failed"
at_most "requests that failed when 8 connections were ended" "$(load_failed pages)" 8
invariants "after the database"
finish
