#!/bin/bash
# Purchases, refunds and transfers, while workers and PostgreSQL are killed (kill -9) and the
# payment provider loses answers, answers garbage and is down: afterwards all that was
# acknowledged is there, the books agree, and every charge and refund was made at most once
# (money.md 3.7; compared with the provider's stand-in). Then two races at full speed.
. "$(dirname "$0")/kit.sh"
people
since=$(db -c 'select now()')
payers=$(full 24 8)
seconds=$(full 60 8)
courses=$(full 8 3)
db -o /dev/null -v people=64 -v courses="$courses" -f "$here/money.sql" || {
	echo "Bail out! the courses and wallets of this test could not be made"
	exit 1
}

# ---- the provider ----
webhook_secret=whsec_fault
exec 5< <(exec perl "$TEST_ROOT/tests/standin/stripe.pl" --secret $webhook_secret --seed "$seed" \
	--webhook "$TEST_ADDRESS/api/v1/webhooks/stripe")
children+=($!)
read -r -u 5 _ provider_port
provider=http://127.0.0.1:$provider_port
printf 'sk_test_fault\n' >"$work/key"
printf '%s\n' $webhook_secret >"$work/secret"
chmod 644 "$work/key" "$work/secret"
cp "$conf" "$work/host.conf.before"
{
	grep -v '^payment\.' "$work/host.conf.before"
	printf 'payment.providers = *:stripe\npayment.timeout_ms = 1500\npayment.stripe.url = %s\n' "$provider"
	printf 'payment.stripe.key_file = %s/key\npayment.stripe.webhook_secret_file = %s/secret\n' "$work" "$work"
} >"$conf"
ctl reload >"$work/reload" || {
	sed 's/^/# /' "$work/reload"
	echo "Bail out! the host did not take the provider"
	exit 1
}
told() { curl -s --max-time 10 -d "$1" "$provider/_control" >/dev/null; }
effects() { curl -s --max-time 10 "$provider/_effects" | jq -r '.lines[]'; }

# ---- killing ----
# However this ends, the platform gets its database back.
trap 'accepts || pg_up; fault_end' EXIT

killing() { # SECONDS
	local stop=$(($(now_ms) + $1 * 1000)) next_pg pid
	next_pg=$(($(now_ms) + $(full 12000 4000)))
	while [ "$(now_ms)" -lt "$stop" ]; do
		pid=$(host_status | jq -r '.workers[] | select(.pool | test("^(web|auth|pay|jobs)$")) | .pid' | shuf -n 1 --random-source=<(yes $RANDOM))
		[ -z "$pid" ] || { kill -KILL "$pid" 2>/dev/null && echo worker; }
		if [ "$(now_ms)" -gt $next_pg ]; then
			next_pg=$(($(now_ms) + $(full 15000 60000)))
			pg -m immediate stop && echo database
			pg_up
			until_true 30 accepts
		fi
		sleep 0.4
	done
}

# Everything that was begun comes to its end: retries, the sweep and the leases of the dead,
# without their pauses. A call lasts 1.5 s at most, a lease 180 s: one of four seconds is a dead one's.
none_open() { [ "$(db -c "select count(*) from payment.operation where state = 'OPEN'" 2>/dev/null)" = 0 ]; }
settled() {
	db -c "update payment.provider set open_until = null, outcomes = 0, calls = 0;
		update payment.operation set next_attempt_at = now() where state = 'OPEN' and updated_at < now() - interval '3 s';
		update host.job set locked_until = now() where state = 'RUNNING' and locked_until < now() + interval '176 s' and type like 'payment.%';
		update host.job set run_at = now() where state = 'READY' and type like 'payment.%';
		select payment.sweep(), payment.operation_add('SYNC', p.provider, p.id, null, null) from payment.payment p
		 where p.created_at >= '$since' and p.status = 'PENDING' and coalesce(p.session_reference, p.reference) is not null
		   and not exists (select from payment.operation o where o.payment_id = p.id and (o.state = 'OPEN'
		     or o.kind = 'SYNC' and o.created_at > '$over')); select pg_notify('job', '')" >/dev/null 2>"$work/settled.err"
	until_true 1 none_open || return 1
	check >/dev/null
}
check() {
	effects >"$work/effects"
	db -v since="$since" -f "$here/money_check.sql" | perl "$here/money_check.pl" "$work/history" "$work/effects"
}

: >"$work/history"
told "mode=chaos&rate=$(full 15 15)"
db -c "select pgp.email from generate_series(1, $payers) n, lateral (select 'student' || (n % 2 + 1) || '@azora.world' as email) pgp" |
	perl "$here/payer.pl" "$place" "$seconds" "$work/history" "$payers" "$courses" >"$work/payer.log" 2>&1 5<&- &
payer=$!
children+=("$payer")
sleep 1
killing $((seconds - 2)) >"$work/kills"
wait $payer
told mode=normal
over=$(db -c 'select now()')
echo "# $(sort "$work/kills" | uniq -c | tr -s ' \n' ' ')killed; $(wc -l <"$work/history") things acknowledged"
until_true 120 settled || { check; cat "$work/settled.err"; } | sed 's/^/# /'
check >"$work/check"
figure "$(grep '^#' "$work/check" | cut -c3-)"
is "what was acknowledged is there, every effect once" "$(grep -v '^#' "$work/check")" ""
at_least "things acknowledged" "$(wc -l <"$work/history")" "$(full 60 5)"
at_least "calls of the provider that failed" "$(curl -s -d mode=normal "$provider/_control" | jq .faulty)" "$(full 10 1)"
is "operations left open" "$(db -c "select count(*) from payment.operation where state = 'OPEN'")" 0

