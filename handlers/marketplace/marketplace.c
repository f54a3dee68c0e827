/*
 * Marketplace: courses are bought, paid back, reviewed, and their educators
 * paid. The money itself moves in the database (sql/0142_marketplace_sale.sql),
 * in the transaction that grants the access and issues the documents; this area
 * shows it and asks for it. docs/marketplace.md tells the whole story.
 *
 * Events: sale.paid, sale.refunded, sale.credited, payout.asked,
 * payout.approved, payout.rejected, payout.paid, payout.failed.
 */
#include "marketplace.h"

const struct param market_page_params[] = {
	{ "page", PARAM_INT, 0, .min = 1, .max = 10000, .dflt = 1 },
	{ 0 }
};
const struct param market_id_params[] = {
	{ "id", PARAM_UUID, .flags = PARAM_PATH },
	{ 0 }
};

int64_t
market_offset(const struct req *r)
{
	return (req_int(r, "page") - 1) * MARKETPLACE_PAGE;
}

static const struct route routes[] = {
	/* Buying. */
	{ METHOD_GET, "/courses/:slug/buy", market_checkout, "marketplace/checkout.cs", ACCESS_MEMBER,
	    checkout_params, .summary = "Checkout of a course: price, tax, coupon, ways to pay",
	    .owner = "self" },
	{ METHOD_POST, "/courses/:slug/buy", market_buy, "marketplace/checkout.cs", ACCESS_MEMBER,
	    buy_params, .form = market_checkout, .pool = POOL_PAY, .rate_per_minute = 20, .idempotent_key = true,
	    .summary = "Buys a course", .owner = "self" },
	{ METHOD_GET, "/purchases", purchase_index, "marketplace/purchases.cs", ACCESS_MEMBER,
	    market_page_params, .summary = "What the person bought", .owner = "self" },
	{ METHOD_GET, "/purchases/:id", purchase_show, "marketplace/purchase.cs", ACCESS_MEMBER,
	    market_id_params, .summary = "One purchase with its documents and refunds", .owner = "self" },
	{ METHOD_POST, "/purchases/:id/cancel", purchase_cancel, NULL, ACCESS_MEMBER, market_id_params,
	    .summary = "Gives up a purchase that is not paid", .owner = "self" },
	{ METHOD_POST, "/purchases/:id/refund", purchase_refund, "marketplace/purchase.cs", ACCESS_MEMBER,
	    refund_params, .form = purchase_show, .pool = POOL_PAY, .rate_per_minute = 20,
	    .idempotent_key = true, .summary = "Asks for money back within the rules", .owner = "self" },
	{ METHOD_POST, "/purchases/:id/return", purchase_return, "marketplace/purchase.cs", ACCESS_MEMBER,
	    return_params, .form = purchase_show, .pool = POOL_PAY, .rate_per_minute = 20,
	    .idempotent_key = true, .summary = "Sends money that bought nothing back the way it came",
	    .owner = "self" },
	/* Reviews. */
	{ METHOD_GET, "/courses/:slug/reviews", review_index, "marketplace/reviews.cs", ACCESS_PUBLIC,
	    review_list_params, .summary = "Reviews of a course", .owner = "anyone" },
	{ METHOD_POST, "/courses/:slug/reviews", review_store, "marketplace/reviews.cs", ACCESS_MEMBER,
	    review_save_params, .form = review_index, .rate_per_minute = 20,
	    .summary = "Writes or edits the own review", .owner = "self; learner of the course" },
	{ METHOD_POST, "/courses/:slug/reviews/delete", review_remove, NULL, ACCESS_MEMBER,
	    review_one_params, .summary = "Removes the own review", .owner = "self" },
	{ METHOD_POST, "/courses/:slug/reviews/:id/vote", review_vote, NULL, ACCESS_MEMBER,
	    review_vote_params, .rate_per_minute = 60, .summary = "Finds a review helpful, or no more",
	    .owner = "anyone but its author" },
	{ METHOD_POST, "/courses/:slug/reviews/:id/report", review_report, NULL, ACCESS_MEMBER,
	    review_report_params, .rate_per_minute = 20, .summary = "Reports a review", .owner = "anyone" },
	{ METHOD_POST, "/courses/:slug/reviews/:id/reply", review_reply, NULL, ACCESS_EDUCATOR,
	    review_reply_params, .summary = "The educator answers a review", .owner = "instructor" },
	/* The educator. */
	{ METHOD_GET, "/teach/sales", teach_sales, "marketplace/sales.cs", ACCESS_EDUCATOR,
	    market_page_params, .summary = "Sales, earnings and lots of the educator", .owner = "self" },
	{ METHOD_GET, "/teach/statement", teach_statement, "marketplace/statement.cs", ACCESS_EDUCATOR,
	    statement_params, .summary = "Movements of the educator's accounts in a month",
	    .owner = "self" },
	{ METHOD_GET, "/teach/statement/csv", teach_statement_csv, NULL, ACCESS_EDUCATOR,
	    statement_params, .no_json = true, .pool = POOL_SLOW, .summary = "The statement as CSV",
	    .owner = "self" },
	{ METHOD_GET, "/teach/coupons", coupon_index, "marketplace/coupons.cs", ACCESS_EDUCATOR,
	    .summary = "Coupons of the educator", .owner = "self" },
	{ METHOD_POST, "/teach/coupons", coupon_create, "marketplace/coupons.cs", ACCESS_EDUCATOR,
	    coupon_add_params, .permission = "courses.write", .form = coupon_index,
	    .summary = "Makes a coupon", .owner = "self" },
	{ METHOD_POST, "/teach/coupons/:id", coupon_switch, NULL, ACCESS_EDUCATOR, coupon_switch_params,
	    .permission = "courses.write", .summary = "Switches a coupon on or off", .owner = "self" },
	{ METHOD_GET, "/teach/payouts", payout_index, "marketplace/payouts.cs", ACCESS_EDUCATOR,
	    market_page_params, .summary = "Payouts of the educator", .owner = "self" },
	{ METHOD_POST, "/teach/payouts", payout_ask, "marketplace/payouts.cs", ACCESS_EDUCATOR,
	    payout_ask_params, .form = payout_index, .rate_per_minute = 10, .idempotent_key = true,
	    .summary = "Asks for a payout", .owner = "self" },
	{ METHOD_POST, "/teach/payouts/account", payout_account_save, "marketplace/payouts.cs",
	    ACCESS_EDUCATOR, payout_account_params, .form = payout_index, .rate_per_minute = 10,
	    .summary = "Sets the bank account for payouts", .owner = "self" },
	{ METHOD_POST, "/teach/payouts/:id/cancel", payout_cancel, NULL, ACCESS_EDUCATOR,
	    payout_reject_params, .summary = "Takes a request for a payout back", .owner = "self" },
	/* Administration. */
	{ METHOD_GET, "/admin/sales", admin_sales, "marketplace/admin_sales.cs", ACCESS_ADMIN,
	    admin_sales_params, .summary = "Sales: search, states, disputes, figures", .owner = "admin" },
	{ METHOD_GET, "/admin/sales/:id", admin_sale_show, "marketplace/admin_sale.cs", ACCESS_ADMIN,
	    market_id_params, .summary = "One sale with its parts", .owner = "admin" },
	{ METHOD_POST, "/admin/sales/:id/refund", admin_sale_refund, "marketplace/admin_sale.cs",
	    ACCESS_ADMIN, refund_params, .form = admin_sale_show, .pool = POOL_PAY, .idempotent_key = true,
	    .summary = "Gives money back, all or a part", .owner = "admin" },
	{ METHOD_GET, "/admin/payouts", payout_admin, "marketplace/admin_payouts.cs", ACCESS_ADMIN,
	    payout_list_params, .summary = "Payouts to decide, to send, sent", .owner = "admin" },
	{ METHOD_POST, "/admin/payouts/export", payout_export, NULL, ACCESS_ADMIN,
	    .summary = "Sends all approved payouts as one bank file", .owner = "admin" },
	{ METHOD_GET, "/admin/payouts/batches/:id", payout_batch, NULL, ACCESS_ADMIN, payout_batch_params,
	    .no_json = true, .pool = POOL_SLOW, .summary = "The bank file (CSV)", .owner = "admin" },
	{ METHOD_POST, "/admin/payouts/:id/approve", payout_approve, NULL, ACCESS_ADMIN, market_id_params,
	    .summary = "Approves a payout; above the limit a second admin must too", .owner = "admin" },
	{ METHOD_POST, "/admin/payouts/:id/reject", payout_reject, NULL, ACCESS_ADMIN,
	    payout_reject_params, .summary = "Refuses a payout", .owner = "admin" },
	{ METHOD_POST, "/admin/payouts/:id/paid", payout_paid, NULL, ACCESS_ADMIN, payout_reject_params,
	    .summary = "The bank has paid", .owner = "admin" },
	{ METHOD_POST, "/admin/payouts/:id/failed", payout_failed, NULL, ACCESS_ADMIN,
	    payout_reject_params, .summary = "The bank sent it back", .owner = "admin" },
	{ METHOD_GET, "/admin/reviews", review_admin, "marketplace/admin_reviews.cs", ACCESS_ADMIN,
	    review_admin_params, .summary = "Reported reviews", .owner = "admin" },
	{ METHOD_POST, "/admin/reviews/:id", review_moderate, NULL, ACCESS_ADMIN, review_moderate_params,
	    .summary = "Hides or shows a review", .owner = "admin" },
	{ METHOD_GET, "/admin/rates", admin_rates, "marketplace/admin_rates.cs", ACCESS_ADMIN,
	    .summary = "Shares of educators and the price of the token, with dates", .owner = "admin" },
	{ METHOD_POST, "/admin/rates", admin_rate_save, "marketplace/admin_rates.cs", ACCESS_ADMIN,
	    admin_rate_params, .form = admin_rates, .summary = "A share from a day on", .owner = "admin" },
	{ METHOD_POST, "/admin/rates/seller", admin_seller_save, "marketplace/admin_rates.cs", ACCESS_ADMIN,
	    admin_seller_params, .form = admin_rates, .summary = "The plan of a seller", .owner = "admin" },
	{ METHOD_POST, "/admin/rates/token", admin_azr_save, "marketplace/admin_rates.cs", ACCESS_ADMIN,
	    admin_azr_params, .form = admin_rates, .summary = "The price of the token from now on",
	    .owner = "admin" },
	{ 0 }
};

