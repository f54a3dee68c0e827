/*
 * sandbox.c: what a worker can no longer do (host.md T10). Order: limits and
 * flags, Landlock, (database), seccomp. Landlock is probed; where the kernel
 * lacks it, isolation rests on user and mode, and the report says so.
 *
 * seccomp is a deny list: what no worker may ever do kills it; making a
 * process or executable memory is refused. clone3 answers ENOSYS, so that
 * libc falls back to clone, whose flags a filter can see.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12. Source: include/uapi/linux/landlock.h. */
#define NET_CONNECT_TCP (1ULL << 1)
#define FS_TRUNCATE (1ULL << 14)
#define FS_REFER (1ULL << 13)
#define SCOPE_SIGNAL (1ULL << 1)
#define RULE_NET_PORT 2

struct ruleset {
	uint64_t handled_fs, handled_net, scoped;
};

struct port_rule {
	uint64_t allowed, port;
};

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	    LANDLOCK_ACCESS_FS_MAKE_REG)
#define FS_ALL_1 ((1ULL << 13) - 1)
#define FS_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

static void
say(char *report, size_t size, const char *what)
{
	size_t used = strlen(report);

	(void)snprintf(report + used, size - used, "%s%s", used ? ", " : "", what);
}

static void
limit(int what, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(what, &now))
		return;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
		value = now.rlim_max;
	(void)setrlimit(what, &(struct rlimit){ value, value });
}

static void
limits_set(enum pool pool)
{
	bool heavy = pool == POOL_SLOW || pool == POOL_JOBS;

	/* Argon2id at 64 MiB, a 16 MiB arena and the shared part must fit. */
	limit(RLIMIT_AS, (rlim_t)(heavy ? 4096 : 1536) << 20);
	limit(RLIMIT_NOFILE, 1024);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NICE, 0); /* a generation may come up before the rest; its workers do not */
	limit(RLIMIT_MEMLOCK, 1 << 20);
}

/* ---- Landlock ---- */

static int
landlock_create(const struct ruleset *rules, size_t size, uint32_t flags)
{
	return (int)syscall(SYS_landlock_create_ruleset, rules, size, flags);
}

