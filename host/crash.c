/*
 * crash.c: last words of a worker (host.md T3). The handlers run on their own
 * stack, call write(2) alone and raise the signal again, so that the exit
 * status stays the signal. The report goes to a memfd that the parent made:
 * the sandbox lets a worker open nothing. The parent names the addresses.
 */
#include "process.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#define CRASH_STACK (64 * 1024)

static int crash_fd = -1;
static const struct scoreboard_slot *crash_slot;
static const char *(*crash_query)(void);
static uintptr_t stack_low, stack_high;

/* ---- frame pointers ---- */

static void
registers_read(const ucontext_t *context, uintptr_t *pc, uintptr_t *frame, uintptr_t *stack)
{
#if defined(__x86_64__)
	*pc = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
	*frame = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
	*stack = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	*pc = (uintptr_t)context->uc_mcontext.pc;
	*frame = (uintptr_t)context->uc_mcontext.regs[29];
	*stack = (uintptr_t)context->uc_mcontext.sp;
#else
	(void)context;
	*pc = *frame = *stack = 0;
#endif
}

size_t
crash_walk(const void *ucontext, uintptr_t *addresses, size_t max)
{
	uintptr_t pc, frame, stack;
	size_t n = 0;

	registers_read(ucontext, &pc, &frame, &stack);
	if (max)
		addresses[n++] = pc;
	/* A frame is believed only on our stack, aligned and further out. */
	while (n < max && frame >= stack && frame >= stack_low &&
	    frame + 2 * sizeof(uintptr_t) <= stack_high && frame % sizeof(uintptr_t) == 0) {
		const uintptr_t *words = (const uintptr_t *)frame; /* saved frame, return address */

		if (words[1] < 4096)
			break;
		addresses[n++] = words[1];
		if (words[0] <= frame)
			break;
		frame = words[0];
	}
	return n;
}

/* ---- writing without stdio ---- */

static void
put(const char *s)
{
	size_t n = strlen(s);

	while (n) {
		ssize_t did = write(crash_fd, s, n);

		if (did <= 0)
			return;
		s += did;
		n -= (size_t)did;
	}
}

static void
put_hex(uintptr_t value)
{
	char text[2 + 2 * sizeof value + 1];
	size_t i = sizeof text;

	text[--i] = '\0';
	do {
		text[--i] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	text[--i] = 'x';
	text[--i] = '0';
	put(text + i);
}

static void
put_decimal(uint64_t value)
{
	char text[24];
	size_t i = sizeof text;

	text[--i] = '\0';
	do
		text[--i] = (char)('0' + value % 10);
	while (value /= 10);
	put(text + i);
}

static void
put_slot(const struct scoreboard_slot *slot)
{
	put("generation ");
	put_decimal(slot->generation);
	put(" pool ");
	put(pool_name((enum pool)slot->pool));
	put("\nmodule ");
	put(slot->module < SCOREBOARD_MODULES ? scoreboard_module(slot->module)->name : "-");
	put("\nroute ");
	if (slot->route < SCOREBOARD_ROUTES) {
		put(scoreboard_route(slot->route)->method);
		put(" ");
		put(scoreboard_route(slot->route)->path);
	} else
		put("-");
	put("\nrequest ");
	put(slot->rid[0] ? slot->rid : "-");
	if (slot->job[0]) {
		put("\njob ");
		put(slot->job);
	}
	put("\nphase ");
	put(phase_name(slot->phase));
	put("\n");
}

static void
put_registers(const ucontext_t *context)
{
#if defined(__x86_64__)
	static const char *const names[] = { "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		"rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx", "rsp", "rip" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		put(names[i]);
		put(" ");
		put_hex((uintptr_t)context->uc_mcontext.gregs[i]);
		put(i % 4 == 3 ? "\n" : "  ");
	}
	put("\n");
#else
	(void)context;
#endif
}

static void
put_maps(void)
{
	char data[4096];
	ssize_t n;
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while ((n = read(fd, data, sizeof data)) > 0)
		if (write(crash_fd, data, (size_t)n) != n)
			break;
	close(fd);
}

static void
crash_handle(int number, siginfo_t *info, void *context)
{
	uintptr_t addresses[SCOREBOARD_TRACE];
	size_t n;

	put("signal ");
	put_decimal((uint64_t)number);
	put(" code ");
	put_hex((uintptr_t)info->si_code);
	put(" address ");
	put_hex((uintptr_t)info->si_addr);
	put(" pid ");
	put_decimal((uint64_t)getpid());
	put("\n");
	put_slot(crash_slot);
	n = crash_walk(context, addresses, SCOREBOARD_TRACE);
	for (size_t i = 0; i < n; i++) {
		put("frame ");
		put_hex(addresses[i]);
		put("\n");
	}
	put_registers(context);
	put_maps();
	/* Last: this follows pointers that the crash may have spoilt. */
	put("query ");
	put(crash_query());
	put("\n");
	process_counters();
	/* SA_RESETHAND has put the default back. */
	(void)raise(number);
}

static void
stack_find(void)
{
	pthread_attr_t attr;
	void *low;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &attr))
		return;
	if (!pthread_attr_getstack(&attr, &low, &size)) {
		stack_low = (uintptr_t)low;
		stack_high = stack_low + size;
	}
	pthread_attr_destroy(&attr);
}

