# Unit and area tests. Unit programs link the whole host; area tests load the
# modules as the host does.
TEST_CPP = $(libhost_a_CPPFLAGS) -I$(srcdir)/tests -I$(top_builddir)/handlers $(CRITERION_CFLAGS) \
	-DSOURCE_DIR='"$(abs_top_srcdir)"' -DBUILD_DIR='"$(abs_top_builddir)"'
TEST_LD = $(host_ldflags)
TEST_LD_ADD = $(host_libs) $(CRITERION_LIBS)

TESTS = tests/sqlgen_test.sh
check_PROGRAMS =
EXTRA_DIST += tests/sqlgen_test.sh

if HAVE_CRITERION
check_PROGRAMS += tests/format_test
tests_format_test_SOURCES = tests/format_test.c
tests_format_test_CPPFLAGS = $(TEST_CPP)
tests_format_test_LDFLAGS = $(TEST_LD)
tests_format_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/form_test
tests_form_test_SOURCES = tests/form_test.c
tests_form_test_CPPFLAGS = $(TEST_CPP)
tests_form_test_LDFLAGS = $(TEST_LD)
tests_form_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/view_test
tests_view_test_SOURCES = tests/view_test.c
tests_view_test_CPPFLAGS = $(TEST_CPP)
tests_view_test_LDFLAGS = $(TEST_LD)
tests_view_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/template_test
tests_template_test_SOURCES = tests/template_test.c
tests_template_test_CPPFLAGS = $(TEST_CPP)
tests_template_test_LDFLAGS = $(TEST_LD)
tests_template_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/db_test
tests_db_test_SOURCES = tests/db_test.c tests/cluster.c tests/cluster.h
nodist_tests_db_test_SOURCES = tests/db_test.sql.c
tests_db_test_CPPFLAGS = $(TEST_CPP) -I$(top_builddir)/tests
tests_db_test_LDFLAGS = $(TEST_LD)
tests_db_test_LDADD = $(TEST_LD_ADD)
BUILT_SOURCES += tests/db_test.sql.h

check_PROGRAMS += tests/query_check
tests_query_check_SOURCES = tests/query_check.c tests/cluster.c tests/cluster.h
tests_query_check_CPPFLAGS = $(TEST_CPP)
tests_query_check_LDFLAGS = $(TEST_LD)
tests_query_check_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/schema_test
tests_schema_test_SOURCES = tests/schema_test.c tests/cluster.c tests/cluster.h
tests_schema_test_CPPFLAGS = $(TEST_CPP)
tests_schema_test_LDFLAGS = $(TEST_LD)
tests_schema_test_LDADD = $(TEST_LD_ADD)
EXTRA_DIST += tests/rights.tsv

check_PROGRAMS += tests/crypto_test
tests_crypto_test_SOURCES = tests/crypto_test.c
tests_crypto_test_CPPFLAGS = $(TEST_CPP)
tests_crypto_test_LDFLAGS = $(TEST_LD)
tests_crypto_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/json_test
tests_json_test_SOURCES = tests/json_test.c
tests_json_test_CPPFLAGS = $(TEST_CPP)
tests_json_test_LDFLAGS = $(TEST_LD)
tests_json_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/cron_test
tests_cron_test_SOURCES = tests/cron_test.c
tests_cron_test_CPPFLAGS = $(TEST_CPP)
tests_cron_test_LDFLAGS = $(TEST_LD)
tests_cron_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/process_test
tests_process_test_SOURCES = tests/process_test.c
tests_process_test_CPPFLAGS = $(TEST_CPP)
tests_process_test_LDFLAGS = $(TEST_LD)
tests_process_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/migrate_test
tests_migrate_test_SOURCES = tests/migrate_test.c tests/cluster.c tests/cluster.h
tests_migrate_test_CPPFLAGS = $(TEST_CPP)
tests_migrate_test_LDFLAGS = $(TEST_LD)
tests_migrate_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/rules_test
tests_rules_test_SOURCES = tests/rules_test.c tests/cluster.c tests/cluster.h
tests_rules_test_CPPFLAGS = $(TEST_CPP)
tests_rules_test_LDFLAGS = $(TEST_LD)
tests_rules_test_LDADD = $(TEST_LD_ADD)

KIT = tests/testkit.c tests/testkit.h tests/cluster.c tests/cluster.h
check_PROGRAMS += tests/host_test
tests_host_test_SOURCES = tests/host_test.c tests/host_request_test.c $(KIT)
tests_host_test_CPPFLAGS = $(TEST_CPP)
tests_host_test_LDFLAGS = $(TEST_LD)
tests_host_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/identity_test
tests_identity_test_SOURCES = tests/identity_test.c tests/cluster.c tests/cluster.h
tests_identity_test_CPPFLAGS = $(TEST_CPP) -I$(top_builddir)
tests_identity_test_LDFLAGS = $(TEST_LD)
tests_identity_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/markdown_test
tests_markdown_test_SOURCES = tests/markdown_test.c tests/html_check.c tests/html_check.h
tests_markdown_test_CPPFLAGS = $(TEST_CPP)
tests_markdown_test_LDFLAGS = $(TEST_LD)
tests_markdown_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/bundle_test tests/bundle_content_test
tests_bundle_content_test_SOURCES = tests/bundle_content_test.c tests/bundle_kit.h tests/html_check.c \
	tests/html_check.h
