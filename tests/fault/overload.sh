#!/bin/bash
# Three times more than we can do, open loop (F36; host.md T12): good work goes on at
# 85 % of the capacity of this run, every answer is a whole one, a refusal says when to
# come back, and all is well within five seconds afterwards.
. "$(dirname "$0")/kit.sh"
people
citizen_in
for i in $(seq 64); do session learner $i && echo; done >"$work/cookies"

# overload NAME PATH CLIENTS, measured by timely: capacity by a closed loop before and after, 3 × between.
overload() {
	local name=$1 path=$2 clients=$3 capacity after rate good refused whole
	load_begin before -c 16 -d "$(full 8 2)" -C "$work/cookies" "$path"
	load_end before
	capacity=$(load_value before per_second)
	rate=$(awk -v c="$capacity" 'BEGIN { printf "%d", 3 * c }')
	load_begin over -g 20 -c "$clients" -d "$seconds" -r "$rate" -C "$work/cookies" "$path"
	# What refusals say, while it lasts.
	sleep $((seconds / 2))
	rm -f "$work"/probe.*
	seq 60 | xargs -P 30 -I {} curl -s --max-time 15 -o "$work/probe.{}.body" -D "$work/probe.{}.head" \
		-b "$(session learner 1)" -w '%{http_code} %{time_total}\n' "$TEST_ADDRESS$path" \
		>"$work/probes" 2>/dev/null
	live=$(curl -s -o /dev/null -w '%{http_code} %{time_total}' --max-time 5 "$TEST_ADDRESS/livez")
	load_end over
	load_show over
	began=$(now_ms)
	well=0 recovered=none
	for _ in $(seq 300); do
		get "$path" -b "$(session learner 2)"
		[ "$status" = 200 ] && well=$((well + 1)) || well=0
		[ $well -lt 10 ] || { recovered=$(($(now_ms) - began)) && break; }
	done
	load_begin after -c 16 -d "$(full 8 2)" -C "$work/cookies" "$path"
	load_end after
	after=$(load_value after per_second)
	good=$(awk -v n="$(load_value over in_time)" -v s="$seconds" 'BEGIN { printf "%.1f", n / s }')
	refused=$(($(load_value over s503) + $(load_value over s429)))
	whole=$(($(load_value over replies) - $(load_value over s200) - refused))
	figure "$name: capacity $capacity/s before, $after/s after; asked $rate/s; good $good/s ($(ratio "$good" "$capacity") × before, $(ratio "$good" "$after") × after), $refused refused, p99 of all answers $(($(load_value over p99) / 1000)) ms"
	figure "$name: normal again after $recovered ms"
	# The machine may have given us less at one time than at another: the smaller of
	# both capacities counts.
	bar "$name: goodput of 3 × overload" "$(ratio "$good" "$(awk -v a="$capacity" -v b="$after" 'BEGIN { print a < b ? a : b }')")" least 0.85
	is "$name: answers that broke off or never came" "$(load_value over failed)" 0
	is "$name: answers that are neither 200 nor 503 nor 429" "$whole" 0
	[ $refuses = perhaps ] || ok "$name: some were refused" test "$refused" -gt 0
	impolite=0 refusals=0
	for file in "$work"/probe.*.head; do
		grep -Eq '^HTTP/1.1 (503|429)' "$file" || continue
		refusals=$((refusals + 1))
		grep -Eqi '^retry-after: [0-9]+' "$file" && grep -Eq '</h1>|"code":"' "${file%head}body" ||
			impolite=$((impolite + 1))
	done
	figure "$name: of 60 single requests $refusals were refused, slowest of the others $(awk '$1 == 200 && $2 > m { m = $2 } END { print m + 0 }' "$work/probes") s"
	is "$name: refusals that say not when to come back" "$impolite" 0
	[ $refuses = perhaps ] || ok "$name: such refusals were seen" test "$refusals" -gt 0
	like "$name: /livez answered meanwhile" "$live" '^200 '
	bar "$name: normal again, ms" "$recovered" most 5000
}

seconds=$(full 60 6)
# Workers that wait for something slow, without using the processor: the host is the
# limit, and must refuse.
refuses=yes
timely overload waiting '/citizen/wait?ms=25' "$(full 2000 1200)"
if [ "$plan" = all ]; then
	# Cheap pages, for people who are signed in: here the machine and the web server are
	# the limit, and nobody may need to be refused.
	refuses=perhaps
	timely overload pages '/courses?q=data&sort=title' 2000
	timely overload api /api/v1/courses 2000
fi
# ---- equal requests for a page that is not kept do not wait for each other ----
equal() {
	load_begin equal -c 16 -d "$(full 5 2)" -r 60 /signin
	load_end equal
	load_show equal
	is "sign-in pages: nothing fails" "$(load_failed equal)" 0
	bar "sign-in pages, 60 a second: p90, µs" "$(load_value equal p90)" most 300000
}
timely equal
invariants "after overload"
finish
