/* message.h: the message catalogue, the host's side (view.h has message_text). */
#ifndef HOST_MESSAGE_H
#define HOST_MESSAGE_H

#include "handler.h"

/* Reads all *.msg of the folder, replacing what was loaded. en-ZA must exist. */
bool message_load(const char *dir, char *reason, size_t size);
/* Text in the locale, else in English, else NULL. */
const char *message_find(const char *locale, const char *key);
/* Best loaded locale for a wanted one ("zu" gives "zu-ZA"); NULL = none. */
const char *message_locale(const char *wanted);
size_t message_locales(const char **out, size_t max);
/* A value known when templates are parsed: {{<key>}} stands for it. Known are
 * asset.<name> (page_assets()); {{icon.<id>}} is the picture <id> of
 * asset.icons. Both strings are copied; a key given again is replaced. */
void message_constant(const char *key, const char *value);
/* Template source with {{…}} replaced, from malloc; NULL and a reason. plain:
 * texts are not escaped for HTML. */
char *message_expand(const char *source, const char *locale, bool plain, char *reason, size_t size);

#endif
