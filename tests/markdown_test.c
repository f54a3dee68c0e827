/* The Markdown renderer: what lessons need, and what nobody may get through. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "conf.h"
#include "html_check.h"
#include "markdown_part.h"

static struct arena *a;
static struct conf own_conf;

static void
begin(void)
{
	a = arena_new((size_t)512 << 20);
}

static void
end(void)
{
	arena_free(a);
}

TestSuite(markdown, .init = begin, .fini = end);

static struct markdown_result
render(const char *source)
{
	return markdown_render(a, source, strlen(source), NULL);
}

static const char *
html(const char *source)
{
	char reason[200];
	const char *text = render(source).html.text;

	cr_assert(html_check(text, reason, sizeof reason), "%s\n%s", reason, source);
	return text;
}

#define SHOWS(source, what) \
	cr_expect(strstr(html(source), what) != NULL, "no %s in\n%s", what, html(source))
#define HIDES(source, what) \
	cr_expect(strstr(html(source), what) == NULL, "%s in\n%s", what, html(source))

/* ---- what lessons need ----------------------------------------------------------- */

Test(markdown, puts_headings_under_the_page_s_own)
{
	SHOWS("# A\n\n## B\n\n### C\n", "<h2 id=\"s-a\">A</h2>\n<h2 id=\"s-b\">B</h2>\n<h3 id=\"s-c\">C</h3>");
	SHOWS("###### Deep", "<h6 id=\"s-deep\">");
}

Test(markdown, gives_equal_headings_different_ids)
{
	SHOWS("# A\n# A\n# A-2\n# A\n", "<h2 id=\"s-a-2-2\">");
	SHOWS("# A\n# A\n# A-2\n# A\n", "<h2 id=\"s-a-3\">");
	SHOWS("# A {#own}\n\n[x](#own)", "<h2 id=\"s-own\">A</h2>\n<p><a href=\"#s-own\">");
}

Test(markdown, lists_headings_as_json)
{
	struct markdown_result r = render("# A \"b\" \\\\\n\n::: callout\n## In a box\n:::\n\n### C\n");

	cr_assert_str_eq(r.headings, "[{\"level\":2,\"id\":\"s-a-b\",\"text\":\"A \\\"b\\\" \\\\\"},"
	    "{\"level\":3,\"id\":\"s-c\",\"text\":\"C\"}]");
}

Test(markdown, drops_front_matter)
{
	HIDES("---\ntitle: secret\n---\ntext", "secret");
	HIDES("\xEF\xBB\xBF---\r\ntitle: secret\r\n---\r\ntext", "secret");
	SHOWS("---\n\ntext without an end", "text without an end");
}

Test(markdown, turns_fenced_divs_into_callouts)
{
	const char *text = html(":::::: challenge\n\n## Try\n\nText\n\n::: solution\nS\n:::\n::::::\n");

	cr_assert_str_eq(text, "<aside class=\"callout callout-challenge\">\n"
	    "<h3 class=\"callout-title\" id=\"s-try\">Try</h3>\n<p>Text</p>\n"
	    "<details class=\"solution\">\n<summary>Solution</summary>\n<p>S</p>\n</details>\n</aside>\n");
}

Test(markdown, reads_all_spellings_of_a_fence)
{
	static const char *const opens[] = { "::: callout", ":::callout", ":::::::::::::: callout",
		"::: {.callout}", "::: {.callout #x}", "::: callout :::", "::: {.callout} :::::",
		"  ::: callout", "::: Callout" };

	for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++) {
		const char *source = arena_printf(a, "%s\nbody\n:::\nafter", opens[i]);

		SHOWS(source, "callout-note\">\n<h3 class=\"callout-title\">Note</h3>\n<p>body</p>\n</aside>\n<p>after</p>");
		HIDES(source, ":::");
	}
}