void
crash_install(int fd, const struct scoreboard_slot *slot, const char *(*query)(void))
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS };
	struct sigaction action = { .sa_sigaction = crash_handle,
		.sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND) };
	stack_t stack = { .ss_size = CRASH_STACK };
	char *place;

	crash_fd = fd;
	crash_slot = slot;
	crash_query = query;
	stack_find();
	place = mmap(NULL, CRASH_STACK + 4096, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (place == MAP_FAILED || mprotect(place + 4096, CRASH_STACK, PROT_READ | PROT_WRITE))
		return;
	stack.ss_sp = place + 4096;
	(void)sigaltstack(&stack, NULL);
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaction(numbers[i], &action, NULL);
}

/* ---- names of addresses, in the parent ---- */

struct elf_file {
	const char *data;
	size_t size;
};

static bool
inside(const struct elf_file *file, uint64_t offset, uint64_t size)
{
	return offset <= file->size && size <= file->size - offset;
}

/* The function that holds `value` in a symbol table; static ones included. */
static const char *
table_search(const struct elf_file *file, const ElfW(Shdr) *table, const ElfW(Shdr) *strings,
    uintptr_t value, uintptr_t *start)
{
	const ElfW(Sym) *symbols = (const void *)(file->data + table->sh_offset);
	size_t n = table->sh_size / sizeof symbols[0];

	for (size_t i = 0; i < n; i++) {
		const ElfW(Sym) *symbol = &symbols[i];

		if ((symbol->st_info & 15) != STT_FUNC || value < symbol->st_value ||
		    value >= symbol->st_value + symbol->st_size ||
		    symbol->st_name >= strings->sh_size)
			continue;
		*start = symbol->st_value;
		return file->data + strings->sh_offset + symbol->st_name;
	}
	return NULL;
}

static const char *
file_search(const struct elf_file *file, uintptr_t value, uintptr_t *start)
{
	const ElfW(Ehdr) *head = (const void *)file->data;
	const ElfW(Shdr) *sections;
	const char *name;

	if (!inside(file, 0, sizeof *head) || memcmp(head->e_ident, ELFMAG, SELFMAG) ||
	    !inside(file, head->e_shoff, (uint64_t)head->e_shnum * sizeof *sections))
		return NULL;
	sections = (const void *)(file->data + head->e_shoff);
	for (size_t i = 0; i < head->e_shnum; i++) {
		const ElfW(Shdr) *table = &sections[i];

		if ((table->sh_type != SHT_SYMTAB && table->sh_type != SHT_DYNSYM) ||
		    table->sh_link >= head->e_shnum ||
		    !inside(file, table->sh_offset, table->sh_size) ||
		    !inside(file, sections[table->sh_link].sh_offset, sections[table->sh_link].sh_size))
			continue;
		name = table_search(file, table, &sections[table->sh_link], value, start);
		if (name)
			return name;
	}
	return NULL;
}

static bool
function_find(const char *path, uintptr_t value, char *name, size_t size, uintptr_t *start)
{
	struct elf_file file;
	struct stat st;
	const char *found = NULL;
	void *map = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && st.st_size > 0)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	file = (struct elf_file){ map, (size_t)st.st_size };
	found = file_search(&file, value, start);
	if (found)
		(void)snprintf(name, size, "%s", found);
	munmap(map, (size_t)st.st_size);
	return found != NULL;
}

void
crash_symbol(uintptr_t address, char *text, size_t size)
{
	Dl_info info;
	char name[96];
	const char *path, *base;
	uintptr_t start = 0;

	if (!dladdr((void *)address, &info) || !info.dli_fname) {
		(void)snprintf(text, size, "0x%llx", (unsigned long long)address);
		return;
	}
	base = strrchr(info.dli_fname, '/');
	base = base ? base + 1 : info.dli_fname;
	/* The main program is known under the name it was called by. */
	path = strchr(info.dli_fname, '/') ? info.dli_fname : "/proc/self/exe";
	address -= (uintptr_t)info.dli_fbase;
	if (function_find(path, address, name, sizeof name, &start))
		(void)snprintf(text, size, "%s!%s+0x%llx", base, name,
		    (unsigned long long)(address - start));
	else
		(void)snprintf(text, size, "%s+0x%llx", base, (unsigned long long)address);
}
