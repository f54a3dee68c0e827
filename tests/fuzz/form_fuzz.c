/* Any bytes as a form in each of its shapes; first byte chooses. What is taken
 * is valid text, and an urlencoded form survives being written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
again(struct arena *a, const struct form *f)
{
	struct buffer b;
	struct form second;

	buffer_init(&b, a, 256);
	for (size_t i = 0; i < f->n; i++)
		buffer_printf(&b, "%s%s=%s", i > 0 ? "&" : "", form_encode(a, f->fields[i].name),
		    form_encode(a, f->fields[i].value));
	form_init(&second, a);
	if (!form_urlencoded(&second, b.data, b.size) || second.n > f->n)
		abort();
	for (size_t i = 0, j = 0; i < f->n && j < second.n; i++, j++)
		if (strcmp(f->fields[i].value, second.fields[j].value) != 0)
			abort();
}

static void
parse(struct arena *a, uint8_t shape, const char *data, size_t size)
{
	struct form f;
	bool ok;

	form_init(&f, a);
	switch (shape % 4) {
	case 0:
		ok = form_urlencoded(&f, data, size);
		break;
	case 1:
		ok = form_multipart(&f, "multipart/form-data; boundary=X", data, size);
		break;
	case 2:
		ok = form_json(&f, data, size);
		break;
	default: {
		/* The header of a multipart body is foreign too. */
		char *type = arena_strndup(a, data, size < 200 ? size : 200);

		ok = form_multipart(&f, type, "--X--", 5);
	}
	}
	for (size_t i = 0; ok && i < f.n; i++) {
		if (!utf8_valid(f.fields[i].name, strlen(f.fields[i].name)))
			abort();
		if (f.fields[i].value != NULL && f.fields[i].file_name == NULL &&
		    !utf8_valid(f.fields[i].value, strlen(f.fields[i].value)))
			abort();
		if (f.fields[i].file_name != NULL && strpbrk(f.fields[i].file_name, "/\\\r\n") != NULL)
			abort();
	}
	if (ok && shape % 4 == 0 && f.n > 0)
		again(a, &f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault_frame frame;
	struct arena *a;

	if (size == 0)
		return 0;
	a = arena_new((size_t)64 << 20);
	if (!FAULT_CATCH(&frame)) {
		parse(a, data[0], (const char *)data + 1, size - 1);
		fault_leave(&frame);
	}
	arena_free(a);
	return 0;
}
