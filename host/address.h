/*
 * address.h: e-mail addresses. One spelling per mailbox, so that equality of
 * the normalised form is equality of the address.
 */
#ifndef HOST_ADDRESS_H
#define HOST_ADDRESS_H

#include "handler.h"

/*
 * Trimmed, in lower case, domain in its ASCII form (IDNA 2008). NULL when it
 * is no address we deliver to: more than 254 bytes, local part beyond 64 bytes
 * or not an ASCII dot-atom (RFC 5321 4.1.2 without quoting; SMTPUTF8 mailboxes
 * are not supported), domain without a dot (except localhost) or not valid.
 */
const char *address_normalise(struct arena *, const char *text);

#endif
