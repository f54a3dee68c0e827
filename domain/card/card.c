/* card.c: see card.h. */
#include "card/card.h"

#define RATINGS_LEAST 3 /* fewer say too little about a course, and much about who gave them */

void
course_rating_view(struct view *v, int32_t sum, int32_t count)
{
	/* One to five stars, in tenths. */
	static const char texts[51][4] = {
#define TENTHS(n) n ".0", n ".1", n ".2", n ".3", n ".4", n ".5", n ".6", n ".7", n ".8", n ".9"
		TENTHS("0"), TENTHS("1"), TENTHS("2"), TENTHS("3"), TENTHS("4"), "5.0"
#undef TENTHS
	};
	int32_t tenths = count < RATINGS_LEAST ? 0 : (sum * 10 + count / 2) / count;

	view_str(v, "rating", tenths > 0 && tenths <= 50 ? texts[tenths] : NULL);
	view_int(v, "ratings", count);
}

struct view *
course_card_view(struct view *list, const struct course_card *card)
{
	struct view *c = view_item(list);

	view_str(c, "slug", card->slug);
	view_str(c, "title", card->title);
	view_str(c, "summary", card->summary);
	view_str(c, "category", card->category);
	view_str(c, "level", card->level);
	view_int(c, "minutes", card->minutes);
	view_int(c, "hours", card->minutes < 60 ? 0 : (card->minutes + 30) / 60);
	view_int(c, "lessons", card->lessons);
	view_str(view_obj(c, "instructor"), "name", card->instructor);
	view_money(c, "price", card->price, card->currency);
	view_bool(c, "free", card->free);
	course_rating_view(c, card->rating_sum, card->rating_count);
	view_int(c, "tone", card->tone);
	view_int(c, "pattern", card->pattern);
	return c;
}
