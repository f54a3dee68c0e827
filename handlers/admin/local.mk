module_LTLIBRARIES += admin.la
admin_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/admin
admin_la_CFLAGS = $(MODULE_CFLAGS)
admin_la_LDFLAGS = $(MODULE_LDFLAGS)
admin_la_SOURCES = handlers/admin/admin.c handlers/admin/admin_people.c \
	handlers/admin/admin_work.c handlers/admin/admin.h
nodist_admin_la_SOURCES = handlers/admin/admin.sql.c
BUILT_SOURCES += handlers/admin/admin.sql.h
