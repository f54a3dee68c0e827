# shellcheck shell=bash
# ./dev lint: each check says what it looked at; all run, then the sum.
# ./dev lint --write makes docs/configuration.md and docs/routes.md anew.

cmd_lint() {
	local bad=0
	lint_write=no
	[ "${1:-}" != --write ] || lint_write=yes
	packages_need build lint
	places
	lint_step "layout of C, banned functions" perl "$root/tools/lint-c" "$root" || bad=$((bad + 1))
	lint_step "borders between areas" lint_areas || bad=$((bad + 1))
	lint_step "templates" perl "$root/tools/lint-templates" "$root" || bad=$((bad + 1))
	lint_step "contrast of the colours" perl "$root/tools/lint-contrast" "$root" || bad=$((bad + 1))
	lint_step "message catalogues" lint_messages || bad=$((bad + 1))
	lint_step "documents made from tables" lint_documents || bad=$((bad + 1))
	lint_step "shell scripts (shellcheck)" lint_shell || bad=$((bad + 1))
	lint_step "white space and line ends" lint_space || bad=$((bad + 1))
	say
	if [ $bad = 0 ]; then say "Nothing to complain about."; else say "$bad checks complain."; fi
	[ $bad = 0 ]
}

lint_step() {
	local name=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	if [ $status -eq 0 ]; then
		printf 'ok   %s\n' "$name"
	else
		printf 'BAD  %s\n' "$name"
		printf '%s\n' "$output" | head -n "${LINT_LINES:-40}" | sed 's/^/     /'
	fi
	return $status
}


lint_areas() {
	local dir=
	[ ! -e "$build/host/exports.list" ] || dir=$build
	perl "$root/tools/lint-areas" "$root" ${dir:+"$dir"}
}

# Every key of the second language is one of the first, with the same {names}.
lint_messages() { perl "$root/tools/lint-messages" "$root"; }

# What the program prints of its own tables is what stands in docs/.
lint_documents() {
	local conf bad=0 name
	[ -x "$build/fcgi-host" ] || { echo "not built yet: ./dev run or make first"; return 1; }
	conf=$(mktemp)
	printf '%s\n' "development = 1" "module_dir = $build/.libs" "template_dir = $root/templates" \
		"message_dir = $root/messages" "key_file = $conf.key" >"$conf"
	(umask 077 && head -c 32 /dev/zero >"$conf.key")
	"$build/fcgi-host" --print-config --markdown >"$conf.configuration"
	"$build/fcgi-host" -c "$conf" routes --markdown >"$conf.routes" || bad=1
	for name in configuration routes; do
		[ $bad = 0 ] || break
		if [ "$lint_write" = yes ]; then cp "$conf.$name" "$root/docs/$name.md"; fi
		cmp -s "$conf.$name" "$root/docs/$name.md" || {
			echo "docs/$name.md is not what the program says: ./dev lint --write"
			bad=1
		}
	done
	rm -f "$conf" "$conf".*
	return $bad
}

lint_shell() {
	local files=()
	command -v shellcheck >/dev/null || { echo "shellcheck is missing"; return 1; }
	cd "$root" || return 1
	mapfile -t files < <(git ls-files | while IFS= read -r file; do
		[ -f "$file" ] || continue
		case $file in *.sh) echo "$file"; continue ;; esac
		head -c 32 "$file" | head -n 1 | grep -Eqa '^#!.*/(ba)?sh' && echo "$file"
	done)
	shellcheck -x -S warning "${files[@]}"
}

lint_space() {
	local bad=0
	cd "$root" || return 1
	# "-- " alone begins the signature of a mail.
	git grep -nIP '(?<!^--)[ \t]+$' -- '*.c' '*.h' '*.sql' '*.css' '*.js' '*.mjs' '*.sh' '*.cs' '*.mk' && bad=1
	git grep -nIP '\r$' -- '*.c' '*.h' '*.sql' '*.sh' 'seeds/*.tsv' && bad=1
	git grep -nIP '^ {8}' -- '*.c' '*.h' && bad=1
	return $bad
}