Test(markdown, loses_no_solution_when_fences_are_wrong)
{
	SHOWS("::: challenge\n- item\n  ::: solution\n  S\n:::\n:::\nafter", "S");
	SHOWS("::: solution\nS", "<p>S</p>\n</details>");
	SHOWS("text\n:::\n::: solution\nS\n:::", "<p>S</p>\n</details>");
	SHOWS("::: challenge\n- a\n  :::\n\nafter", "</aside>\n<p>after</p>");
	SHOWS("> ::: hint\n> h\n> :::\n\nafter", "</details>\n</blockquote>\n<p>after</p>");
	SHOWS("<!-- never closed\n\n::: solution\nS\n:::", "<details class=\"solution\">");
	SHOWS("<script>\n\n::: solution\nS\n:::", "<details class=\"solution\">");
	SHOWS("a ` tick\n::: solution\nS `\n:::", "<details class=\"solution\">");
	SHOWS("a $$ b\n::: solution\nS $$\n:::", "<details class=\"solution\">");
}

Test(markdown, leaves_fences_in_code_alone)
{
	SHOWS("```\n::: challenge\n```", "::: challenge");
	SHOWS("````md\n```\n::: x\n```\n````\n\n::: hint\nh\n:::", "::: x\n```</code>");
	SHOWS("    ::: code\n", "::: code");
	SHOWS("`$a` and `$b` and `{x='y'}`", "<code>$a</code> and <code>$b</code> and <code>{x=&#39;y&#39;}</code>");
	SHOWS("- ```\n  $x$ ::: [^1]\n  ```\n\n[^1]: n", "$x$ ::: [^1]</code>");
}

Test(markdown, hides_what_is_for_instructors)
{
	HIDES("::: instructor\nsecret\n\n```\nsecret\n```\n![secret](x)\n:::\nopen", "secret");
	SHOWS("::: instructor\nsecret\n:::\nopen", "<p>open</p>");
	cr_expect(strstr(render("::: instructor\nsecret\n:::").text, "secret") == NULL);
}

Test(markdown, shows_unknown_divs_and_their_content)
{
	struct markdown_result r = render("::: strange\ntext\n:::");

	cr_expect_str_eq(r.html.text, "<div class=\"div\">\n<p>text</p>\n</div>\n");
	cr_expect(r.warnings[0] != NULL && strstr(r.warnings[0], "strange") != NULL);
}

Test(markdown, reads_the_notes_of_exercise_tracks)
{
	SHOWS("~~~~exercism/caution\nBe *careful*\n\n```js\nx\n```\n~~~~\nafter",
	    "callout-caution\">\n<h3 class=\"callout-title\">Caution</h3>\n<p>Be <em>careful</em></p>");
	SHOWS("~~~~exercism/note\nN\n~~~~\nafter", "</aside>\n<p>after</p>");
}

Test(markdown, names_the_language_of_code)
{
	static const char *const infos[] = { "python", " python ", "Python", "{.python}", "py",
		"{.python .numberLines}", ".language-python", "{.language-python}", "{python, echo=F}" };

	for (size_t i = 0; i < sizeof infos / sizeof infos[0]; i++)
		SHOWS(arena_printf(a, "```%s\nx = 1\n```", infos[i]), "<div class=\"code\" data-lang=\"python\">");
	SHOWS("~~~\nx\n~~~\n{: .language-bash}\n", "data-lang=\"bash\"");
	HIDES("~~~\nx\n~~~\n{: .language-bash}\n", "{:");
	SHOWS("```output\n1\n```", "<div class=\"code code-output\" data-lang=\"output\"><pre tabindex=\"0\"><code>1</code></pre></div>");
	SHOWS("```error\n1\n```", "code-error");
	HIDES("```\"><script>\nx\n```", "script");
}

