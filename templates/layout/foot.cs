{{!-- Closes every page that layout/head.cs opened. --}}
</main>
<footer class="footer"><div class="wrap">
<span class="motto" lang="zu">Ngiyakwazi ngoba sikwazi</span>
<a href="/courses">{{nav.courses}}</a>
<a href="/api">{{nav.api}}</a><?cs if:page.dev ?>
<a href="/_guide">{{nav.guide}}</a>
<a href="/mailbox">{{nav.mailbox}}</a><?cs /if ?>
<?cs
# A page from the shared cache has no token: there the choice is a page of its own. ?><?cs
if:page.csrf ?><form class="row push" method="post" action="/language"><?cs call:csrf() ?><input type="hidden" name="next" value="<?cs var:page.path ?>"><label class="sr" for="lang">{{nav.language}}</label><?cs call:icon("globe") ?><select class="input small auto" id="lang" name="lang" data-submit><option value="en-ZA"<?cs if:page.locale == "en-ZA" ?> selected<?cs /if ?>>English</option><option value="zu-ZA" lang="zu"<?cs if:page.locale == "zu-ZA" ?> selected<?cs /if ?>>isiZulu</option></select><button class="button small nojs">{{nav.language.set}}</button></form><?cs
else ?><a class="push" href="/language?next=<?cs var:url_escape(page.path) ?>">English · <span lang="zu">isiZulu</span></a><?cs /if ?>
</div></footer>
<nav class="bottombar" aria-label="{{nav.short}}"><?cs call:places(#1) ?></nav>
<div class="toasts" role="status" aria-live="polite"></div>
</body>
</html>
