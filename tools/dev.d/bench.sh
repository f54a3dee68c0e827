# shellcheck shell=bash
# ./dev bench [--json]: starts a platform of its own with the limits of a busy
# site and hands over to bench/run.

cmd_bench() {
	[ -x "$root/bench/run" ] || die "bench/run is not part of this checkout."
	packages_need build run bench
	. "$root/tools/dev.d/test.sh"
	places
	base=$state
	results=$base/bench/$(date +%m%d-%H%M%S)-$$
	mkdir -p "$results"
	trap 'trap - EXIT; test_end; exit 130' INT TERM HUP
	trap test_end EXIT
	build_all >&2
	test_with_platform bench "$root/bench/run" "$@"
	local status=$?
	test_end
	trap - EXIT INT TERM HUP
	[ ! -e "$results/bench/set-up.tap" ] || die "the platform for the benchmark did not start."
	return $status
}
