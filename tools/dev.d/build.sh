# shellcheck shell=bash
# Building: autoreconf and configure when their inputs changed, then make.

jobs_at_once() { printf '%s\n' "${DEV_JOBS:-$(nproc 2>/dev/null || echo 1)}"; }

# build_all [DIR [CONFIGURE ARGUMENT…]]
build_all() {
	local dir=${1:-$build} want
	[ $# -gt 0 ] && shift
	mkdir -p "$dir" || die "cannot write to $dir." "Set DEV_BUILD to a folder of yours."
	[ -w "$dir" ] || die "$dir belongs to $(stat -c %U "$dir"), not to $(id -un)." \
		"It was made by another user (sudo?). Remove it, or set DEV_BUILD."
	need_disk "$dir" 300
	# Two runs may build in the same folder: one after the other.
	(
		flock -w 900 8 || die "another build in $dir does not end."
		build_locked "$dir" "$@"
	) 8>"$dir/.lock" || exit 1
}

build_locked() {
	local dir=$1 want began=$SECONDS
	shift
	want=$(hash_files "$root/configure.ac" "$root/Makefile.am" "$root"/*/local.mk \
		"$root"/handlers/*/local.mk)
	if [ ! -x "$root/configure" ] || [ "$(cat "$root/build-aux/.stamp" 2>/dev/null)" != "$want" ]; then
		step "Preparing the build (autoreconf)"
		(
			flock -w 300 7
			quiet "$dir/bootstrap.log" "$root/bootstrap"
		) 7>"$root/.bootstrap.lock" || die "autoreconf failed (see above)." "Log: $dir/bootstrap.log"
		rm -f "$root/.bootstrap.lock"
		printf '%s\n' "$want" >"$root/build-aux/.stamp"
	fi
	# What configure looks for and does without: when it comes later, it looks again.
	want="$want $* $(pkg-config --modversion criterion 2>/dev/null)"
	if [ ! -f "$dir/Makefile" ] || [ "$(cat "$dir/.configured" 2>/dev/null)" != "$want" ]; then
		step "Configuring"
		(cd "$dir" && quiet "$dir/configure.log" "$root/configure" "$@") ||
			die "configure failed (see above)." "Log: $dir/configure.log"
		printf '%s\n' "$want" >"$dir/.configured"
	fi
	# automake leaves an unchanged config.h older than its stamp, for which "all"
	# would have work for ever; when configure must run again is known from above.
	if ! make -q -o config.h -C "$dir" all-am >/dev/null 2>&1; then
		step "Building"
		quiet "$dir/make.log" make -C "$dir" -j "$(jobs_at_once)" all || {
			grep -E '(error|undefined reference|No rule to make)' "$dir/make.log" | head -n 20 >&2
			die "the build failed (see above)." "Log: $dir/make.log"
		}
		note "built in $((SECONDS - began)) s"
	fi
}

# Where modules, templates and the rest are read from: the checkout itself when
# the host's user can, else a copy below the state folder.
code_places() {
	modules=$build/.libs
	templates=$root/templates
	messages=$root/messages
	helpers=$root/tools/helpers
	document=$build/document-pdf
	host_binary=$build/fcgi-host
	if is_root && ! code_readable; then
		stage_code
	fi
	stage_static
}

code_readable() {
	local path
	for path in "$modules" "$templates" "$messages" "$host_binary" "$document"; do
		as "$host_user" test -r "$path" || return 1
	done
	! find "$templates" "$messages" "$modules" -maxdepth 2 ! -perm -o=r -print -quit 2>/dev/null |
		grep -q .
}

stage_code() {
	local next=$state/code.new
	rm -rf "$next"
	mkdir -p "$next/modules" "$next/helpers"
	cp "$modules"/*.so "$next/modules/" 2>/dev/null
	cp -R "$templates" "$next/templates"
	cp -R "$messages" "$next/messages"
	[ ! -d "$helpers" ] || cp -R "$helpers/." "$next/helpers/"
	cp "$host_binary" "$next/fcgi-host"
	cp "$document" "$next/document-pdf"
	chmod -R a+rX "$next"
	rm -rf "$state/code.old"
	[ ! -e "$state/code" ] || mv "$state/code" "$state/code.old"
	mv "$next" "$state/code"
	rm -rf "$state/code.old"
	modules=$state/code/modules
	templates=$state/code/templates
	messages=$state/code/messages
	helpers=$state/code/helpers
	document=$state/code/document-pdf
	host_binary=$state/code/fcgi-host
}

# Static files with hashed names and compressed copies.
stage_static() {
	local want
	want=$(find "$root/static" "$root/nginx/error.css" "$root/tools/build-assets" -type f \
		-exec sha256sum {} + 2>/dev/null | sort | sha256sum)
	if ! stamped static "$want" || [ ! -d "$state/assets/static" ]; then
		rm -rf "$state/assets.new"
		mkdir -p "$state/assets.new"
		# Pages that are open still ask for the files of the last build.
		[ ! -d "$state/assets" ] || cp -a "$state/assets/." "$state/assets.new/"
		sh "$root/tools/build-assets" "$root/static" "$state/assets.new/static" >"$log/assets.log" 2>&1 ||
			die "the static files could not be prepared." "Log: $log/assets.log"
		mkdir -p "$state/assets.new/static/css"
		cp "$root/nginx/error.css" "$state/assets.new/static/css/error.css"
		chmod -R a+rX "$state/assets.new"
		rm -rf "$state/assets"
		mv "$state/assets.new" "$state/assets"
		stamp static "$want"
	fi
}
