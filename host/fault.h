/*
 * fault.h: the one way out of deep code. A fault longjmps to the innermost
 * frame; frames are placed by dispatch, the job runner and command-line
 * tools, never by modules. A frame's owner rolls the database back.
 */
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#include <setjmp.h>

#include "handler.h"

struct fault_frame {
	struct fault_frame *outer;
	jmp_buf env;
	int status;          /* HTTP status to answer: 500, 503, or an outcome raised in SQL */
	char code[64];       /* stable code, "internal" for plain faults */
	char text[512];      /* for the log */
};

/*
 * struct fault_frame f;
 * if (FAULT_CATCH(&f)) { … f.status, f.code … } else { …work…; fault_leave(&f); }
 * After a catch the frame is already left.
 */
#define FAULT_CATCH(f) (fault_push(f), setjmp((f)->env))
void fault_push(struct fault_frame *);
void fault_leave(struct fault_frame *);
_Noreturn void fault_raise(int status, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
