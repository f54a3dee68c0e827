/*
 * view.h: the view tree, the host's side. A node begins with ClearSilver's
 * HDF struct, linked by hand in the arena, so that a template reads the tree
 * without any conversion; the tail holds the type for JSON. view.c is the
 * only writer; render_html.c and render_json.c read.
 */
#ifndef HOST_VIEW_H
#define HOST_VIEW_H

#include "arena.h"
#include "handler.h"

enum view_medium { VIEW_PAGE, VIEW_JSON };

/* Root of a tree. locale and zone are used for text forms on pages. */
struct view *view_new(struct arena *, enum view_medium, const char *locale, const char *zone);
enum view_medium view_medium(const struct view *);
/* JSON text of the tree. */
void render_json(struct buffer *, const struct view *);
/* For mails and stored views: a view from JSON text. */
struct view *view_from_json(struct arena *, enum view_medium, const char *locale,
    const char *zone, const char *json);

/* Templates (render_html.c). Parsed before fork; in development a template is
 * parsed again when its file or an include changed. */
bool template_load_all(const char *template_dir, const char *message_dir, char *reason, size_t size);
/* Renders name with view as `view` and chrome as `page`. false: reason. */
bool template_render(struct buffer *, const char *name, const char *locale,
    struct view *view, struct view *page, char *reason, size_t size);

/* The same by ClearSilver's own renderer, for the test that compares the two;
 * false also when that one renders the template anyway. */
bool template_render_parsed(struct buffer *, const char *name, const char *locale,
    struct view *view, struct view *page, char *reason, size_t size);

bool template_exists(const char *name);

/* Messages: text of a key in a locale, else in English, else the key. */
const char *message_text(const char *locale, const char *key);

#endif
