module_LTLIBRARIES += account.la
account_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/account
account_la_CFLAGS = $(MODULE_CFLAGS)
account_la_LDFLAGS = $(MODULE_LDFLAGS)
account_la_SOURCES = handlers/account/account.c handlers/account/account.h \
	handlers/account/account_session.c handlers/account/account_password.c \
	handlers/account/account_profile.c handlers/account/account_avatar.c \
	handlers/account/account_image.c handlers/account/account_image.h \
	handlers/account/account_settings.c handlers/account/account_mail.c
nodist_account_la_SOURCES = handlers/account/account.sql.c
BUILT_SOURCES += handlers/account/account.sql.h
