module_LTLIBRARIES += payment.la
payment_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/payment
payment_la_CFLAGS = $(MODULE_CFLAGS)
payment_la_LDFLAGS = $(MODULE_LDFLAGS)
payment_la_SOURCES = handlers/payment/payment.c handlers/payment/payment.h \
	handlers/payment/payment_own.c handlers/payment/payment_method.c \
	handlers/payment/payment_sandbox.c handlers/payment/payment_webhook.c \
	handlers/payment/payment_deposit.c handlers/payment/payment_demo.c \
	handlers/payment/payment_admin.c \
	handlers/payment/payment_admin_refund.c handlers/payment/payment_admin_work.c
nodist_payment_la_SOURCES = handlers/payment/payment.sql.c handlers/payment/admin.sql.c
BUILT_SOURCES += handlers/payment/payment.sql.h handlers/payment/admin.sql.h
