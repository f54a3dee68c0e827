/*
 * receipt.h: what the files of the receipt area share.
 *
 *   receipt.c         routes, one's own documents
 *   receipt_render.c  PDFs and their mails, as jobs
 *   receipt_tax.c     administration: rates, rules, numbers given
 */
#ifndef RECEIPT_H
#define RECEIPT_H

#include "handler.h"
#include "receipt.sql.h"

/* The sealed party as JSON, "{}" when there is none or its key is gone. */
const char *receipt_party(struct arena *, const char *person_id, const char *party_id,
    struct sql_bytes sealed, struct sql_bytes data_key);

enum job_result receipt_render(struct job *), receipt_sweep(struct job *);

extern const struct param receipt_rate_params[];
handler_fn receipt_tax, receipt_tax_set;

#endif