Test(markdown, shows_pictures_of_the_list_only)
{
	static const struct markdown_image images[] = {
		{ "fig/a b.png", "/media/ab.png", 640, 480 }, { "fig/gone.png", NULL, 0, 0 }, { 0 }
	};
	static const char source[] = "![cap](./fig/x/../a%20b.png){alt='The _alt_' width=320}\n\n"
		"in ![line](<fig/a b.png>) text\n\n![gone](fig/gone.png)\n\n![no *such*](b.png)\n";
	struct markdown_result r = markdown_render(a, source, strlen(source), images);

	cr_assert_str_eq(r.html.text, "<figure><img src=\"/media/ab.png\" alt=\"The _alt_\" width=\"320\" "
	    "height=\"240\" loading=\"lazy\" decoding=\"async\"><figcaption>cap</figcaption></figure>\n"
	    "<p>in <img src=\"/media/ab.png\" alt=\"line\" width=\"640\" height=\"480\" loading=\"lazy\" "
	    "decoding=\"async\"> text</p>\n<figure><span class=\"image-missing\">gone</span></figure>\n"
	    "<figure><span class=\"image-missing\">no such</span></figure>\n");
	cr_expect(strstr(r.warnings[0], "gone.png") != NULL && strstr(r.warnings[1], "b.png") != NULL);
}

Test(markdown, makes_tables_that_scroll_and_name_their_columns)
{
	SHOWS("| a | b |\n|---|--:|\n| 1 | 2 |\n", "<div class=\"table-scroll\" tabindex=\"0\"><table><thead><tr>"
	    "<th scope=\"col\">a</th><th scope=\"col\" class=\"align-right\">b</th></tr>\n</thead>"
	    "<tbody><tr><td>1</td><td class=\"align-right\">2</td></tr>\n</tbody></table></div>");
	SHOWS("|a|b|c|\n|-|-|-|\n| | |3|\n|1|\n", "<tr><td></td><td></td><td>3</td></tr>\n<tr><td>1</td></tr>");
}

Test(markdown, collects_footnotes_at_the_end)
{
	const char *text = html("A[^n] b[^2] c[^n] d[^no]\n\n[^n]: The *note*\n  goes on\n[^2]: Two\n\nafter");

	cr_expect(strstr(text, "A<sup class=\"footnote-ref\"><a href=\"#s-fn-1\" id=\"s-fnref-1\">1</a></sup>"));
	cr_expect(strstr(text, "d[^no]</p>\n<p>after</p>\n<section class=\"footnotes\"><ol>"));
	cr_expect(strstr(text, "<li id=\"s-fn-1\"><p>The <em>note</em>\ngoes on</p>\n<a class=\"footnote-back\" href=\"#s-fnref-1\">"));
	cr_expect_eq(html_count(text, "id=\"s-fnref-1\""), 1);
}

Test(markdown, sets_dashes)
{
	SHOWS("a --- b -- c, `x -- y` and --option, a--b", "a \xE2\x80\x94 b \xE2\x80\x93 c, <code>x -- y</code> and --option, a--b");
}

Test(markdown, reads_task_lists)
{
	SHOWS("- [x] done\n- [ ] open\n", "<li class=\"task task-done\">");
}

Test(markdown, keeps_harmless_html)
{
	SHOWS("H<sub>2</sub>O, <kbd>Ctrl</kbd> a<br>b <em class=x onclick=y>e</em>",
	    "H<sub>2</sub>O, <kbd>Ctrl</kbd> a<br>b <em>e</em>");
	SHOWS("<details open><summary>More</summary>\n\n*text*\n\n</details>\n\nafter",
	    "<details><summary>More</summary>\n\n<p><em>text</em></p>\n</details>\n");
	SHOWS("<table><tr><td colspan=2>x</table>", "<table><tr><td colspan=\"2\">x</td></tr>\n</table>");
	SHOWS("use <variable_name> here", "use &lt;variable_name&gt; here");
	HIDES("a <!-- hidden --> b", "hidden");
	HIDES("<div>\n<!-- hidden\n\nstill -->\n</div>", "hidden");
}

Test(markdown, closes_what_html_leaves_open)
{
	SHOWS("a <b>b\n\nc", "<p>a <b>b</b></p>\n<p>c</p>");
	SHOWS("*a <b>b* c</b>", "<em>a <b>b</b></em> c");
	SHOWS("| <b>x | y |\n|--|--|\n", "<th scope=\"col\"><b>x</b></th>");
	SHOWS("# <i>x", "<i>x</i></h2>");
	SHOWS("<td>x</td>", "x");
}

