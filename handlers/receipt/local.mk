module_LTLIBRARIES += receipt.la
receipt_la_CPPFLAGS = $(MODULE_CPPFLAGS) -I$(top_builddir)/handlers/receipt
receipt_la_CFLAGS = $(MODULE_CFLAGS)
receipt_la_LDFLAGS = $(MODULE_LDFLAGS)
receipt_la_SOURCES = handlers/receipt/receipt.c handlers/receipt/receipt_render.c \
	handlers/receipt/receipt_tax.c handlers/receipt/receipt.h
nodist_receipt_la_SOURCES = handlers/receipt/receipt.sql.c
BUILT_SOURCES += handlers/receipt/receipt.sql.h
