{{!-- GET /mailbox/:name (development): view.to .subject .at .text .link (first address of this site in it) .raw --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="medium stack">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/mailbox", "{{nav.mailbox}}") ?></ol></nav>
<div><h1><?cs var:view.subject ?></h1><p class="meta"><span><?cs var:view.to ?></span><span><?cs call:date(view.at) ?></span></p></div><?cs
if:view.link ?><p><a class="button primary" href="<?cs var:url_validate(view.link) ?>">{{mailbox.link}}</a></p><?cs /if ?>
<div class="card"><pre class="wraps"><?cs var:view.text ?></pre></div>
<details><summary>{{mailbox.raw}}</summary><pre><?cs var:view.raw ?></pre></details>
</div></div>
<?cs include!"layout/foot.cs" ?>
