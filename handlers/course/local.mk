module_LTLIBRARIES += course.la
course_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/course
course_la_CFLAGS = $(MODULE_CFLAGS)
course_la_LDFLAGS = $(MODULE_LDFLAGS)
course_la_SOURCES = handlers/course/course.c handlers/course/course_catalogue.c \
	handlers/course/course_lesson.c handlers/course/course.h \
	handlers/course/course_import.c handlers/course/course_import.h
nodist_course_la_SOURCES = handlers/course/course.sql.c handlers/course/import.sql.c
BUILT_SOURCES += handlers/course/course.sql.h handlers/course/import.sql.h