/* md4c 0.4.8 ends a strong span here that it never began. */
Test(markdown, nests_properly_when_the_parser_does_not)
{
	SHOWS("::: hint\n## Sol (https://a.b/c?*1**\n\ntext\n:::\nafter", "<p>text</p>\n</details>\n<p>after</p>");
	SHOWS("> - x https://a.b/c?*1** y\n\nafter", "</blockquote>\n<p>after</p>");
}

Test(markdown, links_only_where_it_may)
{
	SHOWS("[a](https://x.org/?a=1&b=2 \"t\")", "<a href=\"https://x.org/?a=1&amp;b=2\" title=\"t\" rel=\"nofollow ugc noopener\">a</a>");
	SHOWS("[a](mailto:a@b.c)", "href=\"mailto:a@b.c\"");
	SHOWS("[a](/courses)", "<a href=\"/courses\">a</a>");
	SHOWS("[a](lesson:loops)", "<a href=\"./loops\">a</a>");
	SHOWS("[a](lesson:loops#The%20end)", "<a href=\"./loops#s-the20end\">a</a>");
	SHOWS("see https://x.org/a_b_c.", "<a href=\"https://x.org/a_b_c\" rel=");
	SHOWS("[a](data/x.csv)", "<p>a</p>");
	SHOWS("[a](https://x.org/\xC3\xA4 )", "href=\"https://x.org/%C3%A4\"");
	SHOWS("[a [b](https://x) c](https://y)", "<a ");
	SHOWS("<a href=\"https://x\">a <a href=\"https://y\">b</a></a>", "a b</a>");
}

Test(markdown, tells_prices_from_mathematics)
{
	HIDES("R5, $5 and $6; `$x` or $y", "class=\"math");
	HIDES("costs $ 5 $ or 7$", "class=\"math");
	SHOWS("let $x^2$ be", "<span class=\"math\">");
	SHOWS("$$\n\\sum_i\n$$", "<span class=\"math math-display\">");
}

Test(markdown, gives_the_text_for_search)
{
	struct markdown_result r = render("# One\n\nTwo *three* `four` [five](https://x)\n\n```\ncode\n```\n\n- six\n\n![seven](x.png)");

	cr_expect_str_eq(r.text, "One\nTwo three four five\nsix\nseven \n", "%s", r.text);
	cr_expect_eq(r.words, 7);
}

Test(markdown, survives_bad_utf8_and_controls)
{
	char reason[200];
	static const char bad[] = "a\0b\xff\xc0\x80 \xed\xa0\x80 \xf5\x90\x80\x80 \xef\xb7\x90" "0\xef\xb7\x91 \x1b[31m\xe2\x82";
	struct markdown_result r = markdown_render(a, bad, sizeof bad - 1, NULL);

	cr_expect(html_check(r.html.text, reason, sizeof reason), "%s", reason);
	cr_expect(strstr(r.html.text, "\xEF\xBF\xBD") != NULL);
	cr_expect_str_eq(markdown_render(a, "", 0, NULL).html.text, "");
}

Test(markdown, cuts_what_is_too_long)
{
	size_t n = 300 * 1024;
	char *big = arena_alloc(a, n + 1);

	for (size_t i = 0; i < n; i++)
		big[i] = i % 64 == 63 ? '\n' : 'a';
	struct markdown_result r = markdown_render(a, big, n, NULL);
	cr_expect(strlen(r.html.text) < 270 * 1024 && r.warnings[0] != NULL);
}

/* ---- helpers ---------------------------------------------------------------------------- */

static void
helpers(const char *highlight, const char *math)
{
	own_conf = *conf;
	own_conf.helper_highlight = highlight;
	own_conf.helper_math = math;
	conf = &own_conf;
}

