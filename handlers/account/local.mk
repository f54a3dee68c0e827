module_LTLIBRARIES += account.la
account_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/account
account_la_CFLAGS = $(MODULE_CFLAGS)
account_la_LDFLAGS = $(MODULE_LDFLAGS)
account_la_SOURCES = handlers/account/account.c
nodist_account_la_SOURCES = handlers/account/account.sql.c
BUILT_SOURCES += handlers/account/account.sql.h
