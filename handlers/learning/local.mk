module_LTLIBRARIES += learning.la
learning_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/learning
learning_la_CFLAGS = $(MODULE_CFLAGS)
learning_la_LDFLAGS = $(MODULE_LDFLAGS)
learning_la_SOURCES = handlers/learning/learning.c handlers/learning/learning_home.c \
	handlers/learning/learning_demo.c handlers/learning/learning.h
nodist_learning_la_SOURCES = handlers/learning/learning.sql.c
BUILT_SOURCES += handlers/learning/learning.sql.h
