module_LTLIBRARIES += notification.la
notification_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/notification
notification_la_CFLAGS = $(MODULE_CFLAGS)
notification_la_LDFLAGS = $(MODULE_LDFLAGS)
notification_la_SOURCES = handlers/notification/notification.c
nodist_notification_la_SOURCES = handlers/notification/notification.sql.c
BUILT_SOURCES += handlers/notification/notification.sql.h
