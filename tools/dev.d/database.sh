# shellcheck shell=bash
# The database in the cluster: made, migrated, seeded. Stamps remember what was
# done, so that a second start asks nothing.

database_up() {
	local want
	want=$(hash_files "$root/sql/bootstrap.sql")
	if ! stamped database.bootstrap "$want"; then
		step "Making the database"
		if ! DEV_DATABASE=postgres sql postgres -Atc \
			"select 1 from pg_database where datname = '$database_name'" | grep -q 1; then
			DEV_DATABASE=postgres sql postgres -c "create database $database_name" ||
				die "the database could not be made (see above)."
		fi
		quiet "$log/bootstrap-sql.log" sql postgres -f "$root/sql/bootstrap.sql" ||
			die "sql/bootstrap.sql failed (see above)." "./dev reset begins again."
		stamp database.bootstrap "$want"
	fi
	want=$(hash_files "$root"/sql/[0-9]*.sql)
	if ! stamped database.migrations "$want"; then
		step "Migrating"
		quiet "$log/migrate.log" host migrate --dir "$root/sql" ||
			die "a migration failed (see above)." \
				"Mend the file and try again; in development ./dev reset begins again."
		stamp database.migrations "$want"
	fi
}

# The demo world. Every part may be run again: rows are found by their codes.
database_seed() {
	local want part course
	want=$(find "$root/seeds" -type f -exec sha256sum {} + 2>/dev/null | sort | sha256sum)
	stamped database.seeds "$want" && return 0
	step "Seeding"
	: >"$log/seed.log"
	for part in "$root"/seeds/*.sql; do
		[ -e "$part" ] || continue
		note "$(basename "$part")"
		seed_part sql db_migrate -1 -f "$part"
	done
	if [ -e "$root/seeds/people.tsv" ]; then
		note "people"
		seed_part host seed people "$root/seeds/people.tsv"
	fi
	if [ -e "$root/seeds/skills.tsv" ]; then
		note "skills"
		seed_part host seed skills "$root/seeds/skills.tsv"
	fi
	for course in "$root"/seeds/courses/*/; do
		[ -e "$course/course.json" ] || continue
		if ! host help 2>/dev/null | grep -q '^  import '; then
			note "this build has no import: the courses are left out"
			return 0
		fi
		note "course $(basename "$course")"
		seed_part host import --seed "${course%/}"
	done
	note "enrolments"
	seed_part host seed world
	own_stored
	stamp database.seeds "$want"
}

seed_part() {
	"$@" >>"$log/seed.log" 2>&1 </dev/null || {
		tail -n 15 "$log/seed.log" | sed 's/^/    | /' >&2
		disk_full_hint "$state"
		die "seeding failed (see above)." "Log: $log/seed.log"
	}
}

# What we stored as root belongs to the workers, which write there too.
own_stored() { own -R "$host_user" "$state/protected" "$state/mail"; }
