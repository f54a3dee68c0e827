# shellcheck shell=bash
# ./dev package: a Debian package in var/package/, and what the checkers say of it.

cmd_package() {
	local work out deb unit bad=0
	packages_need build run package
	places
	out=$state/package
	work=$out/source
	rm -rf "$work"
	mkdir -p "$work"
	step "Building the package"
	(cd "$root" && git ls-files -z --cached --others --exclude-standard |
		tar --null --ignore-failed-read -T - -cf - 2>/dev/null) | tar -C "$work" -xf -
	cp -R "$work/package/debian" "$work/debian"
	(cd "$work" && DEB_BUILD_OPTIONS="nocheck parallel=$(jobs_at_once)" \
		quiet "$out/build.log" dpkg-buildpackage -us -uc -b) ||
		die "the package does not build (see above)." "Log: $out/build.log"
	deb=$(find "$out" -maxdepth 1 -name 'azora_*.deb' -newer "$work/debian/changelog" | head -n 1)
	[ -n "$deb" ] || die "no package came out." "Log: $out/build.log"
	step "Checking the units"
	rm -rf "$out/tree"
	dpkg-deb -x "$deb" "$out/tree"
	package_units "$out/tree" || bad=1
	step "lintian"
	lintian --tag-display-limit 0 --allow-root --fail-on error "$deb" | tee "$out/lintian.log" | sed 's/^/    /'
	[ "${PIPESTATUS[0]}" = 0 ] || bad=1
	rm -rf "$work" "$out/tree"
	say
	say "$deb"
	say "Try it: tools/fresh-machine --no-test --deb $deb"
	return $bad
}

# verify wants the commands to exist: it gets the package's own tree as its root,
# with what the package depends on taken from this machine.
package_units() {
	local tree=$1 unit score bad=0
	for unit in "$tree"/lib/systemd/system/*; do
		systemd-analyze verify --man=no "$unit" 2>&1 |
			grep -v -e 'is not executable' -e 'Failed to open connection' -e '/usr/lib/systemd/' |
			grep -q . && { note "$(basename "$unit"): verify complains"; bad=1; }
	done
	for unit in "$tree"/lib/systemd/system/*.service; do
		score=$(systemd-analyze security --no-pager --offline=true "$unit" 2>/dev/null |
			sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
		note "$(basename "$unit"): exposure $score"
		awk -v s="${score:-10}" 'BEGIN { exit s <= 3 ? 0 : 1 }' || bad=1
	done
	return $bad
}
