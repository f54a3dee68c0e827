/*
 * payment_kit.h: a purpose TEST whose owner writes down what it is told, and payments for it.
 */
#ifndef TESTS_PAYMENT_KIT_H
#define TESTS_PAYMENT_KIT_H

#include "payment/payment.h"
#include "testkit.h"

/* Purpose TEST: its function writes (payment, event, data) to test.told and posts the other
 * legs against account platform:income:test. It refuses a refund of 666. */
void purpose_make(void);
/* Opens a payment as the person would, by a domain call. Returns its id. */
const char *payment_make(enum who, int64_t amount, const char *currency, const char *key);
struct payment_opened payment_begin(enum who, int64_t amount, const char *currency,
    const char *key, const char *method_id);
/* Pays it on the sandbox's page with a test card. */
struct reply sandbox_with(const char *payment, const char *card);
/* Refund by a domain call; 0 = the rest. The code of the refusal or "". */
const char *refund_make(const char *payment, int64_t amount, const char *key);
/* "COMPLETED" and so on. */
const char *status_of(const char *payment);
/* Events that the owner of TEST was told of, "COMPLETED REFUND_REQUESTED". */
const char *told(const char *payment);

#endif