Test(markdown, colours_code_and_makes_mathml)
{
	const char *text;

#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("a sanitizer build cannot start helpers: they limit their address space");
#endif
	helpers(SOURCE_DIR "/tools/helpers/highlight", SOURCE_DIR "/tools/helpers/math");
	text = html("```python\ndef f(x): # <b> & 'q'\n    return \"\xC3\xA4\"\n```\n\n$x^2$ and $\\frac{a}{b}$\n\n"
	    "```nosuchlanguage\nx\n```\n\n```sql\nselect 1;\n```");
	cr_expect(strstr(text, "<span class=\"k\">def</span> <span class=\"nf\">f</span>(x): <span class=\"c1\"># &lt;b&gt; &amp; &#39;q&#39;</span>"), "%s", text);
	cr_expect(strstr(text, "<math alttext=\"x^2\"><msup><mi>x</mi><mn>2</mn></msup></math>"), "%s", text);
	cr_expect(strstr(text, "<mfrac><mi>a</mi><mi>b</mi></mfrac>"), "%s", text);
	cr_expect(strstr(text, "<span class=\"k\">select</span>"), "%s", text);
	/* Again, from memory: the helpers are gone. */
	helpers("", "");
	cr_expect_str_eq(html("```sql\nselect 1;\n```"), "<div class=\"code\" data-lang=\"sql\"><pre tabindex=\"0\"><code>"
	    "<span class=\"k\">select</span> <span class=\"mi\">1</span>;</code></pre></div>\n");
}

Test(markdown, does_without_helpers)
{
	helpers("", "");
	SHOWS("```python\nif a < b:\n```", "<code>if a &lt; b:</code>");
	SHOWS("$a < b$", "<span class=\"math\">a &lt; b</span>");
	helpers("/bin/false", "/bin/false");
	SHOWS("```python\nif a > b:\n```", "<code>if a &gt; b:</code>");
	helpers("/bin/cat", "/bin/cat");
	SHOWS("```python\nif a > c:\n```", "<code>if a &gt; c:</code>");
	SHOWS("$a > d$", "<span class=\"math\">a &gt; d</span>");
}

Test(markdown, believes_no_helper)
{
	static const struct {
		const char *answer, *code;
		bool good;
	} codes[] = { { "<span class=\"k\">if</span> a", "if a", true },
		{ "a &lt; b", "a < b", true }, { "if a", "if b", false },
		{ "<span class=\"k\" onclick=\"x\">if</span>", "if", false },
		{ "<span class=\"kkkk\">if</span>", "if", false }, { "<b>if</b>", "if", false },
		{ "<span class=\"k\">if", "if", false }, { "if</span>", "if", false },
		{ "if<script>x</script>", "if", false }, { "if more", "if", false },
		{ "<img src=x>", "<img src=x>", false }, { "<span class=\"", "", false } };
	static const struct {
		const char *answer;
		bool good;
	} maths[] = { { "<math><mi>x</mi></math>", true },
		{ "<math display=\"inline\" xmlns=\"http://www.w3.org/1998/Math/MathML\"><semantics><mi>x</mi>"
		  "<annotation encoding=\"application/x-tex\">x</annotation></semantics></math>", true },
		{ "<math><mi>x</mi>", false }, { "<math><mi>x</mo></math>", false },
		{ "<math><script>x</script></math>", false }, { "<math><mi>x</mi></math><b>", false },
		{ "<span class=\"math\">x</span>", false }, { "<math><mi onclick=\"x\">x</mi></math>", true },
		{ "<math><annotation-xml encoding=\"text/html\"><img></annotation-xml></math>", false },
		{ "<math><mtext><img src=x onerror=alert(1)></mtext></math>", false } };
	struct buffer out;
	char reason[200];

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		buffer_init(&out, a, 64);
		cr_expect_eq(md_code_check(&out, codes[i].answer, strlen(codes[i].answer), codes[i].code,
		    strlen(codes[i].code)), codes[i].good, "%s", codes[i].answer);
	}
	for (size_t i = 0; i < sizeof maths / sizeof maths[0]; i++) {
		bool good;

		buffer_init(&out, a, 64);
		good = md_math_check(&out, maths[i].answer, strlen(maths[i].answer), "x", 1, false);
		cr_expect_eq(good, maths[i].good, "%s", maths[i].answer);
		cr_expect(!good || html_check(buffer_text(&out), reason, sizeof reason), "%s", reason);
	}
}

