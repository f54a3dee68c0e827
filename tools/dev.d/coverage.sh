# shellcheck shell=bash
# ./dev coverage: builds with counters in a folder of its own, runs the C tests
# there and prints a table per file. Fails when host and areas together are below
# the bar. DEV_COVERAGE_ALL=1 also runs the system tests against that build.

cmd_coverage() {
	local bar=${DEV_COVERAGE_BAR:-85} total
	packages_need build run test coverage
	. "$root/tools/dev.d/test.sh"
	places
	base=$state
	build=${DEV_COVERAGE_BUILD:-$state/coverage}
	results=$base/test/coverage-$$
	mkdir -p "$results"
	build_all "$build" --enable-coverage
	find "$build" -name '*.gcda' -delete
	test_build
	test_part unit all
	test_part area all
	if [ "${DEV_COVERAGE_ALL:-}" = 1 ]; then
		test_part system all
		build=${DEV_COVERAGE_BUILD:-$base/coverage}
	fi
	step "Lines covered"
	(
		cd "$build" && gcovr -r "$root" --object-directory "$build" --filter "$root/host/" \
			--filter "$root/domain/" --filter "$root/handlers/" --exclude '.*\.sql\.c$' \
			--exclude "$root/host/main.c" --txt "$results/coverage.txt" \
			--html-details "$results/coverage.html" --json-summary "$results/coverage.json" \
			--gcov-ignore-parse-errors
	) >"$results/gcovr.log" 2>&1 || {
		tail -n 10 "$results/gcovr.log" >&2
		die "gcovr failed (see above)."
	}
	cat "$results/coverage.txt"
	total=$(sed -n 's/.*"line_percent": *\([0-9]*\).*/\1/p' "$results/coverage.json" | tail -n 1)
	perl "$root/tools/tap-summary" "$results" || die "tests failed: the table above is not the whole."
	say "$total % of the lines; the bar is $bar %. Details: $results/coverage.html"
	[ "$total" -ge "$bar" ]
}
