/* fault.c: the one way out of deep code; see fault.h. */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fault_frame *innermost;

void
fault_push(struct fault_frame *frame)
{
	frame->outer = innermost;
	frame->status = 0;
	frame->code[0] = frame->text[0] = '\0';
	innermost = frame;
}

void
fault_leave(struct fault_frame *frame)
{
	/* Only the innermost frame may be left: anything else is a lost frame. */
	if (innermost != frame)
		abort();
	innermost = frame->outer;
}

_Noreturn static void
raise_v(int status, const char *code, const char *fmt, va_list args)
{
	struct fault_frame *frame = innermost;
	char text[sizeof frame->text];

	/* Formatted aside: an argument may point into the frame of a fault that
	 * is being raised again. */
	(void)vsnprintf(text, sizeof text, fmt, args);
	if (!frame) {
		log_event(LOG_LEVEL_ERROR, "fault_without_frame", "code", code, "text", text, NULL);
		abort();
	}
	innermost = frame->outer;
	frame->status = status;
	(void)snprintf(frame->code, sizeof frame->code, "%s", code);
	memcpy(frame->text, text, sizeof text);
	longjmp(frame->env, 1);
}

_Noreturn void
fault_raise(int status, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	raise_v(status, code, fmt, args);
}

_Noreturn void
fault(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	raise_v(500, "internal", fmt, args);
}