static const struct job_type jobs[] = {
	{ "marketplace.paid", market_paid, .timeout_s = 30, .attempts = 5, .event = "sale.paid" },
	{ "marketplace.refunded", market_refunded, .timeout_s = 30, .attempts = 5, .event = "sale.refunded" },
	{ "marketplace.credited", market_credited, .timeout_s = 30, .attempts = 5, .event = "sale.credited" },
	{ "marketplace.payout_asked", market_payout, .timeout_s = 30, .attempts = 5, .event = "payout.asked" },
	{ "marketplace.payout_approved", market_payout, .timeout_s = 30, .attempts = 5,
	    .event = "payout.approved" },
	{ "marketplace.payout_rejected", market_payout, .timeout_s = 30, .attempts = 5,
	    .event = "payout.rejected" },
	{ "marketplace.payout_paid", market_payout, .timeout_s = 30, .attempts = 5, .event = "payout.paid" },
	{ "marketplace.payout_failed", market_payout, .timeout_s = 30, .attempts = 5,
	    .event = "payout.failed" },
	{ "marketplace.mature", market_mature, .timeout_s = 120, .attempts = 1, .cron = "20 * * * *" },
	{ "marketplace.sweep", market_sweep, .timeout_s = 60, .attempts = 1, .cron = "*/5 * * * *" },
	{ "marketplace.rating", market_rating, .timeout_s = 120, .attempts = 1, .cron = "30 1 * * *" },
	{ "marketplace.demo", market_demo, .timeout_s = 60, .attempts = 1 },
	{ 0 }
};

