{{!-- Any error: view .status .code .title .detail .errors.N (.field .text). Its own words for a few. --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack">
<p class="eyebrow num">{{error.number n=view.status}}</p>
<h1><?cs var:view.title ?></h1><?cs
if:view.detail ?><p class="lead"><?cs var:view.detail ?></p><?cs else ?><p class="lead">{{error.what}}</p><?cs /if ?><?cs
if:subcount(view.errors) > #0 ?><ul class="alert bad"><?cs each:e = view.errors ?><li><b><?cs var:e.field ?></b>: <?cs var:e.text ?></li><?cs /each ?></ul><?cs /if ?>
<div class="actions mtl"><?cs
if:view.status == "401" ?><a class="button primary" href="/signin?next=<?cs var:url_escape(page.path) ?>">{{nav.signin}}</a><?cs
elif:view.status == "404" ?><a class="button primary" href="/courses">{{home.find}}</a><?cs
elif:page.back ?><a class="button primary" href="<?cs var:url_validate(page.back) ?>">{{error.back}}</a><?cs
elif:#view.status > #499 ?><a class="button primary" href="<?cs var:url_validate(page.path) ?>">{{error.retry}}</a><?cs /if ?><a class="button" href="/">{{error.front}}</a></div>
<p class="small muted mtl">{{error.request}} <code><?cs var:page.rid ?></code></p>
</div></div>
<?cs include!"layout/foot.cs" ?>
