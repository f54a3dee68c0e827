/* Any bytes as template source: expanding messages never crashes and leaves no
 * reference behind. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
catalogue(void)
{
	char dir[] = "/tmp/message-fuzz-XXXXXX", path[64], reason[200];
	FILE *f;

	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/en-ZA.msg", dir);
	f = fopen(path, "w");
	fputs("a = Text {n} <b> \"q\"\nb.one = {n} thing\nb.other = {n} things\n", f);
	fclose(f);
	if (!message_load(dir, reason, sizeof(reason)))
		abort();
	unlink(path);
	rmdir(dir);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	char *source = malloc(size + 1), *out, reason[200];

	if (!ready)
		catalogue();
	ready = true;
	memcpy(source, data, size);
	source[size] = '\0';
	out = message_expand(source, "en-ZA", size % 2 == 0, reason, sizeof(reason));
	free(out);
	free(source);
	return 0;
}