/* ---- what nobody may get through ---------------------------------------------------------- */

static const char *const hostile[] = { "<script>alert(1)</script>", "<SCRIPT SRC=//x></SCRIPT>",
	"<scr<script>ipt>alert(1)</scr</script>ipt>", "<img src=x onerror=alert(1)>",
	"<img src=`x`onerror=alert(1)>", "<img/src='x'/onerror='alert(1)'>", "<svg onload=alert(1)>",
	"<svg><script>alert(1)</script></svg>", "<svg/onload=alert(1)", "<math href=\"javascript:1\">x</math>",
	"<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
	"<iframe src=javascript:alert(1)></iframe>", "<object data=x></object>", "<embed src=x>",
	"<form action=//x><input autofocus onfocus=alert(1)><button>", "<body onload=alert(1)>",
	"<a href=\"javascript:alert(1)\">x</a>", "<a href=\" &#14; javascript:alert(1)\">x</a>",
	"<a href=\"jav\tascript:alert(1)\">x</a>", "<a href=\"jav&#x0A;ascript:alert(1)\">x</a>",
	"<a href=\"java&Tab;script&colon;alert(1)\">x</a>", "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
	"<a href=javascript&#58;alert(1)>x</a>", "<a href=\"data:text/html,<script>1</script>\">x</a>",
	"<a href=\"vbscript:x\">x</a>", "<a href=\"//evil.example\">x</a>", "<a href=\"/\\evil.example\">x</a>",
	"<a href=\"https://x\" onclick=\"alert(1)\" style=\"color:red\" id=\"a\" name=\"b\">x</a>",
	"[x](javascript:alert(1))", "[x](JAVASCRIPT:alert(1))", "[x](java&#10;script:alert(1))",
	"[x](javascript&colon;alert(1))", "[x](<java\tscript:alert(1)>)", "[x](data:text/html;base64,PHN=)",
	"[x](  javascript:alert(1))", "[x](&#x6A;avascript:alert(1))", "[x](\\javascript:alert(1))",
	"[x]: javascript:alert(1)\n\n[x]", "<javascript:alert(1)>", "![x](javascript:alert(1))",
	"![\"onerror=alert(1)](x\"onerror=alert(1))", "[x](https://a \"t\\\" onclick=alert(1)\")",
	"[x](https://a/\"onclick=alert(1))", "<div style=\"background:url(javascript:1)\">x</div>",
	"<style>@import 'x'</style>", "<link rel=stylesheet href=x>", "<meta http-equiv=refresh content=0>",
	"<base href=//x>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
	"<template><script>1</script></template>", "<textarea></textarea><script>1</script>",
	"<title><img src=x onerror=1></title>", "<xmp><script>1</script></xmp>", "<plaintext>x",
	"<!--><script>alert(1)</script>-->", "<!-- --!><script>1</script> -->", "<![CDATA[<script>1</script>]]>",
	"<?xml version=\"1.0\"?><script>1</script>", "<!DOCTYPE html [<!ENTITY x \"y\">]>&x;",
	"<details open ontoggle=alert(1)><summary onclick=x>y</summary></details>",
	"<p id=\"location\" name=\"cookie\" class=\"page admin\">x</p>", "<b\x0bonclick=alert(1)>x</b>",
	"<b/onclick=alert(1)>x</b>", "<b \"onclick=alert(1)>x</b>", "<b '>' onclick=alert(1)>x</b>",
	"<td background=javascript:1>x</td>", "<table><tr><td><svg><desc><img src=x onerror=1>",
	"&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)", "\\<script>alert(1)</script>",
	"`<script>`<script>alert(1)</script>", "# <script>alert(1)</script> {#x onclick=1}",
	"# x {#\"><script>}", "```\"><img src=x onerror=1>\ncode\n```", "```{.x\" onclick=\"1}\nc\n```",
	"![a](x){alt='\"><script>1</script>' width='1\" onload=1'}", "$<script>alert(1)</script>$",
	"$$</annotation><script>1</script>$$", "$\\text{</math><img src=x onerror=1>}$",
	"::: challenge \"><script>1</script>\nx\n:::", "::: {.callout onclick=1 title=\"<script>\"}\nx\n:::",
	"[^\"><script>]\n\n[^\"><script>]: <script>1</script>", "| <script>1</script> | b |\n|-|-|\n| <img src=x onerror=1> |",
	"<?cs include:\"/etc/passwd\" ?>", "<?cs var:page.csrf ?>", "<!--#include virtual=\"/x\"-->",
	"<a href='https://x'><svg></a><script>1</script>", "<ul><li><iframe></ul>", "<mark\xEF\xB7\x90" "0\xEF\xB7\x91>x</mark>",
	"\xEF\xB7\x90" "0\xEF\xB7\x91 \xEF\xB7\x90" "99999999999\xEF\xB7\x91", "<a href=\"lesson:../../x\">x</a>",
	"[x](lesson:a/../b)", "[x](lesson:%2e%2e)", "<img src=\"lesson:x\">", "<svg><a xlink:href=javascript:1>x" };

