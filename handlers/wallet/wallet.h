/* wallet.h: the pages of the wallet area, one group a file. */
#ifndef WALLET_H
#define WALLET_H

#include "handler.h"

#define WALLET_PAGE 25

/* Currencies of wallets, in the order of the pages, up to NULL. */
extern const char *const wallet_currencies[];

/* Kinds of postings that the history is filtered by, up to NULL. */
extern const char *const wallet_kinds[];

/* A movement as the pages show it; other and its sealed name are NULL where there is
 * nobody to name. */
struct wallet_entry {
	int64_t txn_id;
	const char *kind, *currency;
	int64_t amount, balance_after, at;
	const char *other;
	struct sql_bytes name_ct, data_key;
};
void wallet_entry_view(struct req *, struct view *item, const struct wallet_entry *);

/* wallet.c */
int wallet_home(struct req *, struct view *);

/* wallet_history.c */
int wallet_history(struct req *, struct view *);
int wallet_export(struct req *, struct view *);
int wallet_statement_show(struct req *, struct view *);
int wallet_txn_show(struct req *, struct view *);

/* wallet_transfer.c */
int wallet_transfer_form(struct req *, struct view *);
int wallet_transfer_review(struct req *, struct view *);
int wallet_transfer_do(struct req *, struct view *);

/* wallet_admin.c: the explorer */
int wallet_admin_accounts(struct req *, struct view *);
int wallet_admin_account(struct req *, struct view *);
int wallet_admin_txn(struct req *, struct view *);
int wallet_admin_statement_add(struct req *, struct view *);

/* wallet_desk.c: fee schedules, postings by hand */
int wallet_admin_fees(struct req *, struct view *);
int wallet_admin_fee_add(struct req *, struct view *);
int wallet_admin_limit_add(struct req *, struct view *);
int wallet_admin_adjustments(struct req *, struct view *);
int wallet_admin_adjustment_add(struct req *, struct view *);
int wallet_admin_adjustment_decide(struct req *, struct view *);

/* wallet_job.c, wallet_demo.c */
enum job_result wallet_transfer_mail(struct job *);
enum job_result wallet_check(struct job *);
enum job_result wallet_check_full(struct job *);
enum job_result wallet_keep(struct job *);
enum job_result wallet_demo(struct job *);

/* Text of a kind of posting: message "wallet.kind.<KIND>", else the kind itself. */
const char *wallet_kind_text(struct req *, const char *kind);

#endif
