libhost_a_SOURCES += \
	host/arena.c host/arena.h host/arena_heap.c host/buffer.c \
	host/builtin.c host/builtin_mailbox.c host/builtin.h \
	host/cache.c host/cache_redis.c host/cache.h \
	host/chart.c host/clock.c host/command.c host/command.h \
	host/conf.c host/conf.h host/conf_rows.c host/conf_rows.h host/conf_print.c \
	host/address.c host/address.h \
	host/crash.c \
	host/crypto.c host/crypto_seal.c host/crypto.h host/crypto_part.h \
	host/csrf.c \
	host/db.c host/db_connect.c host/db_pipeline.c host/db_query.c host/db_cache.c \
	host/db.h host/db_impl.h \
	host/dispatch.c host/dispatch.h host/respond.c host/idempotency.c \
	host/fault.c host/fault.h \
	host/form.c host/form.h host/form_json.c host/form_multipart.c \
	host/format.c host/format.h \
	host/parent.c host/parent_child.c host/parent_death.c host/parent_limits.c \
	host/parent_part.h \
	host/handler.h \
	host/http.c host/http.h \
	host/cron.c host/cron.h host/job.c host/job_builtin.c host/job_once.c host/job_tick.c \
	host/job.h host/job_part.h \
	host/json.c host/json_value.c host/json.h host/json_part.h \
	host/log.c host/log.h \
	host/magic.c host/magic.h \
	host/mail.c host/mail_box.c host/mail_message.c host/mail_send.c host/mail_smtp.c host/mail.h \
	host/markdown.c host/markdown_block.c host/markdown_cache.c host/markdown_code.c \
	host/markdown_div.c host/markdown_entity.c host/markdown_event.h host/markdown_fence.c \
	host/markdown_html.c host/markdown_image.c host/markdown_inline.c host/markdown_math.c \
	host/markdown_line.h host/markdown_out.c host/markdown_part.h host/markdown_source.c \
	host/markdown_url.c \
	host/listen.c host/listen.h host/control.c host/master.c host/master.h host/master_part.h \
	host/master_breaker.c host/master_generation.c host/master_run.c host/master_upgrade.c \
	host/message.c host/message.h host/name.c \
	host/metrics.c \
	host/migrate.c host/migrate.h \
	host/openapi.c host/openapi.h \
	host/page.c host/page.h \
	host/personal.c host/personal.h \
	host/param.c host/permission.c \
	host/picture.c host/prepare.c host/privilege.c host/process.h host/load.c host/fcgi.c host/fcgi.h host/command.h \
	host/rate.c host/rate.h \
	host/registry.c host/registry.h \
	host/render_json.c \
	host/req.c host/req.h \
	host/sandbox.c \
	host/scoreboard.c host/scoreboard.h \
	host/session.c host/session_start.c host/session.h \
	host/spawn.c host/spawn_client.c host/spawn_helper.c host/spawn.h host/spawn_part.h \
	host/status.c host/status.h host/status_view.c \
	host/storage.c host/storage.h \
	host/template.c host/template_code.c host/template_code.h host/template_run.c \
	host/template_value.c host/template_value.h \
	host/view.c host/view.h host/view_node.h \
	host/worker.c host/worker_care.c host/worker_request.c host/worker.h host/worker_part.h \
	host/zone.c

nodist_libhost_a_SOURCES += host/cache.sql.c host/db.sql.c host/idempotency.sql.c host/job.sql.c host/mail.sql.c host/migrate.sql.c host/personal.sql.c host/session.sql.c
BUILT_SOURCES += host/exports.list \
	host/cache.sql.h host/db.sql.h host/idempotency.sql.h host/job.sql.h host/mail.sql.h host/migrate.sql.h host/personal.sql.h host/session.sql.h
