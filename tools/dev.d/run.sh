# shellcheck shell=bash
# run, stop, status, reload, logs, psql, reset, import.

cmd_run() {
	local detach=no began=$SECONDS
	port='' tls_wanted=no
	while [ $# -gt 0 ]; do
		case $1 in
		--port) port=${2:-} && shift ;;
		--port=*) port=${1#*=} ;;
		--detach | -d) detach=yes ;;
		--tls) tls_wanted=yes ;;
		*) die "run does not know '$1'." "usage: ./dev run [--port N] [--detach] [--tls]" ;;
		esac
		[ $# -gt 0 ] && shift
	done
	packages_need build run
	places
	lock
	if serve_running; then
		if [ -n "$port" ] && [ "$port" != "$(state_of port)" ]; then
			die "it already runs on port $(state_of port)." "./dev stop first."
		fi
		say "Already running: $(state_of address)   (./dev reload takes changes, ./dev stop ends it)"
		return 0
	fi
	serve_down
	[ -n "$port" ] || port=8080
	port_check
	if [ $tls_wanted = yes ]; then address=https://localhost:$port; else address=http://127.0.0.1:$port; fi
	platform_up
	unlock
	announce $((SECONDS - began))
	[ $detach = yes ] || attend
}

# Everything between a checkout and a running platform, in order. Needs places,
# port, address and tls_wanted.
platform_up() {
	build_all
	code_places
	folders
	cluster_up
	host_configure
	database_up
	database_seed
	nginx_configure
	demo_accounts
	step "Starting"
	printf 'port %s\naddress %s\ntls %s\n' "$port" "$address" "$tls_wanted" >"$state/running"
	serve_up
	serve_wait
}

platform_down() {
	serve_down
	cluster_down
	rm -f "$state/running"
}

serve_running() {
	host_pid >/dev/null && nginx_pid >/dev/null && cluster_pid >/dev/null
}

state_of() { awk -v key="$1" '$1 == key { print $2 }' "$state/running" 2>/dev/null; }

# The persons of seeds/people.tsv, for people and for tests.
demo_accounts() {
	[ -e "$root/seeds/people.tsv" ] || return 0
	{
		printf 'email\tpassword\trole\n'
		awk -F '\t' '!/^#/ && NF >= 3 { print $1 "\t" $2 "\t" $3 }' "$root/seeds/people.tsv"
	} | write "$state/demo-accounts.tsv"
}

announce() {
	say
	say "Ready after $1 s:  $address"
	if [ -s "$state/demo-accounts.tsv" ]; then
		say
		say "Demo accounts (also in ${state#"$root/"}/demo-accounts.tsv):"
		head -n 12 "$state/demo-accounts.tsv" |
			awk -F '\t' '$1 != "email" { printf "    %-36s %-22s %s\n", $1, $2, $3 }'
	fi
	say
}

# Foreground: until Ctrl-C or until a part ends by itself.
attend() {
	local ended=
	say "Ctrl-C stops everything.  Logs: ./dev logs -f"
	trap 'ended=asked' INT TERM HUP
	while [ -z "$ended" ]; do
		sleep 0.5 || true
		[ -n "$ended" ] && break
		[ -s "$state/running" ] || { trap - INT TERM HUP; say "Stopped by another ./dev."; return 0; }
		host_pid >/dev/null || ended="the host"
		nginx_pid >/dev/null || ended="nginx"
		cluster_pid >/dev/null || ended="the database"
	done
	# A second ./dev stop or restart may hold the lock; ours is the one to end.
	lock
	trap '' INT TERM HUP
	say
	step "Stopping"
	platform_down
	trap - INT TERM HUP
	unlock
	[ "$ended" = asked ] || die "$ended ended by itself." "Logs: $log"
}

cmd_stop() {
	places
	lock
	if ! host_pid >/dev/null && ! nginx_pid >/dev/null &&
		! cluster_pid >/dev/null; then
		platform_down
		say "Nothing runs here."
		return 0
	fi
	platform_down
	say "Stopped."
}

