module_LTLIBRARIES += course.la
course_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/course
course_la_CFLAGS = $(MODULE_CFLAGS)
course_la_LDFLAGS = $(MODULE_LDFLAGS)
course_la_SOURCES = handlers/course/course.c handlers/course/course_catalogue.c \
	handlers/course/course_lesson.c handlers/course/course.h \
	handlers/course/course_import.c handlers/course/course_import.h \
	handlers/course/course_author.c handlers/course/course_author.h \
	handlers/course/course_facts.c handlers/course/course_home.c \
	handlers/course/course_outline.c handlers/course/course_text.c handlers/course/course_export.c
nodist_course_la_SOURCES = handlers/course/course.sql.c handlers/course/import.sql.c handlers/course/author.sql.c
BUILT_SOURCES += handlers/course/course.sql.h handlers/course/import.sql.h handlers/course/author.sql.h