Test(markdown, lets_nothing_active_through)
{
	static const char *const around[] = { "%s", "a %s b", "> %s", "- %s", "# %s", "<div>\n%s\n</div>",
		"*%s*", "| %s |\n|--|\n| %s |", "::: callout\n%s\n:::", "[%s](https://x)", "![%s](y)",
		"<b>%s", "```\n%s\n```", "`%s`", "%s\n\n%s", "<details><summary>%s</summary>\n\n%s\n\n</details>" };
	char source[4096], reason[200];

	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
		for (size_t k = 0; k < sizeof around / sizeof around[0]; k++) {
			const char *text, *hole = strstr(around[k], "%s"), *rest = hole + 2;
			const char *second = strstr(rest, "%s");

			snprintf(source, sizeof source, "%.*s%s%.*s%s%s", (int)(hole - around[k]), around[k],
			    hostile[i], second == NULL ? (int)strlen(rest) : (int)(second - rest), rest,
			    second == NULL ? "" : hostile[i], second == NULL ? "" : second + 2);
			text = markdown_render(a, source, strlen(source), NULL).html.text;
			cr_expect(html_check(text, reason, sizeof reason), "%s\nfrom %s\n", reason, source);
		}
}

Test(markdown, shows_template_code_as_text)
{
	HIDES("<?cs include:\"/etc/passwd\" ?>", "<?cs");
	SHOWS("`<?cs var:x ?>`", "<code>&lt;?cs var:x ?&gt;</code>");
}

/* ---- bombs ------------------------------------------------------------------------------------ */

static double
seconds(const char *source, size_t n)
{
	struct arena *own = arena_new((size_t)1 << 30);
	clock_t from = clock();
	char reason[200];
	struct markdown_result r = markdown_render(own, source, n, NULL);
	double used = (double)(clock() - from) / CLOCKS_PER_SEC;

	cr_expect(html_check(r.html.text, reason, sizeof reason), "%s\nfrom %.40s", reason, source);
	arena_free(own);
	return used;
}

static double
repeated(const char *head, const char *unit, size_t bytes)
{
	size_t h = strlen(head), n = strlen(unit), total = h;
	char *big = malloc(bytes + 1);
	double used;

	memcpy(big, head, h);
	while (total + n <= bytes) {
		memcpy(big + total, unit, n);
		total += n;
	}
	big[total] = '\0';
	used = seconds(big, total);
	free(big);
	return used;
}

