# shellcheck shell=bash
# ./dev coverage [PART…]: a build with counters in a folder of its own, the tests
# of the parts (unit area system browser; all four when none is named) and a table
# of the lines they reach. DEV_COVERAGE_KEEP=1 adds to the counters of the run
# before, so that a long run can be made in pieces. Fails when tests fail or when
# host and areas together are below the bar (DEV_COVERAGE_BAR, 85).

cmd_coverage() {
	local bar=${DEV_COVERAGE_BAR:-85} part total
	packages_need build run test coverage
	. "$root/tools/dev.d/test.sh"
	[ $# -gt 0 ] || set -- unit area system browser
	case " $* " in *" browser "*) packages_need browser ;; esac
	places
	base=$state
	results=$base/test/coverage-$$
	# The tests and the platform find the build by this name, too.
	export DEV_BUILD=${DEV_COVERAGE_BUILD:-$base/coverage}
	build=$DEV_BUILD
	mkdir -p "$results"
	trap 'trap - EXIT; test_end; exit 130' INT TERM HUP
	trap test_end EXIT
	build_all "$build" --enable-coverage
	test_build
	[ "${DEV_COVERAGE_KEEP:-}" = 1 ] || find "$build" -name '*.gcda' -delete
	coverage_counters_open
	for part; do
		case $part in
		unit | area | system | browser) test_part "$part" all ;;
		*) die "'$part' is not a part." "Parts: unit area system browser" ;;
		esac
	done
	test_end
	trap - EXIT INT TERM HUP
	step "Lines covered"
	coverage_report
	total=$(cat "$results/total")
	perl "$root/tools/tap-summary" "$results" || die "tests failed: the table above is not the whole."
	say "$total % of the lines of host and areas; the bar is $bar %. Files: ${results#"$root/"}/coverage.html"
	awk -v total="$total" -v bar="$bar" 'BEGIN { exit !(total >= bar) }'
}

# Several users write the counters (the tests as root, the workers as the host's
# user): each file is there beforehand, empty, for all of them.
coverage_counters_open() {
	local file
	find "$build" -name '*.gcno' | while IFS= read -r file; do
		[ -e "${file%.gcno}.gcda" ] || : >"${file%.gcno}.gcda"
		chmod a+rw "${file%.gcno}.gcda"
	done
}

# One row for each folder and each file; generated code and main.c (its commands
# end in execve or in the parts that are counted) are left out.
coverage_report() {
	find "$build" -name '*.gcda' -empty -delete
	(
		cd "$build" && gcovr -r "$root" --object-directory "$build" --filter "$root/host/" \
			--filter "$root/domain/" --filter "$root/handlers/" --exclude '.*\.sql\.c$' \
			--exclude "$root/host/main.c" --html-details "$results/coverage.html" \
			--json-summary "$results/coverage.json" --gcov-ignore-parse-errors
	) >"$results/gcovr.log" 2>&1 || {
		tail -n 10 "$results/gcovr.log" >&2
		die "gcovr failed (see above)."
	}
	jq -r '.files[] | [.filename, .line_covered, .line_total] | @tsv' "$results/coverage.json" |
		sort >"$results/files.tsv"
	{
		cat "$results/files.tsv"
		echo
		awk -F '\t' '{
			sub(/\/[^\/]*$/, "", $1)
			covered[$1] += $2; lines[$1] += $3
			if (sub(/\/.*/, "", $1)) { covered[$1] += $2; lines[$1] += $3 }
		} END { for (f in lines) printf "%s\t%d\t%d\n", f, covered[f], lines[f] }' \
			"$results/files.tsv" | sort
		awk -F '\t' '$1 !~ /^domain/ { covered += $2; lines += $3 }
			END { printf "host and areas\t%d\t%d\n", covered, lines }' "$results/files.tsv"
	} | awk -F '\t' '
		NF == 3 { printf "%-44s %6d of %6d  %5.1f %%\n", $1, $2, $3, $3 ? 100 * $2 / $3 : 100 }
		NF != 3 { print "" }' | tee "$results/coverage.txt"
	awk 'END { print $(NF - 1) }' "$results/coverage.txt" >"$results/total"
}
