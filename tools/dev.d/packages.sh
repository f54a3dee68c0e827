# shellcheck shell=bash
# Debian packages: what is missing, and installing it.

# Names of the given lists of tools/packages.txt.
packages_of() {
	local list name command
	for list; do
		awk -v list="$list" '!/^#/ && $1 == list { print $2, $3 }' "$root/tools/packages.txt"
	done | sort -u | while read -r name command; do
		[ -n "$command" ] && command -v "$command" >/dev/null || echo "$name"
	done
}

packages_missing() {
	local names
	mapfile -t names < <(packages_of "$@")
	# One question for all names: those installed are taken off the list.
	comm -13 <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${names[@]#\?}" 2>/dev/null |
		sed -n 's/^ii *//p' | sort -u) <(printf '%s\n' "${names[@]#\?}" | sort -u) |
		while IFS= read -r name; do
			case " ${names[*]} " in *" ?$name "*) echo "?$name" ;; *) echo "$name" ;; esac
		done
}

# packages_need LIST…: installs what is missing, or says what to do.
packages_need() {
	local missing install=() name sudo=()
	command -v dpkg-query >/dev/null ||
		die "this is not a Debian system (no dpkg)." \
			"Install by hand what tools/packages.txt lists; see docs/operations.md."
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	step "Installing $(printf '%s\n' "$missing" | wc -l) Debian packages"
	printf '%s\n' "$missing" | tr '\n' ' ' | fold -s -w 88 | sed 's/^/    /; s/ *$//'
	say
	if ! is_root; then
		command -v sudo >/dev/null ||
			die "these packages are missing, and there is no sudo." \
				"Ask an administrator to run:" \
				"  apt-get install -y $(printf '%s ' $missing | tr -d '?')"
		sudo=(sudo)
		if ! sudo -n true 2>/dev/null; then
			[ -t 0 ] || die "sudo wants a password, and there is no terminal to ask." \
				"Run ./dev in a terminal, or first: sudo true"
			note "sudo may ask for your password to install them"
			sudo -v || die "sudo was refused." "Ask an administrator to run:" \
				"  apt-get install -y $(printf '%s ' $missing | tr -d '?')"
		fi
	fi
	need_disk /usr 1200
	packages_hold_daemons "${sudo[@]}"
	for name in $missing; do
		case $name in
		\?*) apt-cache show "${name#\?}" >/dev/null 2>&1 && install+=("${name#\?}") ;;
		*) install+=("$name") ;;
		esac
	done
	local output
	output=$(mktemp)
	if ! quiet "$output" apt_install "${sudo[@]}" -- "${install[@]}"; then
		packages_release_daemons "${sudo[@]}"
		rm -f "$output"
		die "the packages could not be installed (see above)." \
			"Is the network up, and does 'apt-get update' work?" \
			"Half-installed packages: dpkg --configure -a && apt-get -f install"
	fi
	rm -f "$output"
	packages_release_daemons "${sudo[@]}"
	hash -r
}

# apt_install [sudo] -- NAME…: once with the lists that are there, else after
# an update.
apt_install() {
	local sudo=()
	[ "$1" = -- ] || { sudo=("$1"); shift; }
	shift
	local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get
		-o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
	if ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 &&
		"${apt[@]}" install -y --no-install-recommends "$@"; then
		return 0
	fi
	"${apt[@]}" update || return 1
	"${apt[@]}" install -y --no-install-recommends "$@"
}

# Installing nginx or PostgreSQL must not start a web server on port 80 or make
# a cluster on port 5432 of the person's machine: we run our own, privately.
# Both files are removed again; ours carry a mark.
readonly policy_file=/usr/sbin/policy-rc.d
readonly cluster_file=/etc/postgresql-common/createcluster.d/zz-private-cluster.conf
readonly mark="made by ./dev for the time of an installation"

packages_hold_daemons() {
	packages_release_daemons "$@"
	if [ ! -e $policy_file ]; then
		printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" | "$@" tee $policy_file >/dev/null
		"$@" chmod 755 $policy_file
	fi
	if ! dpkg-query -W postgresql-common >/dev/null 2>&1; then
		"$@" mkdir -p "$(dirname $cluster_file)"
		printf '# %s\ncreate_main_cluster = false\n' "$mark" | "$@" tee $cluster_file >/dev/null
	fi
	trap 'packages_release_daemons '"$*"'; exit 130' INT TERM HUP
}

packages_release_daemons() {
	local file
	for file in $policy_file $cluster_file; do
		if [ -e "$file" ] && grep -q "$mark" "$file" 2>/dev/null; then "$@" rm -f "$file"; fi
	done
	trap - INT TERM HUP
}

# program_of PACKAGE PATH: the path of a program taken out of a Debian package that
# is not installed, since it would start a daemon. Fails when it cannot be fetched.
program_of() {
	local to=$root/var/tools/$1
	[ -x "$to/$2" ] || (
		mkdir -p "$root/var/tools" && work=$(mktemp -d "$root/var/tools/XXXXXX") && cd "$work" || exit 1
		trap 'rm -rf "$work"' EXIT
		timeout 120 apt-get -qq -o Acquire::Retries=3 download "$1" &&
			dpkg-deb -x ./*.deb tree && { [ -d "$to" ] || mv tree "$to"; }
	) >&2 || return 1
	echo "$to/$2"
}
