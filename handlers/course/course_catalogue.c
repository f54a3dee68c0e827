/*
 * The catalogue: search, facets, sorting and pages, all kept in the address.
 *
 * Counts of the facets come from one small query: how many courses share each
 * combination of facets. Every figure of the page is a sum over these rows.
 * Those rows and the cards are the same for everybody and shared for a second
 * (course.sql); only the progress rings belong to the person.
 */
#include <string.h>

#include "course.h"
#include "identity/identity.h"

#define REACH_MAX 10000 /* courses one can page through; a search narrows better (K3) */
#define HITS_MAX 500    /* as many a search gives at most (course.search_words) */

static const char *const levels[] = { "BEGINNER", "INTERMEDIATE", "ADVANCED", NULL };
static const char *const prices[] = { "FREE", "PAID", NULL };
static const char *const lengths[] = { "SHORT", "MEDIUM", "LONG", NULL };
static const char *const sorts[] = { "relevance", "popular", "newest", "rating", "title", "price",
	NULL };

const struct param course_index_params[] = {
	{ "q", PARAM_LINE, .max = 100, .hint = "catalogue.search" },
	{ "category", PARAM_SLUG, .max = 80 },
	{ "level", PARAM_ENUM, .options = levels },
	{ "price", PARAM_ENUM, .options = prices },
	{ "language", PARAM_LINE, .max = 6 },
	{ "length", PARAM_ENUM, .options = lengths },
	{ "sort", PARAM_ENUM, .options = sorts },
	{ "page", PARAM_INT, .min = 1, .max = REACH_MAX, .dflt = 1 },
	{ "limit", PARAM_INT, .min = 1, .max = 100, .dflt = 20 },
	{ 0 }
};

enum facet_id { CATEGORY, LEVEL, PRICE, LANGUAGE, LENGTH, FACETS };
static const char *const facet_names[FACETS] = { "category", "level", "price", "language",
	"length" };

struct option {
	const char *value, *label;
	int64_t courses;
	struct option *next;
};

struct facets {
	const char *chosen[FACETS]; /* NULL = all */
	struct option *options[FACETS];
	/* Courses: published, hits of the term, of these with all choices, and exactly. */
	int64_t all, hits, fit, exact;
};

static const char *
cell_value(const struct catalogue_facets *cell, enum facet_id f)
{
	switch (f) {
	case CATEGORY: return cell->category;
	case LEVEL: return cell->level;
	case PRICE: return cell->free ? "FREE" : "PAID";
	case LANGUAGE: return cell->language;
	case LENGTH: return cell->length;
	case FACETS: break;
	}
	return "";
}

/* Finds or appends the option, so that options keep the order of first use. */
static struct option *
option_of(struct req *r, struct facets *all, enum facet_id f, const char *value, const char *label)
{
	struct option **end = &all->options[f];

	for (; *end != NULL; end = &(*end)->next)
		if (strcmp((*end)->value, value) == 0)
			return *end;
	*end = arena_alloc(r->arena, sizeof(**end));
	(*end)->value = value;
	(*end)->label = label != NULL ? label
	    : req_msg(r, arena_printf(r->arena, f == LEVEL ? "level.%s" : f == LANGUAGE
	    ? "language.%s" : f == PRICE ? "facet.price.%s" : "facet.length.%s", value));
	return *end;
}

/* An option counts with all other facets applied, not its own (K9): a cell
 * that misses one choice only still counts for the options of that facet. */
static void
facets_add(struct req *r, struct facets *all, const struct catalogue_facets *cell)
{
	enum facet_id missed = FACETS;
	int misses = 0;

	for (enum facet_id f = 0; f < FACETS; f++)
		if (all->chosen[f] != NULL && strcmp(all->chosen[f], cell_value(cell, f)) != 0) {
			missed = f;
			misses++;
		}
	for (enum facet_id f = 0; f < FACETS; f++) {
		struct option *o = option_of(r, all, f, cell_value(cell, f),
		    f == CATEGORY ? cell->category_title : NULL);

		if (misses == 0 || (misses == 1 && missed == f))
			o->courses += cell->courses;
	}
	all->all += cell->whole;
	all->hits += cell->courses;
	if (misses == 0) {
		all->fit += cell->courses;
		all->exact += cell->exact;
	}
}

static void
facets_count(struct req *r, struct facets *all, const struct catalogue_facets *cells, size_t n)
{
	for (size_t i = 0; levels[i] != NULL; i++)
		option_of(r, all, LEVEL, levels[i], NULL);
	for (size_t i = 0; prices[i] != NULL; i++)
		option_of(r, all, PRICE, prices[i], NULL);
	for (size_t i = 0; lengths[i] != NULL; i++)
		option_of(r, all, LENGTH, lengths[i], NULL);
	for (size_t i = 0; i < n; i++)
		facets_add(r, all, &cells[i]);
}

/* The query of a choice's address, behind "/courses" in the page: so a link
 * cannot lead elsewhere. Programs make their own from the value. */
static void
choice_link(struct req *r, struct view *item, const char *name, const char *value)
{
	const char *query;

	if (r->json)
		return;
	query = strchr(req_link(r, name, value), '?');
	view_str(item, "query", query == NULL ? "" : query);
}

/* An active filter, to be taken away by a click. */
static void
chip_view(struct req *r, struct view *chips, const char *name, const char *label)
{
	struct view *chip = view_item(chips);

	view_str(chip, "name", name);
	view_str(chip, "label", label);
	choice_link(r, chip, name, NULL);
}