static void
allow(int ruleset, const char *path, uint64_t access, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access & handled };
	struct stat st;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return; /* what is not there needs no right */
	if (!fstat(rule.parent_fd, &st) && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_FILE;
	(void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

static void
files_allow(int ruleset, enum pool pool, const char *generation_dir, uint64_t handled)
{
	/* Name service, certificates, time zones, character sets, entropy. */
	static const char *const readable[] = { "/etc/ssl", "/usr/share/ca-certificates",
		"/usr/local/share/ca-certificates", "/usr/share/zoneinfo", "/etc/localtime",
		"/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
		"/etc/services", "/etc/protocols", "/etc/gai.conf", "/etc/passwd", "/etc/mime.types",
		"/usr/lib", "/lib", "/usr/share/locale", "/usr/lib/locale", "/etc/ld.so.cache",
		"/etc/fonts", "/usr/share/fonts", "/usr/share/misc", "/var/cache/fontconfig",
		"/proc/self", "/dev/urandom" };
	const struct conf_setting *setting;
	const char *value;

	for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
		allow(ruleset, readable[i], FS_READ, handled);
	allow(ruleset, "/dev/null", FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE, handled);
	allow(ruleset, conf->template_dir, FS_READ, handled);
	allow(ruleset, conf->message_dir, FS_READ, handled);
	allow(ruleset, generation_dir, FS_READ, handled);
	if (conf->smtp_password_file[0] && pool == POOL_JOBS)
		allow(ruleset, conf->smtp_password_file, FS_READ, handled);
	if (conf->smtp_ca_file[0] && pool == POOL_JOBS)
		allow(ruleset, conf->smtp_ca_file, FS_READ, handled);
	for (size_t i = 0; (setting = conf_setting_at(i, &value)) != NULL; i++)
		if (value[0] && (setting->file_pools & 1u << pool))
			allow(ruleset, value, FS_READ, handled);
	if (conf->clock_file[0])
		allow(ruleset, conf->clock_file, FS_READ, handled);
	allow(ruleset, conf->protected_dir, FS_WRITE | FS_TRUNCATE | FS_REFER, handled);
	/* Read by the development mailbox page, written by the jobs pool. */
	allow(ruleset, conf->mail_dir,
	    pool == POOL_JOBS ? FS_WRITE | FS_TRUNCATE | FS_REFER : FS_READ, handled);
#ifdef COVERAGE_DIR
	allow(ruleset, COVERAGE_DIR, FS_WRITE | FS_TRUNCATE, handled);
#endif
	if (pool == POOL_SLOW || pool == POOL_JOBS)
		allow(ruleset, "/tmp", FS_WRITE | FS_TRUNCATE | FS_REFER, handled);
}

static void
ports_allow(int ruleset)
{
	const char *s = conf->connect_ports;

	while (*s) {
		char *end;
		unsigned long port = strtoul(s, &end, 10);
		struct port_rule rule = { NET_CONNECT_TCP, port };

		if (port > 0 && port < 65536)
			(void)syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0);
		if (end == s)
			end++;
		s = end + strspn(end, ", ");
	}
}

static bool
landlock_enter(enum pool pool, const char *generation_dir, char *what, size_t size)
{
	int version = landlock_create(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION), ruleset;
	struct ruleset rules = { .handled_fs = FS_ALL_1 };
	size_t rules_size = sizeof rules.handled_fs;
	bool held;

	if (version < 1)
		return false;
	if (version >= 2)
		rules.handled_fs |= FS_REFER;
	if (version >= 3)
		rules.handled_fs |= FS_TRUNCATE;
	if (version >= 4) {
		rules.handled_net = conf->connect_ports[0] ? NET_CONNECT_TCP : 0;
		rules_size += sizeof rules.handled_net;
	}
	if (version >= 6) {
		rules.scoped = SCOPE_SIGNAL;
		rules_size += sizeof rules.scoped;
	}
	ruleset = landlock_create(&rules, rules_size, 0);
	if (ruleset < 0)
		return false;
	files_allow(ruleset, pool, generation_dir, rules.handled_fs);
	if (rules.handled_net)
		ports_allow(ruleset);
	held = !syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
	(void)snprintf(what, size, "landlock %d (files%s%s)", version,
	    rules.handled_net ? " ports" : "", rules.scoped ? " signals" : "");
	return held;
}

void
sandbox_files(enum pool pool, const char *generation_dir, char *report, size_t size)
{
	struct addrinfo *list;
	char what[96];

	report[0] = '\0';
	if (!conf->sandbox || process_instrumented()) {
		say(report, size, conf->sandbox ? "off (instrumented build)" : "off (configuration)");
		return;
	}
	limits_set(pool);
	say(report, size, "limits");
	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		say(report, size, "no-new-privs");
	if (!prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		say(report, size, "not dumpable");
	/* Name service opens its files and libraries on first use. */
	if (!getaddrinfo("localhost", "80", NULL, &list))
		freeaddrinfo(list);
	if (landlock_enter(pool, generation_dir, what, sizeof what))
		say(report, size, what);
	else
		say(report, size, "no landlock");
}

/* ---- seccomp ---- */

static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(keyctl),
	SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at), SCMP_SYS(perf_event_open), SCMP_SYS(pivot_root),
	SCMP_SYS(chroot), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct),
	SCMP_SYS(quotactl), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(fsopen),
	SCMP_SYS(fsmount), SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(personality),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid),
	SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setgroups), SCMP_SYS(mknod),
	SCMP_SYS(mknodat) };

#ifndef CLONE_THREAD
#define CLONE_THREAD 0x10000
#endif

static bool
filter_fill(scmp_filter_ctx filter, enum pool pool)
{
	bool good = true;

	for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
		good = !seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0) && good;
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fork), 0) && good;
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(vfork), 0) && good;
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) && good;
	/* libcurl resolves names in a thread: threads stay in slow and jobs. */
	if (pool == POOL_SLOW || pool == POOL_JOBS)
		good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			   SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) && good;
	else
		good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 0) && good;
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mprotect), 1,
		   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)) && good;
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
		   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)) && good;
	/* Terminal input injection. */
	good = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
		   SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, 0x5412)) && good;
	return good;
}

void
sandbox_calls(enum pool pool, char *report, size_t size)
{
	scmp_filter_ctx filter;

	if (!conf->sandbox || process_instrumented())
		return;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter && filter_fill(filter, pool) && !seccomp_load(filter))
		say(report, size, "seccomp (no exec, no fork, no executable memory)");
	else
		say(report, size, "no seccomp");
	seccomp_release(filter);
}
