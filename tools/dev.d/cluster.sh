# shellcheck shell=bash
# The private PostgreSQL cluster: data in $pg_data, one socket in $run/pg, no
# TCP port, no passwords (the kernel tells who asks: peer authentication).

readonly database_name=learn

pg_bin() {
	local dir
	for dir in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
		[ -x "$dir/initdb" ] && { printf '%s\n' "$dir"; return 0; }
	done
	die "PostgreSQL's server programs are missing." "apt-get install postgresql-15"
}

cluster_make() {
	local bin next=$pg_data.new
	bin=$(pg_bin) || exit 1
	# A folder without this name never finished: it is safe to begin again.
	rm -rf "$next"
	step "Making a private PostgreSQL cluster in ${pg_data#"$root/"}"
	need_disk "$state" 400
	mkdir -m 700 "$next" && own "$pg_user" "$next"
	quiet "$log/initdb.log" as "$pg_user" "$bin/initdb" -D "$next" -U postgres -A peer -E UTF8 \
		--locale=C.UTF-8 --locale-provider=icu --icu-locale=und --data-checksums ||
		die "initdb failed (see above)." "Log: $log/initdb.log"
	rm -rf "$stamps"/database.*
	mv "$next" "$pg_data"
}

# own USER PATH…: gives files to USER; nothing when we are not root.
own() {
	local user=$1
	shift
	! is_root || chown "$user" "$@"
}

# Written at every start, so that a change here reaches an old cluster.
cluster_configure() {
	local name
	mkdir -p "$run/pg"
	own "$pg_user" "$run/pg"
	chmod 755 "$run/pg"
	cat >"$state/postgresql.conf.tmp" <<TEXT
# Written by ./dev at each start; settings of your own go to $pg_data/local.conf.
listen_addresses = ''
unix_socket_directories = '$run/pg'
unix_socket_permissions = 0777
max_connections = ${DEV_PG_CONNECTIONS:-100}
shared_buffers = 128MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 500
log_line_prefix = '%m [%p] %u %a '
log_checkpoints = off
shared_preload_libraries = 'pg_stat_statements'
fsync = ${DEV_FSYNC:-on}
include_if_exists = 'local.conf'
TEXT
	# Every name of the running system that may become a role of the database.
	{
		echo "# map   system user   role"
		for name in $(printf '%s\n' root "$pg_user" "$(id -un)" | sort -u); do
			echo "own $name postgres"
			echo "own $name db_migrate"
		done
		for name in $(printf '%s\n' root "$host_user" "$(id -un)" | sort -u); do
			for role in db_web db_auth db_pay db_slow db_jobs db_ro db_audit_w; do
				echo "own $name $role"
			done
		done
	} >"$state/pg_ident.conf.tmp"
	printf 'local all all peer map=own\n' >"$state/pg_hba.conf.tmp"
	for name in postgresql pg_ident pg_hba; do
		install_for_pg "$state/$name.conf.tmp" "$name"
	done
}

# An unchanged file stays; postgresql.conf is kept and includes ours.
install_for_pg() {
	local target=$pg_data/$2.conf
	[ "$2" != postgresql ] || target=$pg_data/dev.conf
	cmp -s "$1" "$target" || {
		cp "$1" "$target"
		own "$pg_user" "$target"
		chmod 600 "$target"
	}
	rm -f "$1"
	if [ "$2" = postgresql ] && ! grep -q "^include 'dev.conf'" "$pg_data/postgresql.conf"; then
		echo "include 'dev.conf'" >>"$pg_data/postgresql.conf"
	fi
}

cluster_pid() {
	local pid
	read -r pid 2>/dev/null <"$pg_data/postmaster.pid" || return 1
	[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$pg_data" ] && printf '%s\n' "$pid"
}

cluster_up() {
	local bin
	bin=$(pg_bin) || exit 1
	if [ -d "$pg_data" ] && [ ! -s "$pg_data/PG_VERSION" ]; then
		die "the database folder $pg_data is broken (no PG_VERSION)." \
			"./dev reset deletes it and begins again."
	fi
	if [ -s "$pg_data/PG_VERSION" ] && [ ! -x "$bin/postgres" ]; then
		die "PostgreSQL's server programs are missing." "apt-get install postgresql-15"
	fi
	[ -d "$pg_data" ] || cluster_make
	if [ "$(cat "$pg_data/PG_VERSION")" != "$("$bin/postgres" -V | sed 's/.* \([0-9]*\)\..*/\1/')" ]; then
		die "the database in $pg_data was made by PostgreSQL $(cat "$pg_data/PG_VERSION")." \
			"Install that version, or ./dev reset to begin again (data is lost)."
	fi
	cluster_configure
	if cluster_pid >/dev/null; then return 0; fi
	# Left by a machine that went down: its number may be anybody's now.
	rm -f "$pg_data/postmaster.pid" "$run/pg"/.s.PGSQL.*
	touch "$log/postgresql.log"
	own "$pg_user" "$log/postgresql.log"
	as "$pg_user" "$bin/pg_ctl" -D "$pg_data" -l "$log/postgresql.log" -w -t 60 -s start \
		>"$log/pg_ctl.log" 2>&1 </dev/null 9>&- || {
		tail -n 8 "$log/postgresql.log" | sed 's/^/    | /' >&2
		disk_full_hint "$state"
		die "PostgreSQL did not start (see above)." "Log: $log/postgresql.log"
	}
}

cluster_down() {
	local bin
	cluster_pid >/dev/null || return 0
	bin=$(pg_bin) || return 1
	as "$pg_user" "$bin/pg_ctl" -D "$pg_data" -m "${1:-fast}" -w -t 60 -s stop >>"$log/pg_ctl.log" 2>&1
}

# sql ROLE [psql ARGUMENT…]
sql() {
	local role=$1
	shift
	PGOPTIONS='' psql -X -q -h "$run/pg" -U "$role" -d "${DEV_DATABASE:-$database_name}" \
		-v ON_ERROR_STOP=1 "$@"
}