# ---- killed between the call and the posting ----
# The provider has done it and holds its answer; the worker that waits for it is killed.
provider_waits() { [ "$(curl -s --max-time 5 -d mode=look "$provider/_control" | jq .waiting)" -gt 0 ]; }
job_workers() { host_status | jq -r '.workers[] | select(.pool == "jobs") | .pid'; }
crash_between() { # NAME MATCH: then the arguments of curl that begin it
	local name=$1 match=$2
	shift 2
	told "mode=held&match=$match"
	ok "$name: begun" curl -sf -o "$work/begun" --max-time 20 "$@"
	ok "$name: the provider did it" until_true 30 provider_waits
	job_workers | xargs -r kill -KILL
	told mode=release
	ok "$name: comes to its end" until_true 60 settled
	check >"$work/check"
	is "$name: once" "$(grep -v '^#' "$work/check")" ""
}
payer=$(session learner 3)
crash_between "a page that was asked for" /v1/checkout/sessions -b "$payer" -H "X-CSRF: $(csrf "$payer")" \
	-H "Idempotency-Key: crash-$RANDOM$RANDOM" -d 'amount=77.70&currency=ZAR' "$TEST_ADDRESS/api/v1/deposit"
payment=$(jq -r .id "$work/begun")
page=$(db -c "select checkout_url from payment.payment where id = '$payment'")
curl -s -o /dev/null -d card=pm_card_visa "$page"
paid() { [ "$(db -c "select status from payment.payment where id = '$payment'")" = COMPLETED ]; }
ok "and the payment" until_true 30 paid
admin=$(session admin 1)
ok "the administrator gave the password just now" db -o /dev/null -c "update identity.session
	set auth_time = now() where token_hash = sha256(convert_to(rpad('fault-admin-1', 43, 'x'), 'UTF8'))"
crash_between "a refund" /v1/refunds -b "$admin" -H "X-CSRF: $(csrf "$admin")" -H "Idempotency-Key: crash-$RANDOM$RANDOM" \
	-d 'amount=7.70&reason=Fault+test' "$TEST_ADDRESS/api/v1/admin/payments/$payment/refund"
is "and was given back" "$(db -c "select amount_refunded from payment.payment where id = '$payment'")" 770

# ---- the races ----
# 200 purchases of one course by one person, from the wallet, each with a key of its own.
buyer=$(session learner 1)
token=$(csrf "$buyer")
race() { # COUNT BODY PATH: that many at once; prints their status codes
	local i
	for i in $(seq "$1"); do
		printf 'url = "%s/api/v1%s"\nrequest = POST\ncookie = "%s"\nheader = "X-CSRF: %s"\nheader = "Idempotency-Key: race-%s-%s"\n' \
			"$TEST_ADDRESS" "$3" "$buyer" "$token" "$RANDOM$RANDOM" "$i"
		printf 'data = "%s"\noutput = /dev/null\nwrite-out = "%%{http_code}\\n"\nmax-time = 60\nretry = 20\nretry-max-time = 60\nnext\n' "${2//KEY/race-$RANDOM-$i}"
	done | sed '$d' >"$work/race"
	curl -s --no-progress-meter -Z --parallel-max 50 -K "$work/race"
}
course=money-course-$((courses + 1))
wallet() { db -c "select coalesce(ledger.balance(a.id), 0) from ledger.account a join identity.session s on a.code = 'user:' || s.person_id || ':wallet:ZAR' where s.token_hash = sha256(convert_to(rpad('fault-learner-1', 43, 'x'), 'UTF8'))"; }
before=$(wallet)
race 200 "method=wallet" "/courses/$course/buy" >"$work/codes"
echo "# $(sort "$work/codes" | uniq -c | tr -s ' \n' ' ')"
is "of 200 purchases at once one is answered as done" "$(grep -c '^20' "$work/codes")" 1
is "and there is one" "$(db -c "select count(*) from marketplace.sale s join course.course c on c.id = s.course_id where c.slug = '$course' and s.status = 'PAID'")" 1
is "paid once" $((before - $(wallet))) 10000

# Eight times all that there is: R500.00 are R497.51 and the fee of half a percent.
ok "a wallet of R500.00" db -o /dev/null -c "select ledger.post_named('WITHDRAWAL', 'money-fault-rest:' || now(), array[a.code, 'bank:test:ZAR'],
	array[50000 - ledger.balance(a.id), ledger.balance(a.id) - 50000], null, null, null, null, null)
	from ledger.account a join identity.session s on a.code = 'user:' || s.person_id || ':wallet:ZAR'
	where s.token_hash = sha256(convert_to(rpad('fault-learner-1', 43, 'x'), 'UTF8'))" \
	-c "update identity.session set auth_time = now() where token_hash = sha256(convert_to(rpad('fault-learner-1', 43, 'x'), 'UTF8'))"
all=$(wallet)
race 8 "receiver=educator1@azora.world&currency=ZAR&amount=497.51&key=KEY-sent" /wallet/transfer/confirm >"$work/codes"
echo "# $(sort "$work/codes" | uniq -c | tr -s ' \n' ' '): all of $all minor units, eight times"
is "of eight withdrawals of all one is answered as done" "$(grep -c '^20' "$work/codes")" 1
is "nothing is left, and nothing is owed" "$(wallet)" 0

# ---- no card numbers ----
echo 'seen: 4242 4242 4242 4242' >"$work/planted"
is "the scan sees a number that was planted" "$(perl "$here/cards.pl" "$work/planted" | wc -l)" 1
is "no number of a card in logs and mails" "$(perl "$here/cards.pl" "$TEST_STATE/log" "$TEST_STATE/mail")" ""

invariants "after the money"
finish