static void
facet_view(struct req *r, struct view *facets, struct view *chips, const char *name,
    const char *chosen, const struct option *options)
{
	struct view *facet = view_obj(facets, name), *list = view_list(facet, "options");

	for (const struct option *o = options; o != NULL; o = o->next) {
		bool on = chosen != NULL && strcmp(chosen, o->value) == 0;
		struct view *item = view_item(list);

		view_str(item, "value", o->value);
		view_str(item, "label", o->label);
		view_int(item, "count", o->courses);
		view_bool(item, "on", on);
		choice_link(r, item, name, on ? NULL : o->value);
		if (!on)
			continue;
		view_str(facet, "label", o->label);
		chip_view(r, chips, name, o->label);
	}
}

static void
sort_view(struct req *r, struct view *v, const char *sort, bool searching)
{
	struct view *s = view_obj(v, "sort"), *options = view_list(s, "options");

	for (size_t i = searching ? 0 : 1; sorts[i] != NULL; i++) {
		const char *label = req_msg(r, arena_printf(r->arena, "sort.%s", sorts[i]));
		bool on = strcmp(sorts[i], sort) == 0;
		struct view *item = view_item(options);

		view_str(item, "value", sorts[i]);
		view_str(item, "label", label);
		view_bool(item, "on", on);
		choice_link(r, item, "sort", sorts[i]);
		if (on)
			view_str(s, "label", label);
	}
}

static void
filters_view(struct req *r, struct view *v, const struct facets *all, const char *q)
{
	struct view *chips = view_list(v, "chips"), *facets = view_obj(v, "facets");
	bool filtered = q != NULL;

	if (q != NULL)
		chip_view(r, chips, "q", arena_printf(r->arena, "\xe2\x80\x9c%s\xe2\x80\x9d", q));
	for (enum facet_id f = 0; f < FACETS; f++) {
		facet_view(r, facets, chips, facet_names[f], all->chosen[f], all->options[f]);
		filtered |= all->chosen[f] != NULL;
	}
	view_bool(v, "filtered", filtered);
}

void
course_card(struct view *list, const struct catalogue_page *row, int percent)
{
	struct view *c = course_card_view(list, &(struct course_card){ .slug = row->slug,
	    .title = row->title, .summary = row->summary, .category = row->category_title,
	    .level = row->level, .currency = row->currency, .instructor = row->instructor,
	    .price = row->price, .free = row->free, .lessons = row->lessons,
	    .minutes = row->minutes, .rating_sum = row->rating_sum,
	    .rating_count = row->rating_count, .tone = row->tone, .pattern = row->pattern });

	view_bool(c, "enrolled", percent >= 0);
	if (percent >= 0)
		view_int(c, "percent", percent);
}

/* As learning.enrolment_public counts it; -1: not enrolled. */
static int
percent_of(const struct enrolment_list *mine, size_t n, const struct catalogue_page *course)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(mine[i].course_id, course->id) == 0) {
			int64_t percent = course->required == 0 ? 0
			    : INT64_C(100) * mine[i].done / course->required;

			return percent > 100 ? 100 : (int)percent;
		}
	return -1;
}

int
course_index(struct req *r, struct view *v)
{
	const char *q = req_text(r, "q"), *sort = req_text(r, "sort");
	struct facets all = { .chosen = { req_text(r, "category"), req_text(r, "level"),
	    req_text(r, "price"), req_text(r, "language"), req_text(r, "length") } };
	const bool free = all.chosen[PRICE] != NULL && strcmp(all.chosen[PRICE], "FREE") == 0;
	const int64_t limit = req_int(r, "limit"), offset = (req_int(r, "page") - 1) * limit;
	struct catalogue_facets *cells;
	struct catalogue_page *rows;
	struct enrolment_list *mine = NULL;
	size_t n_cells, n, n_mine = 0;
	struct view *items;

	if (offset >= REACH_MAX) {
		req_field_error(r, "page", "too_large");
		return req_invalid(r);
	}
	if (q != NULL && *q == '\0')
		q = NULL; /* blanks alone */
	if (sort == NULL || (q == NULL && strcmp(sort, "relevance") == 0))
		sort = q != NULL ? "relevance" : "popular";

	sql_catalogue_facets_queue(r->db, q, &cells, &n_cells);
	sql_catalogue_page_queue(r->db, q, all.chosen[CATEGORY], all.chosen[LEVEL],
	    all.chosen[LANGUAGE], all.chosen[PRICE] != NULL ? &free : NULL, all.chosen[LENGTH], sort,
	    limit, offset, &rows, &n);
	if (r->person != NULL)
		sql_enrolment_list_queue(r->db, r->person->id, &mine, &n_mine);
	else
		req_cacheable(r, 2);
	db_flush(r->db);

	facets_count(r, &all, cells, n_cells);
	req_title(r, req_msg(r, "catalogue.title"));
	view_str(v, "q", q);
	view_bool(v, "fuzzy", q != NULL && all.fit > 0 && all.exact == 0);
	view_bool(v, "capped", q != NULL && all.hits >= HITS_MAX);
	view_int(v, "total", all.all);
	items = view_list(v, "items");
	for (size_t i = 0; i < n; i++)
		course_card(items, &rows[i], percent_of(mine, n_mine, &rows[i]));
	view_paging(v, req_int(r, "page"), limit, all.fit);
	filters_view(r, v, &all, q);
	sort_view(r, v, sort, q != NULL);
	return 200;
}

/* The front door: visitors see what there is, people go to their own home. */
int
course_front(struct req *r, struct view *v)
{
	if (r->person == NULL)
		return course_index(r, v);
	return req_see(r, "%s", identity_home(r->person->role));
}
