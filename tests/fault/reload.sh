#!/bin/bash
# Reload every three seconds under load: small pages, answers of a megabyte, uploads
# and writes. Nothing fails. What is broken does not come in (F3, F4; host.md T2).
. "$(dirname "$0")/kit.sh"
people
citizen_in
seconds=$(full 60 8)
big="/citizen/big?size=1048576"
small="/citizen/big?size=1024"
token=$(csrf "$(session learner 1)")
session learner 1 >"$work/cookie"
upload="text=$(head -c 100000 /dev/zero | tr '\0' u)"

all_begin() { # SECONDS
	load_begin small -c 6 -d "$1" -r 60 "$small" /courses/fault-course-1 /api/v1/courses
	load_begin big -c 4 -d "$1" -r 8 "$big"
	load_begin upload -c 3 -d "$1" -r 8 -m POST -b "$upload" -C "$work/cookie" -H "X-CSRF: $token" \
		-H 'Content-Type: application/x-www-form-urlencoded' /api/v1/citizen/echo
}
all_end() { for name in small big upload; do load_end $name; load_show $name; done; }

under_load() {
	# ---- the same load without a reload, to compare ----
	writers_begin "$(full 10 2)" 30
	all_begin "$(full 10 2)"
	all_end
	wait "$writers_pid"
	quiet_p99=$(load_value small p99) quiet_max=$(load_value small max)
	quiet_failed=$(($(load_failed small) + $(load_failed big) + $(load_failed upload)))
	is "without reloads nothing fails" "$quiet_failed" 0

	# ---- reloads ----
	writers_begin "$seconds" 30
	all_begin "$seconds"
	reloads=0 refused=0 slowest=0 asked=$(now_ms)
	while [ $(($(now_ms) - asked)) -lt $((seconds * 1000 - 2500)) ]; do
		next=$((asked + (reloads + 1) * 3000 - 1500))
		while [ "$(now_ms)" -lt "$next" ]; do sleep 0.05; done
		# Every second time the module is another one.
		[ $((reloads % 2)) = 1 ] || citizen_build "$modules/citizen.so" "-DCITIZEN_VERSION=\"r$reloads\""
		began=$(now_ms)
		ctl reload >"$work/reload" || { refused=$((refused + 1)) && sed 's/^/# /' "$work/reload"; }
		took=$(($(now_ms) - began))
		[ $took -le $slowest ] || slowest=$took
		reloads=$((reloads + 1))
	done
	all_end
	writers_end "reload"
	failed=$(($(load_failed small) + $(load_failed big) + $(load_failed upload) + lost_calls))
	all=$(($(load_value small replies) + $(load_value big replies) + $(load_value upload replies) + written))
	figure "$failed of $all requests failed in $reloads reloads (slowest reload $slowest ms)"
	figure "small answers: p99 $((quiet_p99 / 1000)) ms without, $(($(load_value small p99) / 1000)) ms with reloads; worst $((quiet_max / 1000)) and $(($(load_value small max) / 1000)) ms: at most $((($(load_value small max) - quiet_max) / 1000)) ms added"
	at_least "reloads" "$reloads" $((seconds / 3 - 2))
	is "none was refused" "$refused" 0
	is "failed requests ($all answered)" "$failed" 0
	bar "worst answer, µs" "$(load_value small max)" most 2500000
}
timely under_load

# ---- what is broken does not come in, and nobody notices ----
refused() { # NAME REGEX
	text=$(ctl reload)
	is "$1: exit status" $? 2
	like "$1: the reason" "$text" "$2"
	like "$1: the reason in ctl status" "$(ctl status)" "^refused .*($2)"
	get "$small"
	is "$1: the old generation serves" "$status $(wc -c <"$work/body")" "200 1024"
}
load_begin small -c 4 -d "$(full 15 5)" -r 30 "$small" /courses/fault-course-1
generation=$(host_status | jq .generation)
cp "$modules/citizen.so" "$work/good.so"
citizen_build "$modules/citizen.so" -DCITIZEN=4
refused "a module whose self-test crashes" citizen
printf 'not a module' >"$modules/citizen.so"
refused "a file that is no module" citizen
cp "$work/good.so" "$work/new.so" && mv "$work/new.so" "$modules/citizen.so"

cp "$conf" "$work/host.conf.good"
cp -r "$(sed -n 's/^template_dir *= *//p' "$conf")" "$work/templates"
chmod -R a+rX "$work/templates"
printf '<?cs if:page.title ?>no end' >"$work/templates/course/show.cs"
sed -i "s|^template_dir *=.*|template_dir = $work/templates|" "$conf"
refused "a broken template" 'course/show'
cp "$work/host.conf.good" "$conf"
echo 'nonsense = 1' >>"$conf"
# The command itself reads the file; the signal goes past it.
kill -HUP "$(cat "$TEST_RUN/host.pid")"
shown() { ctl_good status | grep -Eq 'refused .*line [0-9]+: unknown key'; }
ctl_good() { "$binary" -c "$work/host.conf.good" ctl "$@"; }
ok "a broken configuration by signal: the reason in ctl status" until_true 5 shown
text=$(ctl_good reload 2>&1)
is "a broken configuration: exit status" $? 2
like "a broken configuration: the line" "$text" 'line [0-9]+: unknown key'
cp "$work/host.conf.good" "$conf"
is "the generation is the same" "$(host_status | jq .generation)" "$generation"
ok "and the mended one is taken" host ctl reload
ok "as a new generation" test "$(host_status | jq .generation)" -gt "$generation"
load_end small
is "no request failed meanwhile ($(load_value small replies) answered)" "$(load_failed small)" 0
single() { test 1 = "$(find "$TEST_RUN" -maxdepth 1 -name 'gen-*' | wc -l)"; }
ok "old generations leave nothing behind" until_true 15 single
# The self-test that crashed wrote its report, as it should.
crash_files_before=$(crash_files)
invariants "after reloads"
finish
