/* The permission matrix, kept by each worker for a minute. */
#include <string.h>

#include "db.h"
#include "req.h"
#include "scoreboard.h"
#include "session.h"
#include "session.sql.h"

#define PERMISSION_MAX 128

static struct permission {
	enum role role;
	char name[48];
} matrix[PERMISSION_MAX];
static size_t matrix_size;
static int64_t matrix_until;

static void
matrix_fill(const struct permission_list *rows, size_t n)
{
	matrix_size = 0;
	for (size_t i = 0; i < n && matrix_size < PERMISSION_MAX; i++) {
		struct permission *p = &matrix[matrix_size];
		size_t size = strlen(rows[i].permission);

		if (size >= sizeof(p->name))
			continue;
		p->role = strcmp(rows[i].role, "ADMIN") == 0 ? ROLE_ADMIN
		    : strcmp(rows[i].role, "EDUCATOR") == 0 ? ROLE_EDUCATOR : ROLE_STUDENT;
		memcpy(p->name, rows[i].permission, size + 1);
		matrix_size++;
	}
	matrix_until = scoreboard_now() + INT64_C(60000000);
}

bool
permission_queue(struct db *db, struct permission_query *q)
{
	if (matrix_until >= scoreboard_now())
		return false;
	sql_permission_list_queue(db, &q->rows, &q->n);
	return true;
}

void
permission_take(const struct permission_query *q)
{
	matrix_fill(q->rows, q->n);
}

static void
matrix_read(struct req *r)
{
	struct permission_query q;

	if (permission_queue(r->db, &q)) {
		db_flush(r->db);
		permission_take(&q);
	}
}

bool
req_may(const struct req *r, const char *permission)
{
	if (r->person == NULL)
		return false;
	if (matrix_until < scoreboard_now())
		matrix_read(r->host != NULL ? &r->host->req : NULL);
	for (size_t i = 0; i < matrix_size; i++)
		if (matrix[i].role == r->person->role && strcmp(matrix[i].name, permission) == 0)
			return true;
	return false;
}