tests_bundle_content_test_CPPFLAGS = $(TEST_CPP)
tests_bundle_content_test_LDFLAGS = $(TEST_LD)
tests_bundle_content_test_LDADD = $(TEST_LD_ADD)
tests_bundle_test_SOURCES = tests/bundle_test.c tests/bundle_kit.h
tests_bundle_test_CPPFLAGS = $(TEST_CPP)
tests_bundle_test_LDFLAGS = $(TEST_LD)
tests_bundle_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/job_test
tests_job_test_SOURCES = tests/job_test.c tests/redis_kit.c tests/redis_kit.h tests/cluster.c tests/cluster.h
tests_job_test_CPPFLAGS = $(TEST_CPP) -I$(top_builddir)
tests_job_test_LDFLAGS = $(TEST_LD)
tests_job_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/account_test
tests_account_test_SOURCES = tests/account_test.c tests/account_session_test.c \
	tests/account_profile_test.c tests/account_kit.c tests/account_kit.h $(KIT)
tests_account_test_CPPFLAGS = $(TEST_CPP)
tests_account_test_LDFLAGS = $(TEST_LD)
tests_account_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/mail_test
tests_mail_test_SOURCES = tests/mail_test.c tests/cluster.c tests/cluster.h
tests_mail_test_CPPFLAGS = $(TEST_CPP) -I$(top_builddir)
tests_mail_test_LDFLAGS = $(TEST_LD)
tests_mail_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/course_test
tests_course_test_SOURCES = tests/course_test.c tests/course_kit.c tests/course_kit.h $(KIT)
tests_course_test_CPPFLAGS = $(TEST_CPP)
tests_course_test_LDFLAGS = $(TEST_LD)
tests_course_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/course_search_test
tests_course_search_test_SOURCES = tests/course_search_test.c tests/course_kit.c tests/course_kit.h $(KIT)
tests_course_search_test_CPPFLAGS = $(TEST_CPP)
tests_course_search_test_LDFLAGS = $(TEST_LD)
tests_course_search_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/learning_test
tests_learning_test_SOURCES = tests/learning_test.c tests/course_kit.c tests/course_kit.h $(KIT)
nodist_tests_learning_test_SOURCES = handlers/learning/learning.sql.c
tests_learning_test_CPPFLAGS = $(TEST_CPP) -I$(top_builddir)/handlers/learning
tests_learning_test_LDFLAGS = $(TEST_LD)
tests_learning_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/course_author_test
tests_course_author_test_SOURCES = tests/course_author_test.c tests/course_teach_test.c \
	tests/course_upkeep_test.c tests/course_kit.c tests/course_kit.h $(KIT)
tests_course_author_test_CPPFLAGS = $(TEST_CPP)
tests_course_author_test_LDFLAGS = $(TEST_LD)
tests_course_author_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/admin_test
tests_admin_test_SOURCES = tests/admin_test.c tests/redis_kit.c tests/redis_kit.h $(KIT)
tests_admin_test_CPPFLAGS = $(TEST_CPP)
tests_admin_test_LDFLAGS = $(TEST_LD)
tests_admin_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/money_test
tests_money_test_SOURCES = tests/money_test.c
tests_money_test_CPPFLAGS = $(TEST_CPP)
tests_money_test_LDFLAGS = $(TEST_LD)
tests_money_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/ledger_test
tests_ledger_test_SOURCES = tests/ledger_test.c tests/ledger_refusal_test.c tests/ledger_race_test.c \
	tests/ledger_model_test.c tests/ledger_kit.c tests/ledger_kit.h $(KIT)
tests_ledger_test_CPPFLAGS = $(TEST_CPP)
tests_ledger_test_LDFLAGS = $(TEST_LD)
tests_ledger_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/visibility_test
tests_visibility_test_SOURCES = tests/visibility_test.c tests/cluster.c tests/cluster.h
tests_visibility_test_CPPFLAGS = $(TEST_CPP)
tests_visibility_test_LDFLAGS = $(TEST_LD)
tests_visibility_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/refusal_test
tests_refusal_test_SOURCES = tests/refusal_test.c tests/cluster.c tests/cluster.h
tests_refusal_test_CPPFLAGS = $(TEST_CPP)
tests_refusal_test_LDFLAGS = $(TEST_LD)
tests_refusal_test_LDADD = $(TEST_LD_ADD)
EXTRA_DIST += tests/required.tsv tests/refusals.tsv tests/refusals.sql tests/visibility.tsv tests/visibility.sql