static const struct personal_data personal[] = {
	{ "marketplace.review", "person_id, author, comment", "reviews of courses", &query_review_export,
	    &query_review_erase, NULL, 0 },
	{ "marketplace.review_vote", "person_id", "helpful votes", &query_vote_export, &query_vote_erase,
	    NULL, 0 },
	{ "marketplace.review_report", "person_id, resolved_by", "reports of reviews",
	    &query_report_export, &query_report_erase, NULL, 0 },
	{ "marketplace.coupon", "owner_id", "coupons of an educator", &query_coupon_export, NULL,
	    "part of sales: kept as long as these", 2555 },
	{ "marketplace.sale", "buyer_id, seller_id", "purchases and sales", &query_sale_export, NULL,
	    "tax law: kept five years", 2555 },
	{ "marketplace.refund", "asked_by, reason", "refunds", &query_refund_export, NULL,
	    "tax law: kept five years", 2555 },
	{ "marketplace.seller", "person_id", "tier of a seller", &query_seller_export, NULL,
	    "part of sales: kept as long as these", 2555 },
	{ "marketplace.payout", "person_id, first_by, second_by, last4", "payouts", &query_payout_export,
	    NULL, "tax law: kept five years", 2555 },
	{ "marketplace.bank_account", "person_id, sealed, last4, bank", "bank account for payouts",
	    &query_bank_export, NULL, "sealed with the person's key and unreadable without it", 2555 },
	{ 0 }
};

MODULE(.name = "marketplace", .version = "1", .routes = routes, .queries = marketplace_queries,
    .jobs = jobs, .personal = personal);