cmd_status() {
	local part pid bad=0
	places
	for part in database host nginx; do
		case $part in
		database) pid=$(cluster_pid) ;;
		host) pid=$(host_pid) ;;
		nginx) pid=$(nginx_pid) ;;
		esac
		if [ -n "$pid" ]; then
			printf '%-10s runs (pid %s)\n' $part "$pid"
		else
			printf '%-10s stopped\n' $part
			bad=3
		fi
	done
	if [ $bad = 0 ]; then
		printf '%-10s %s\n' address "$(state_of address)"
		printf '%-10s %s\n' ready "$(fetch "$(state_of address)/readyz" | head -c 200)"
		printf '%-10s %s\n' files "$state"
		! is_root || printf '%-10s workers and nginx as %s, database as %s\n' users "$host_user" "$pg_user"
	fi
	return $bad
}

cmd_reload() {
	places
	lock
	serve_running || die "nothing runs here." "./dev run starts it."
	port=$(state_of port)
	address=$(state_of address)
	tls_wanted=$(state_of tls)
	build_all
	code_places
	host_configure
	database_up
	nginx_configure
	host ctl reload || die "the host kept its old generation (see above)." "Log: $log/host.log"
	kill -HUP "$(nginx_pid)"
	say "Reloaded."
}

cmd_logs() {
	local follow=() file names=()
	places
	if [ "${1:-}" = -f ]; then
		follow=(-F)
		shift
	fi
	case ${1:-all} in
	host) names=(host.log host.out) ;;
	nginx) names=(nginx-error.log nginx.out) ;;
	access) names=(access.log) ;;
	database) names=(postgresql.log) ;;
	all) names=(host.log host.out nginx-error.log postgresql.log) ;;
	*) die "logs knows host, nginx, access and database." ;;
	esac
	local files=()
	for file in "${names[@]}"; do [ ! -e "$log/$file" ] || files+=("$log/$file"); done
	[ ${#files[@]} -gt 0 ] || die "there are no logs yet in $log."
	exec tail -n 40 "${follow[@]}" "${files[@]}"
}

cmd_psql() {
	local role=postgres
	places
	if [ "${1:-}" = --role ]; then
		role=${2:-}
		shift 2
	fi
	cluster_pid >/dev/null || die "the database does not run." "./dev run starts it."
	exec psql -h "$run/pg" -U "$role" -d $database_name "$@"
}

cmd_reset() {
	local answer
	places
	if [ "${1:-}" != --yes ]; then
		[ -t 0 ] || die "reset deletes the database and all uploaded files." "./dev reset --yes"
		read -r -p "Delete the database, mails and uploaded files in $state? [y/N] " answer
		case $answer in y | Y | yes) ;; *) die "nothing was deleted." ;; esac
	fi
	lock
	platform_down
	rm -rf "$pg_data" "$pg_data.new" "$stamps" "$state/mail" "$state/protected" "$state/key" \
		"$state/nginx" "$state/assets" "$state/code" "$state/demo-accounts.tsv" "$run/pg"
	say "Deleted. ./dev run begins anew."
}

cmd_import() {
	local path=${1:-}
	[ -n "$path" ] || die "usage: ./dev import PATH [--owner EMAIL] [--publish]"
	[ -e "$path" ] || die "$path does not exist."
	path=$(readlink -f "$path")
	shift
	places
	cluster_pid >/dev/null || die "the database does not run." "./dev run --detach starts it."
	code_places
	host import "$@" "$path"
	local status=$?
	own_stored
	return $status
}

ledger_there() {
	places
	cluster_pid >/dev/null || die "the database does not run." "./dev run starts it."
	[ "$(sql postgres -Atc "select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = 'ledger' and p.proname = 'check_books'")" != 0 ] ||
		die "there is no ledger yet in this database (schema ledger, function check_books)."
}

# Every rule over everything; --new: what came since the last run. Fails when one is broken.
cmd_ledger_check() {
	local call=check_books found
	[ "${1:-}" != --new ] || call=check_new
	ledger_there
	found=$(sql postgres -AtF ' ' -c "select rule, subject, detail from ledger.$call()") || return 1
	if [ -n "$found" ]; then
		printf '%s\n' "$found"
		die "the books do not agree."
	fi
	say "The books agree: $(sql postgres -Atc "select (select count(*) from ledger.txn) || ' transactions, '
		|| (select count(*) from ledger.account) || ' accounts'")."
}

# The journal for hledger, on standard output.
cmd_ledger_export() {
	ledger_there
	sql postgres -Atc 'select ledger.journal()'
}
