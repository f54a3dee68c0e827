module_LTLIBRARIES += marketplace.la
marketplace_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/marketplace -I$(top_builddir)/domain
marketplace_la_CFLAGS = $(MODULE_CFLAGS)
marketplace_la_LDFLAGS = $(MODULE_LDFLAGS)
marketplace_la_SOURCES = handlers/marketplace/marketplace.c handlers/marketplace/marketplace_buy.c \
	handlers/marketplace/marketplace_purchase.c handlers/marketplace/marketplace_review.c \
	handlers/marketplace/marketplace_coupon.c handlers/marketplace/marketplace_teach.c \
	handlers/marketplace/marketplace_payout.c handlers/marketplace/marketplace_admin.c \
	handlers/marketplace/marketplace_job.c handlers/marketplace/marketplace.h
nodist_marketplace_la_SOURCES = handlers/marketplace/marketplace.sql.c \
	handlers/marketplace/review.sql.c handlers/marketplace/payout.sql.c
BUILT_SOURCES += handlers/marketplace/marketplace.sql.h handlers/marketplace/review.sql.h \
	handlers/marketplace/payout.sql.h
