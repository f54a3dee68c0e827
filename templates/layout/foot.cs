{{!-- Closes every page that layout/head.cs opened. --}}
</main>
<footer class="footer"><div class="wrap">
<span class="motto" lang="zu">Ngiyakwazi ngoba sikwazi</span>
<a href="/courses">{{nav.courses}}</a>
<a href="/api">{{nav.api}}</a><?cs if:page.dev ?>
<a href="/_guide">{{nav.guide}}</a>
<a href="/mailbox">{{nav.mailbox}}</a><?cs /if ?>
<form class="row push" action="<?cs var:url_validate(page.path) ?>"><label class="sr" for="lang">{{nav.language}}</label><?cs call:icon("globe") ?><select class="input small auto" id="lang" name="lang" data-submit><option value="en-ZA"<?cs if:page.locale == "en-ZA" ?> selected<?cs /if ?>>English</option><option value="zu-ZA" lang="zu"<?cs if:page.locale == "zu-ZA" ?> selected<?cs /if ?>>isiZulu</option></select><button class="button small nojs">{{nav.language.set}}</button></form>
</div></footer>
<nav class="bottombar" aria-label="{{nav.short}}"><?cs call:places(#1) ?></nav>
<div class="toasts" role="status" aria-live="polite"></div>
</body>
</html>
