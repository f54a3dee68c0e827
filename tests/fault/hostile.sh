#!/bin/bash
# Malformed and hostile input through the web server (F30, F32 to F35): refused with a
# 4xx or taken as the text it is; never a 5xx, never a crash, never a whole request
# without an answer, and every answer with its security headers.
. "$(dirname "$0")/kit.sh"
people
for kind in learner educator admin; do
	cookie=$(session $kind 1)
	printf '%s\t%s\t%s\n' $kind "$cookie" "$(csrf "$cookie")"
done >"$work/people"
curl -s --max-time 10 -o "$work/openapi.json" "$TEST_ADDRESS/api/v1/openapi.json"
host routes --markdown >"$work/routes.md" 2>/dev/null
# What exists: a draft course of the educator, a lesson that the learner may read.
as_educator() { curl -s --max-time 10 -b "$(session educator 1)" -H "X-CSRF: $(csrf "$(session educator 1)")" "$@"; }
draft=$(as_educator -d "title=Hostile $seed" "$TEST_ADDRESS/api/v1/teach/courses" | jq -r .slug)
as_educator -o /dev/null -d 'title=One' "$TEST_ADDRESS/api/v1/teach/courses/$draft/modules"
module=$(db -c "select m.id from course.module m join course.course c on c.id = m.course_id where c.slug = '$draft' limit 1")
as_educator -o /dev/null -d 'title=First&type=TEXT' "$TEST_ADDRESS/api/v1/teach/courses/$draft/modules/$module/lessons"
lesson=$(db -c "select l.slug from course.lesson l join course.course c on c.id = l.course_id where c.slug = '$draft' limit 1")
db -v people=1 -f "$here/lessons.sql" | sed -n 's|^1 lesson /courses/\(.*\)/lessons/\(.*\)|/courses/{slug}/lessons\tslug\t\1\n/courses/{slug}/lessons\tlesson\t\2|p' |
	head -n 2 >"$work/values"
cat >>"$work/values" <<TEXT
/teach	slug	$draft
/teach	module	$module
/teach	lesson	$lesson
/teach/courses/{slug}/lessons	address	$lesson
/teach	address	$draft
/teach	code	hostile
/teach	category	$(db -c 'select id from course.category order by id limit 1')
/teach/courses/{slug}/lessons/{lesson}	version	-
/	person	$(db -c 'select person_id from identity.public_profile order by person_id limit 1')
/	zone	Africa/Johannesburg
TEXT
is "what the requests need is there" "$(awk -F '\t' '$3 == ""' "$work/values")$(awk 'END { print NR }' "$work/values")" 12
crashes=$(crash_count)
killed=$(host_status | jq '[.pools[].killed] | add')
database_log=$TEST_STATE/log/postgresql.log
log_from=$(stat -c %s "$database_log" 2>/dev/null || echo 0)

perl "$here/hostile.pl" "$place" "$work/openapi.json" "$work/routes.md" "$work/people" "$work/values" "$here/strings.txt" \
	"$(full 240 8)" "$seed" >"$work/hostile" 2>"$work/hostile.err"
grep '^#' "$work/hostile"
sed 's/^/# /' "$work/hostile.err" | head -n 5
figure "$(sed -n 's/^figure\t//p' "$work/hostile")"
for kind in "answers:whole answers" "status:no answer is a 5xx" "expected:what is malformed is refused" \
	"headers:security headers" "jump:no redirect leaves the site" "head:no header of the client's own" \
	"json:JSON is JSON" "problem:problems have a code" "html:nothing becomes a tag" "whole page:pages are whole" \
	"file:no file of the system" "template:nothing is computed" "sql:no words of the database" "slow:no sleep"; do
	line=$(grep -E "^${kind%%:*}"$'\t' "$work/hostile")
	is "${kind#*:} ($(cut -f2 <<<"$line") looked at)" "$(cut -f3 <<<"$line")" 0
done
is "nothing of the test itself failed" "$(grep -c '^died' "$work/hostile")$(head -c 100 "$work/hostile.err")" 0
is "crashes" "$(($(crash_count) - crashes))" 0
is "workers that had to be ended" "$(($(host_status | jq '[.pools[].killed] | add') - killed))" 0
is "no SQL was misread (SQLSTATE 42)" \
	"$(tail -c +$((log_from + 1)) "$database_log" | grep -Ec 'ERROR: .*(syntax error|does not exist|unterminated|permission denied)')" 0
ok "the host's log is JSON" sh -c "tail -n 3000 '$TEST_STATE/log/host.log' | jq -es . >/dev/null"

# ---- the same at the same moment ----
educator=$(session educator 1)
token=$(csrf "$educator")
draft() { # titles on stdin, all at once
	xargs -P 16 -I {} curl -s --max-time 20 -o "$work/same.{}" -w '%{http_code}\n' -b "$educator" \
		-H "X-CSRF: $token" --data-urlencode "title=At once $seed $1" "$TEST_ADDRESS/api/v1/teach/courses"
}
seq 16 | draft '' >"$work/same"
is "of 16 courses of one title at once one is made" "$(sort "$work/same" | uniq -c | xargs)" "1 201 15 409"
# Titles that differ in signs alone want the same address.
rm -f "$work"/same.*
for n in $(seq 16); do printf '%*s\n' "$n" '' | tr ' ' '!'; done | draft '{}' >"$work/same"
is "16 courses of like titles at once are made" "$(sort "$work/same" | uniq -c | xargs)" "16 201"
is "and have 16 addresses" "$(jq -r .slug "$work"/same.* | sort -u | wc -l)" 16
invariants "after hostile input"
finish
