/* What must be in memory before the first fork of a generation: keys and the
 * addresses of static files. */
#include "conf.h"
#include "crypto.h"
#include "page.h"

bool host_prepare(char *reason, size_t size);

bool
host_prepare(char *reason, size_t size)
{
	page_assets(conf->static_dir);
	return crypto_init(conf->key_file, reason, size);
}
