# Rules that several areas need. Public headers are exported to modules.
libhost_a_SOURCES += \
	domain/identity/identity.c domain/identity/password.c domain/identity/common.c domain/identity/profile.c \
	domain/identity/people.c domain/identity/seed.c \
	domain/identity/identity.h domain/identity/part.h \
	domain/audit/audit.c domain/audit/audit.h \
	domain/card/card.c domain/card/card.h \
	domain/outbox/outbox.c domain/outbox/outbox.h

nodist_libhost_a_SOURCES += \
	domain/identity/identity.sql.c \
	domain/audit/audit.sql.c \
	domain/outbox/outbox.sql.c
BUILT_SOURCES += domain/identity/identity.sql.h domain/audit/audit.sql.h domain/outbox/outbox.sql.h

export_headers += \
	$(top_srcdir)/domain/identity/identity.h \
	$(top_srcdir)/domain/audit/audit.h \
	$(top_srcdir)/domain/card/card.h \
	$(top_srcdir)/domain/outbox/outbox.h

# Money.
libhost_a_SOURCES += domain/money/money.c domain/money/money.h domain/ledger/ledger.c domain/ledger/ledger.h \
	domain/stepup/stepup.c domain/stepup/stepup.h
nodist_libhost_a_SOURCES += domain/ledger/ledger.sql.c
BUILT_SOURCES += domain/ledger/ledger.sql.h
export_headers += $(top_srcdir)/domain/money/money.h $(top_srcdir)/domain/ledger/ledger.h \
	$(top_srcdir)/domain/stepup/stepup.h

# Courses as files.
libhost_a_SOURCES += \
	domain/bundle/bundle.c domain/bundle/bundle.h domain/bundle/bundle_carpentries.c \
	domain/bundle/bundle_exercism.c domain/bundle/bundle_media.c domain/bundle/bundle_own.c \
	domain/bundle/bundle_part.h domain/bundle/bundle_source.c domain/bundle/bundle_text.c \
	domain/bundle/bundle_track.c domain/bundle/bundle_track.h \
	domain/bundle/bundle_write.c domain/bundle/import_command.c domain/bundle/bundle_yaml.c domain/bundle/bundle_zip.c
export_headers += $(top_srcdir)/domain/bundle/bundle.h

# Payments.
libhost_a_SOURCES += \
	domain/payment/payment.c domain/payment/payment.h domain/payment/payment_webhook.c \
	domain/payment/payment_work.c domain/payment/provider.h domain/payment/provider_call.c \
	domain/payment/provider_paystack.c domain/payment/provider_sandbox.c \
	domain/payment/provider_stripe.c domain/payment/provider_stripe.h \
	domain/payment/provider_stripe_list.c domain/payment/provider_stripe_read.c
nodist_libhost_a_SOURCES += domain/payment/payment.sql.c
BUILT_SOURCES += domain/payment/payment.sql.h
export_headers += $(top_srcdir)/domain/payment/payment.h

# What people are told.
libhost_a_SOURCES += domain/notice/notice.c domain/notice/notice.h
nodist_libhost_a_SOURCES += domain/notice/notice.sql.c
BUILT_SOURCES += domain/notice/notice.sql.h
export_headers += $(top_srcdir)/domain/notice/notice.h
