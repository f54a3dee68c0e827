/* The check of FastCGI records before libfcgi reads them (host.md L6–L8, F31). */
#include <stdlib.h>

#include "fcgi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int whole = fcgi_check(data, size);

	/* A verdict over a part may only become more certain with more bytes. */
	for (size_t n = 0; n < size; n += 1 + size / 16) {
		int part = fcgi_check(data, n);

		if ((part < 0 && whole >= 0) || (part > 0 && whole == 0))
			abort();
	}
	return 0;
}
