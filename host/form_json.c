/* A JSON body as fields: scalars by name, lists of scalars as repeated names,
 * one level of objects as "a.b". Anything deeper is marked, and refused where
 * a parameter of that name is declared. */
#include <string.h>

#include "form.h"
#include "json.h"

static bool
add_scalar(struct form *f, const char *name, struct json *v)
{
	struct form_field field = { .name = name };

	switch (json_kind(v)) {
	case JSON_NULL:
		return form_add(f, field);
	case JSON_TRUE:
		field.value = "true";
		break;
	case JSON_FALSE:
		field.value = "false";
		break;
	case JSON_NUMBER:
		field.value = json_number(v);
		break;
	case JSON_STRING:
		field.value = json_text(v, "");
		break;
	default:
		field.value = "";
		field.complex = true;
	}
	field.size = strlen(field.value);
	return form_add(f, field);
}

bool
form_json(struct form *f, const char *data, size_t size)
{
	struct json *root = json_read(f->arena, data, size, NULL, 0);

	if (json_kind(root) != JSON_OBJECT)
		return false;
	for (size_t i = 0; i < json_length(root); i++) {
		const char *name = json_key(root, i);
		struct json *v = json_at(root, i);
		enum json_kind kind = json_kind(v);

		if (kind != JSON_ARRAY && kind != JSON_OBJECT) {
			if (!add_scalar(f, name, v))
				return false;
			continue;
		}
		for (size_t j = 0; j < json_length(v); j++) {
			const char *inner = kind == JSON_ARRAY ? name
			    : arena_printf(f->arena, "%s.%s", name, json_key(v, j));

			if (!add_scalar(f, inner, json_at(v, j)))
				return false;
		}
	}
	return true;
}
