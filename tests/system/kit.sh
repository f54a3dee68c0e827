# shellcheck shell=bash
# What the system tests share: TAP, and requests to the platform of this run.
# Source it, call ok/is/like, and end with `finish`. TEST_ADDRESS, TEST_STATE,
# TEST_RUN, TEST_ROOT and TEST_BUILD come from ./dev test.
set -u
: "${TEST_ADDRESS:?run this through ./dev test}"
tests=0 failures=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Nothing is proved by a platform that does not answer.
[ "$(curl -sk --max-time 20 -o /dev/null -w '%{http_code}' "$TEST_ADDRESS/livez")" = 200 ] || {
	echo "Bail out! $TEST_ADDRESS does not answer"
	exit 1
}

# ok NAME COMMAND…: passes when the command does.
ok() {
	local name=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$work/ok" 2>&1; then
		echo "ok $tests - $name"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $name"
		head -n 5 "$work/ok" | sed 's/^/# /'
	fi
}

is() {
	tests=$((tests + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tests - $1"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $1"
		printf '# found:  %s\n# wanted: %s\n' "$(printf %s "$2" | head -c 300)" "$3"
	fi
}

# like NAME TEXT EXTENDED-REGEX
like() {
	tests=$((tests + 1))
	if printf '%s' "$2" | grep -Eqi -- "$3"; then
		echo "ok $tests - $1"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $1"
		printf '# found:  %s\n# wanted: /%s/\n' "$(printf %s "$2" | head -c 300)" "$3"
	fi
}

unlike() {
	tests=$((tests + 1))
	if printf '%s' "$2" | grep -Eqi -- "$3"; then
		failures=$((failures + 1))
		echo "not ok $tests - $1"
		printf '# found:  %s\n# unwanted: /%s/\n' "$(printf %s "$2" | head -c 300)" "$3"
	else
		echo "ok $tests - $1"
	fi
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

# timely FUNCTION [ARGUMENT…]: bars on times. The function measures everything that is
# compared, both sides of a ratio, and says what must hold with `bar`. Another program
# may have had the machine meanwhile: what misses is measured again, up to three times,
# and fails when every try missed. Counts (of failures, losses, crashes) are no bars: the
# function checks them in every try with ok and is.
timely() {
	local try name
	declare -gA bar_held=() bar_found=() bar_wanted=()
	bar_names=()
	for try in 1 2 3; do
		bars_missed=0
		"$@"
		[ $bars_missed != 0 ] || break
		[ $try = 3 ] || echo "# $bars_missed missed at try $try, measured again"
	done
	for name in "${bar_names[@]}"; do
		ok "$name: ${bar_found[$name]} ${bar_wanted[$name]}" test "${bar_held[$name]}" = yes
	done
}

# bar NAME NUMBER most|least LIMIT; what is no number misses.
bar() {
	[ -n "${bar_held[$1]:-}" ] || bar_names+=("$1")
	[ "${bar_held[$1]:-no}" = no ] || return 0
	bar_held[$1]=no
	bar_wanted[$1]="$([ "$3" = most ] && echo ≤ || echo ≥) $4"
	bar_found[$1]="${bar_found[$1]:+${bar_found[$1]}, then }$2"
	if awk -v a="$2" -v b="$4" -v how="$3" \
		'BEGIN { exit !(a + 0 == a && (how == "most" ? a <= b : a >= b)) }'; then
		bar_held[$1]=yes
	else
		bars_missed=$((bars_missed + 1))
	fi
}

# get PATH [curl ARGUMENT…]: sets status, head (header lines) and body.
get() {
	local path=$1
	shift
	status=$(curl -sk --max-time 20 -o "$work/body" -D "$work/head" -w '%{http_code}' "$@" \
		"$TEST_ADDRESS$path")
	[ "$status" != 000 ] || : >"$work/body"
	head=$(tr -d '\r' <"$work/head")
	body=$(tr -d '\0' <"$work/body")
}

header() { printf '%s\n' "$head" | sed -n "s/^$1: //Ip" | head -n 1; }

finish() {
	echo "1..$tests"
	exit $((failures > 0))
}
