{{!-- GET /admin/reviews: param all. view.all; view.items.N .id .slug .course .rating .comment .author .hidden .reports
.reasons .createdAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{review.moderation}}</h1><?cs call:admin_tabs() ?>
<div class="chips"><a class="chip<?cs if:!view.all ?> on<?cs /if ?>" href="/admin/reviews">{{review.reported_only}}</a><a class="chip<?cs if:view.all ?> on<?cs /if ?>" href="/admin/reviews?all=1">{{sales.all}}</a></div><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs each:i = view.items ?><li><div class="grow"><?cs call:stars(i.rating) ?> <b><?cs var:i.author ?></b> <?cs if:i.hidden ?><span class="badge">{{review.is_hidden}}</span><?cs /if ?><p class="meta"><span><a href="/courses/<?cs var:i.slug ?>/reviews"><?cs var:i.course ?></a></span><span><?cs call:when(i.createdAt) ?></span><?cs if:#i.reports > #0 ?><span>{{review.reports n=i.reports}}: <?cs var:i.reasons ?></span><?cs /if ?></p><?cs if:i.comment ?><p class="wraps"><?cs var:i.comment ?></p><?cs /if ?></div><form method="post" action="/admin/reviews/<?cs var:i.id ?>" class="row"><?cs call:csrf() ?><?cs if:i.hidden ?><button class="button small" name="status" value="SHOWN">{{review.show}}</button><?cs else ?><?cs if:#i.reports > #0 ?><button class="button small" name="status" value="SHOWN">{{review.keep}}</button><?cs /if ?><button class="button small danger" name="status" value="HIDDEN">{{review.hide}}</button><?cs /if ?></form></li><?cs /each ?></ul><?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><p class="muted">{{review.no_reports}}</p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
