# shellcheck shell=bash
# ./dev fuzz [SECONDS] [NAME]: each tests/fuzz/<name>_fuzz.c (with
# LLVMFuzzerTestOneInput) is linked with the sources of the host, built by clang
# with the address and undefined behaviour sanitizers, and runs that long.
# Inputs that find something new are kept in var/fuzz/<name>/, crashes in
# var/fuzz/found/<name>/ (copy them to tests/fuzz/crash/<name>/: run each time).

cmd_fuzz() {
	local seconds=60 only='' target name failed=0 ran=0
	case ${1:-} in '' | *[!0-9]*) ;; *) seconds=$1 && shift ;; esac
	only=${1:-}
	packages_need build fuzz
	places
	build_all
	local dir=$state/fuzz
	mkdir -p "$dir/object"
	fuzz_objects "$dir" || die "the sources do not build with clang (see above)."
	for target in "$root"/tests/fuzz/*_fuzz.c; do
		[ -e "$target" ] || die "there are no fuzz targets in tests/fuzz/."
		name=$(basename "$target" _fuzz.c)
		[ -z "$only" ] || [ "$only" = "$name" ] || continue
		ran=$((ran + 1))
		fuzz_one "$dir" "$name" "$seconds" || failed=$((failed + 1))
	done
	[ $ran -gt 0 ] || die "there is no fuzz target '$only'."
	say
	say "$ran targets, $failed with findings."
	[ $failed = 0 ]
}

# The flags of the host, from its Makefile, without what only gcc knows.
fuzz_flags() {
	printf '%s\n' -std=gnu17 -g -O1 -fno-omit-frame-pointer -w -D_GNU_SOURCE \
		-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
		"-I$build" "-I$root/host" "-I$build/host" "-I$root/domain" "-I$build/domain" \
		-isystem /usr/include/ClearSilver
	pkg-config --cflags fcgi libpq json-c openssl libsodium libcurl md4c libseccomp yaml-0.1 libzip hiredis libidn2 |
		tr ' ' '\n'
}

fuzz_objects() {
	local dir=$1 file object flags=() pids=0 bad=0
	mapfile -t flags < <(fuzz_flags | grep .)
	local newest
	# shellcheck disable=SC2012
	newest=$(ls -t "$root"/host/*.h "$root"/domain/*/*.h "$build"/domain/*/*.h "$build"/host/*.h | head -n 1)
	step "Compiling with clang"
	for file in "$root"/host/*.c "$build"/host/*.sql.c "$root"/domain/*/*.c "$build"/domain/*/*.sql.c; do
		[ -e "$file" ] || continue
		case $file in */host/main.c) continue ;; esac
		object=$dir/object/$(printf '%s' "${file#"$root/"}" | tr / _).o
		[ "$object" -nt "$file" ] && [ "$object" -nt "$newest" ] && continue
		clang "${flags[@]}" -c "$file" -o "$object" || { rm -f "$object"; bad=1; } &
		pids=$((pids + 1))
		[ $((pids % $(jobs_at_once))) != 0 ] || wait
	done
	wait
	return $bad
}

fuzz_one() {
	local dir=$1 name=$2 seconds=$3 flags=() began=$SECONDS output
	mapfile -t flags < <(fuzz_flags | grep .)
	mkdir -p "$dir/$name"
	output=$dir/$name.log
	# shellcheck disable=SC2046
	clang "${flags[@]}" -fsanitize=fuzzer,address,undefined "$root/tests/fuzz/${name}_fuzz.c" \
		"$dir"/object/*.o -o "$dir/${name}_fuzz" \
		$(pkg-config --libs fcgi libpq json-c openssl libsodium libcurl md4c libseccomp yaml-0.1 libzip hiredis libidn2) \
		-lneo_cgi -lneo_cs -lneo_utl -lz -ldl -lm \
		-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup,--wrap=strndup \
		>"$output" 2>&1 || { tail -n 8 "$output"; printf 'BAD  %s does not link\n' "$name"; return 1; }
	local corpus=("$dir/$name")
	[ ! -d "$root/tests/fuzz/corpus/$name" ] || corpus+=("$root/tests/fuzz/corpus/$name")
	[ ! -d "$root/tests/fuzz/crash/$name" ] || corpus+=("$root/tests/fuzz/crash/$name")
	mkdir -p "$dir/found/$name"
	if "$dir/${name}_fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$dir/found/$name/" "${corpus[@]}" >>"$output" 2>&1; then
		printf 'ok   %-24s %s inputs, %s edges, %s s\n' "$name" \
			"$(sed -n 's/^stat::number_of_executed_units: *//p' "$output")" \
			"$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$output" | tail -n 1)" $((SECONDS - began))
	else
		printf 'BAD  %-24s see %s\n' "$name" "$output"
		grep -m 3 -E '(ERROR|runtime error|SUMMARY|timeout)' "$output" | sed 's/^/     /'
		find "$dir/found/$name" -type f | head -n 3 | sed 's/^/     input: /'
		return 1
	fi
}
