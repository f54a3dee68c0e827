/* card.h: a course as a card of a list (macro/course.cs), in every area alike. */
#ifndef DOMAIN_CARD_H
#define DOMAIN_CARD_H

#include "handler.h"

struct course_card {
	const char *slug, *title, *summary, *category, *level, *currency;
	const char *instructor;          /* name; NULL = gone */
	int64_t price;                   /* minor units of currency */
	bool free;
	int32_t lessons, minutes;
	int32_t rating_sum, rating_count;
	int32_t tone, pattern;           /* of the picture: course.look() */
};

/* Adds an item to a list of the view. */
struct view *course_card_view(struct view *list, const struct course_card *);
/* "rating" as "4.7", no value under three ratings (K6), and "ratings": how many. */
void course_rating_view(struct view *, int32_t sum, int32_t count);

#endif