check_PROGRAMS += tests/receipt_test
tests_receipt_test_SOURCES = tests/receipt_test.c $(KIT)
tests_receipt_test_CPPFLAGS = $(TEST_CPP)
tests_receipt_test_LDFLAGS = $(TEST_LD)
tests_receipt_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/wallet_test
tests_wallet_test_SOURCES = tests/wallet_test.c tests/account_kit.c tests/account_kit.h $(KIT)
tests_wallet_test_CPPFLAGS = $(TEST_CPP)
tests_wallet_test_LDFLAGS = $(TEST_LD)
tests_wallet_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/payment_test
tests_payment_test_SOURCES = tests/payment_test.c tests/payment_kit.c tests/payment_kit.h $(KIT)
tests_payment_test_CPPFLAGS = $(TEST_CPP)
tests_payment_test_LDFLAGS = $(TEST_LD)
tests_payment_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/marketplace_test
tests_marketplace_test_SOURCES = tests/marketplace_test.c tests/market_kit.c tests/market_kit.h \
	tests/course_kit.c tests/course_kit.h $(KIT)
tests_marketplace_test_CPPFLAGS = $(TEST_CPP)
tests_marketplace_test_LDFLAGS = $(TEST_LD)
tests_marketplace_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/marketplace_trip_test
tests_marketplace_trip_test_SOURCES = tests/marketplace_trip_test.c tests/market_kit.c tests/market_kit.h \
	tests/course_kit.c tests/course_kit.h $(KIT)
tests_marketplace_trip_test_CPPFLAGS = $(TEST_CPP)
tests_marketplace_trip_test_LDFLAGS = $(TEST_LD)
tests_marketplace_trip_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/marketplace_credit_test
tests_marketplace_credit_test_SOURCES = tests/marketplace_credit_test.c tests/market_kit.c tests/market_kit.h \
	tests/course_kit.c tests/course_kit.h $(KIT)
tests_marketplace_credit_test_CPPFLAGS = $(TEST_CPP)
tests_marketplace_credit_test_LDFLAGS = $(TEST_LD)
tests_marketplace_credit_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/notification_test
tests_notification_test_SOURCES = tests/notification_test.c tests/market_kit.c tests/market_kit.h \
	tests/account_kit.c tests/account_kit.h tests/course_kit.c tests/course_kit.h $(KIT)
tests_notification_test_CPPFLAGS = $(TEST_CPP)
tests_notification_test_LDFLAGS = $(TEST_LD)
tests_notification_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/marketplace_review_test
tests_marketplace_review_test_SOURCES = tests/marketplace_review_test.c tests/market_kit.c \
	tests/market_kit.h tests/course_kit.c tests/course_kit.h $(KIT)
tests_marketplace_review_test_CPPFLAGS = $(TEST_CPP)
tests_marketplace_review_test_LDFLAGS = $(TEST_LD)
tests_marketplace_review_test_LDADD = $(TEST_LD_ADD)

STANDIN_KIT = tests/standin_kit.c tests/standin_kit.h tests/payment_kit.c tests/payment_kit.h $(KIT)

check_PROGRAMS += tests/payment_admin_test
tests_payment_admin_test_SOURCES = tests/payment_admin_test.c $(STANDIN_KIT)
tests_payment_admin_test_CPPFLAGS = $(TEST_CPP)
tests_payment_admin_test_LDFLAGS = $(TEST_LD)
tests_payment_admin_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/payment_paystack_test
tests_payment_paystack_test_SOURCES = tests/payment_paystack_test.c $(STANDIN_KIT)
tests_payment_paystack_test_CPPFLAGS = $(TEST_CPP)
tests_payment_paystack_test_LDFLAGS = $(TEST_LD)
tests_payment_paystack_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/payment_stripe_test
tests_payment_stripe_test_SOURCES = tests/payment_stripe_test.c tests/stripe_kit.c tests/stripe_kit.h \
	$(STANDIN_KIT)
tests_payment_stripe_test_CPPFLAGS = $(TEST_CPP)
tests_payment_stripe_test_LDFLAGS = $(TEST_LD)
tests_payment_stripe_test_LDADD = $(TEST_LD_ADD)

check_PROGRAMS += tests/marketplace_error_test
tests_marketplace_error_test_SOURCES = tests/marketplace_error_test.c tests/market_kit.c tests/market_kit.h \
	tests/course_kit.c tests/course_kit.h tests/stripe_kit.c tests/stripe_kit.h $(STANDIN_KIT)
tests_marketplace_error_test_CPPFLAGS = $(TEST_CPP)
tests_marketplace_error_test_LDFLAGS = $(TEST_LD)
tests_marketplace_error_test_LDADD = $(TEST_LD_ADD)

TESTS += $(check_PROGRAMS)
# The library stands in a linker word, where automake does not see it.
$(check_PROGRAMS): libhost.a
endif

# Built on demand by bench/run.
EXTRA_PROGRAMS = bench/render_cost
bench_render_cost_SOURCES = bench/render_cost.c
bench_render_cost_CPPFLAGS = $(libhost_a_CPPFLAGS)
bench_render_cost_LDFLAGS = $(host_ldflags)
bench_render_cost_LDADD = $(host_libs)