Test(markdown, takes_linear_time_for_bombs, .timeout = 300)
{
	static const char *const units[] = { "www._", "http://_", "https://a._", "a@b._", "http://a.b/(",
		"http://a.b/_*", "[", "![", "]", "[a](", "[a](<", "[]()", "*a_", "*", "_a*", "a**b", "**a *b ",
		"~~a", "`a", "``````a```", "<!--", "<?", "<![CDATA[", "<!A", "<a ", "<a '", "<b><i>", "<b>",
		"</b>", "<x y='", "<script>", "<table><tr><td>", "<details>\n\n", "<", "\\", "&", "&#", "&amp;",
		"$", "$$ ", "$a ", "$a$ ", "{", "){a='", "![](x){alt='", "`x`{", "- ", "> ", ">", "1. ", "* a\n",
		"- a\n ", "|", "|a", "a|\n", "|a|\n|-|\n", "[a]: x\n", "[a]\n", "[a][", "[^a]", "[^a]: b\n",
		"[^a]: b\n\n", "::: a\n", ":::\n", "::: a\n:::\n", "~~~exercism/note\n", "```\n", "```a\n```\n",
		"---\n", "a\n", "a\n-\n", "# a\n", "# [a](#a) ", "\n", "\n\n- ", "\t", "\r", "\xff", "\xf0\x9f",
		"\xEF\xB7\x90", "<sub>", "<p>\n\n", "<ul><li>\n\n", "[x](lesson:a) ", "![](a)\n\n", "{: .x}\n",
		"<img src=a>", "mailto:x", "://", "a:b ", "x@y.z@", "!", "\\$", "*_*_", "[*a]()_" };
	double used;

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		used = repeated("", units[i], 256 * 1024);
		cr_expect_lt(used, 2.0, "%.30s: %.2f s", units[i], used);
	}
	cr_expect_lt(used = repeated("[a]: <https://x/", "y", 100 * 1024), 2.0, "%.2f", used);
}

Test(markdown, bounds_tables_references_and_nesting, .timeout = 60)
{
	struct buffer b;
	double used;

	buffer_init(&b, a, 300000);
	for (int i = 0; i < 50000; i++)
		buffer_char(&b, '|');
	buffer_char(&b, '\n');
	for (int i = 0; i < 50000; i++)
		buffer_str(&b, "-|");
	for (int i = 0; i < 20000; i++)
		buffer_str(&b, "\n|a");
	cr_expect_lt(used = seconds(buffer_text(&b), b.size), 2.0, "columns %.2f", used);

	b.size = 0;
	buffer_str(&b, "[a]: https://x/");
	for (int i = 0; i < 100000; i++)
		buffer_char(&b, 'y');
	buffer_str(&b, " 'title'\n\n");
	for (int i = 0; i < 40000; i++)
		buffer_str(&b, "[a] ");
	cr_expect_lt(used = seconds(buffer_text(&b), b.size), 2.0, "references %.2f", used);

	b.size = 0;
	for (int i = 0; i < 60; i++)
		buffer_str(&b, "|-");
	buffer_str(&b, "|\n");
	for (int i = 0; i < 60; i++)
		buffer_str(&b, "|-");
	for (int i = 0; i < 120000; i++)
		buffer_str(&b, "|\n");
	cr_expect_lt(used = seconds(buffer_text(&b), b.size), 2.0, "rows %.2f", used);

	b.size = 0;
	for (int i = 0; i < 30000; i++)
		buffer_str(&b, "- ");
	buffer_str(&b, "x");
	for (int i = 0; i < 190000; i++)
		buffer_char(&b, '\n');
	cr_expect_lt(used = seconds(buffer_text(&b), b.size), 2.0, "blank lines %.2f", used);

	b.size = 0;
	for (int i = 0; i < 600; i++) {
		for (int k = 0; k < i / 2; k++)
			buffer_char(&b, ' ');
		buffer_str(&b, "- x\n");
	}
	for (int i = 0; i < 100000; i++)
		buffer_str(&b, "\n");
	cr_expect_lt(used = seconds(buffer_text(&b), b.size), 2.0, "steps %.2f", used);
}
