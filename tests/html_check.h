/*
 * html_check.h: does a page of markdown_render() hold only what it may? An
 * own reader of HTML, written apart from the renderer: every element and
 * attribute is on a list, tags nest, addresses are of allowed kinds.
 */
#ifndef TESTS_HTML_CHECK_H
#define TESTS_HTML_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* false and a reason with the place when something else is in it. */
bool html_check(const char *html, char *reason, size_t size);
/* How often `what` is in the text. */
size_t html_count(const char *html, const char *what);

#endif
