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
