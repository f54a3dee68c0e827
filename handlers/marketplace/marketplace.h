/*
 * marketplace.h: what the files of the marketplace area share.
 *
 *   marketplace.c           routes, personal data
 *   marketplace_buy.c       checkout of a course
 *   marketplace_purchase.c  what one bought: state, documents, refund
 *   marketplace_review.c    reviews of a course
 *   marketplace_coupon.c    the educator's coupons
 *   marketplace_teach.c     the educator's sales, earnings, statements
 *   marketplace_payout.c    payouts: asking, approving, bank file
 *   marketplace_admin.c     sales, reviews and rates for administrators
 *   marketplace_job.c       mails, maturity, sweeping, the demonstration world
 */
#ifndef MARKETPLACE_H
#define MARKETPLACE_H

#include "handler.h"
#include "marketplace.sql.h"
#include "payout.sql.h"
#include "review.sql.h"

#define MARKETPLACE_PAGE 20

extern const struct param market_page_params[], market_id_params[];
int64_t market_offset(const struct req *);

extern const struct param checkout_params[], buy_params[];
handler_fn market_checkout, market_buy;

extern const struct param refund_params[], return_params[];
handler_fn purchase_index, purchase_show, purchase_cancel, purchase_refund, purchase_return, admin_sale_show,
    admin_sale_refund;

extern const struct param review_list_params[], review_save_params[], review_one_params[],
    review_vote_params[], review_report_params[], review_reply_params[], review_admin_params[],
    review_moderate_params[];
handler_fn review_index, review_store, review_remove, review_vote, review_report, review_reply,
    review_admin, review_moderate;

extern const struct param coupon_add_params[], coupon_switch_params[];
handler_fn coupon_index, coupon_create, coupon_switch;

extern const struct param statement_params[];
handler_fn teach_sales, teach_statement, teach_statement_csv;

extern const struct param payout_ask_params[], payout_account_params[], payout_reject_params[],
    payout_list_params[], payout_batch_params[];
handler_fn payout_index, payout_ask, payout_account_save, payout_cancel, payout_admin,
    payout_approve, payout_reject, payout_export, payout_batch, payout_paid, payout_failed;

extern const struct param admin_sales_params[], admin_rate_params[], admin_azr_params[],
    admin_seller_params[];
handler_fn admin_sales, admin_rates, admin_rate_save, admin_azr_save, admin_seller_save;

enum job_result market_paid(struct job *), market_refunded(struct job *), market_credited(struct job *),
    market_payout(struct job *), market_mature(struct job *), market_sweep(struct job *), market_rating(struct job *),
    market_demo(struct job *);

#endif
