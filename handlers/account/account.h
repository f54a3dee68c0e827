/*
 * account.h: shared by the files of the account area. Rules about persons,
 * passwords and tokens live in domain/identity; here are the pages.
 *
 * Nobody learns from an answer whether an address has an account: sign-up,
 * reset and repeated verification answer all addresses alike, and the mail
 * says the rest to the owner of the address.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "handler.h"
#include "identity/identity.h"

/* account.c */
handler_fn account_signup_show, account_signup, account_verify_show, account_verify,
    account_verify_again_show, account_verify_again, account_me;
extern const struct param account_signup_params[], account_token_params[],
    account_address_params[], account_next_params[];

/* account_session.c */
handler_fn account_signin_show, account_signin, account_signout, account_sessions,
    account_session_end, account_sessions_end_others, account_role;
extern const struct param account_signin_params[], account_session_params[],
    account_role_params[];

/* account_password.c */
handler_fn account_reset_show, account_reset, account_reset_confirm_show, account_reset_confirm,
    account_password_show, account_password;
extern const struct param account_reset_show_params[], account_reset_confirm_params[],
    account_password_params[];

/* account_profile.c */
handler_fn account_profile_show, account_profile, account_public, account_author;
extern const struct param account_profile_params[], account_public_params[],
    account_author_params[];

/* account_avatar.c */
handler_fn account_avatar_set, account_avatar_remove, account_avatar_show;
extern const struct param account_avatar_params[], account_avatar_show_params[];

/* account_settings.c */
handler_fn account_settings_show, account_settings;
extern const struct param account_settings_params[];
/* Gives this browser the colours, size and motion the person chose. */
void account_display(struct req *, const struct identity_profile *);

/* account_mail.c: all in the caller's transaction. */

/* Mails to one address are few: true when this hour's quota of that kind is
 * not used up. Counts whether or not the address is known, so that both take
 * the same time. The key is a keyed hash, never the address. */
bool account_mail_allowed(struct req *, const char *kind, const char *email);
/* A template of mail/ with name and, when path is given, the link. */
void account_mail(struct req *, const char *template_name, const struct identity_found *,
    const char *path);

/* The own profile of who is signed in; faults when it is not there. */
void account_own(struct req *, struct identity_profile *);
const char *account_role_name(enum role);
/* "/avatars/<id>?v=…", NULL when there is none: the version changes with the picture. */
const char *account_avatar_url(struct req *, const char *person_id, const char *path);

#endif
