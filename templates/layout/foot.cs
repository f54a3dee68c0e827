{{!-- Closes every page that layout/head.cs opened. --}}
</main>
<footer class="footer"><div class="wrap">
<span class="motto" lang="zu">Ngiyakwazi ngoba sikwazi</span>
<a href="/courses">{{nav.courses}}</a>
<a href="/api">{{nav.api}}</a><?cs if:page.dev ?>
<a href="/_guide">{{nav.guide}}</a>
<a href="/mailbox">{{nav.mailbox}}</a><?cs /if ?>

<span class="row push">{{icon.globe}}<?cs if:page.locale == "zu-ZA" ?><a href="?lang=en-ZA" lang="en" hreflang="en" rel="nofollow">English</a><b>isiZulu</b><?cs else ?><b>English</b><a href="?lang=zu-ZA" lang="zu" hreflang="zu" rel="nofollow">isiZulu</a><?cs /if ?></span>
</div></footer>
<nav class="bottombar" aria-label="{{nav.short}}"><?cs call:places_small() ?></nav>
<div class="toasts" role="status" aria-live="polite"></div>
</body>
</html>
