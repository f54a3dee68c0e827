/*
 * conf_print.c: the configuration as it counts, and as documentation.
 */
#include "conf_rows.h"

#include <stdio.h>
#include <string.h>

/* Shows a value with what follows password= or stands between : and @ hidden. */
static void
masked_print(const char *value)
{
	const char *password = strstr(value, "password=");
	const char *at = strrchr(value, '@'), *scheme = strstr(value, "://");
	const char *colon = scheme ? strchr(scheme + 3, ':') : NULL;

	if (password) {
		const char *end = password + 9;

		if (*end == '\'')
			for (end++; *end && *end != '\''; end++)
				;
		end += strcspn(end, " ");
		printf("%.*s***%s", (int)(password + 9 - value), value, end);
	} else if (at && colon && colon < at)
		printf("%.*s***%s", (int)(colon + 1 - value), value, at);
	else
		printf("%s", value);
}

static void
value_print(const struct conf_row *row, const struct conf *c)
{
	const char *place = (const char *)c + row->offset, *text;
	int64_t number;
	bool flag;

	switch (row->type) {
	case CONF_INT:
		memcpy(&number, place, sizeof number);
		printf("%lld", (long long)number);
		break;
	case CONF_BOOL:
		memcpy(&flag, place, sizeof flag);
		printf("%d", flag);
		break;
	case CONF_TEXT:
	case CONF_LEVEL:
		memcpy(&text, place, sizeof text);
		masked_print(text);
		break;
	}
}

static void
markdown_print(void)
{
	const struct conf_setting *s;
	const char *value;

	printf("# Configuration\n\nMade from the table in `host/conf_rows.c` by "
	       "`fcgi-host --print-config --markdown`.\n\n"
	       "One file, `key = value`, `#` begins a comment line. An unknown key refuses to "
	       "start and names its line.\n\n| Key | Default | Meaning |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *row = &conf_rows[i];

		printf("| `%s` | ", row->key);
		if (row->dflt[0])
			printf("`%s`", row->dflt);
		printf(" | %s", row->text);
		if (row->type == CONF_INT)
			printf(" (%lld to %lld)", (long long)row->min, (long long)row->max);
		printf(" |\n");
	}
	for (size_t i = 0; (s = conf_setting_at(i, &value)); i++)
		printf("| `%s` | %s%s%s | %s |\n", s->key, s->dflt[0] ? "`" : "", s->dflt,
		    s->dflt[0] ? "`" : "", s->text);
}

void
conf_print(const struct conf *c, bool markdown)
{
	const struct conf_setting *s;
	const char *value;

	if (markdown) {
		markdown_print();
		return;
	}
	for (size_t i = 0; i < conf_row_count; i++) {
		printf("# %s\n%s = ", conf_rows[i].text, conf_rows[i].key);
		value_print(&conf_rows[i], c);
		putchar('\n');
	}
	for (size_t i = 0; (s = conf_setting_at(i, &value)); i++) {
		printf("# %s\n%s = ", s->text, s->key);
		masked_print(c->settings[i] ? c->settings[i] : s->dflt);
		putchar('\n');
	}
}
