module_LTLIBRARIES += wallet.la
wallet_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/wallet
wallet_la_CFLAGS = $(MODULE_CFLAGS)
wallet_la_LDFLAGS = $(MODULE_LDFLAGS)
wallet_la_SOURCES = handlers/wallet/wallet.c handlers/wallet/wallet_history.c handlers/wallet/wallet_transfer.c \
	handlers/wallet/wallet_job.c handlers/wallet/wallet_demo.c handlers/wallet/wallet_admin.c handlers/wallet/wallet_desk.c \
	handlers/wallet/wallet.h
nodist_wallet_la_SOURCES = handlers/wallet/wallet.sql.c handlers/wallet/desk.sql.c
BUILT_SOURCES += handlers/wallet/wallet.sql.h handlers/wallet/desk.sql.h
