/* See market_kit.h. */
#include "market_kit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
wallet_fill(enum who who, int64_t amount)
{
	seed("select ledger.post_named('DEPOSIT', 'fill:' || host.uuid7(), array['bank:test:ZAR', "
	    "'user:%s:wallet:ZAR'], array[-%lld, %lld]::int8[], null, null, null, null, null)",
	    person_id(who), (long long)amount, (long long)amount);
}

int64_t
balance(const char *fmt, ...)
{
	char code[200];
	va_list list;

	va_start(list, fmt);
	(void)vsnprintf(code, sizeof code, fmt, list);
	va_end(list);
	return atoll(value("select coalesce((select ledger.balance(id) from ledger.account where code = '%s'), "
	    "0)", code));
}

static const char *
newest_sale(enum who who)
{
	return arena_strdup(kit_arena(), value("select id from marketplace.sale where buyer_id = '%s' "
	    "order by created_at desc, id desc limit 1", person_id(who)));
}

const char *
buy_by_wallet(enum who who, const char *slug)
{
	struct reply r = post_as(who, arena_printf(kit_arena(), "/courses/%s/buy", slug), "method=wallet");

	cr_assert_eq(r.status, 303, "buying %s: %d %s", slug, r.status, r.html);
	return newest_sale(who);
}

struct reply
card_pay(const char *sale, const char *card)
{
	const char *url = value("select p.checkout_url from payment.payment p where p.purpose_id = '%s' "
	    "order by p.created_at desc limit 1", sale);

	return post(arena_strdup(kit_arena(), url), arena_printf(kit_arena(), "card=%s", card));
}

const char *
buy_by_card(enum who who, const char *slug)
{
	struct reply r = post_as(who, arena_printf(kit_arena(), "/courses/%s/buy", slug), "method=provider");
	const char *sale;

	cr_assert_eq(r.status, 303, "buying %s: %d %s", slug, r.status, r.html);
	sale = newest_sale(who);
	card_pay(sale, "success");
	return sale;
}

void
books_good(void)
{
	cr_expect_str_empty(value("select string_agg(rule || ' ' || subject || ' ' || detail, '; ') "
	    "from ledger.check_books()"));
}

void
token_priced(void)
{
	seed("insert into marketplace.azr_rate (micro_rand, valid) values (1800000, "
	    "tstzrange(host.now() - interval '1 day', null))");
}
