{{!-- GET /me/sessions; POST /me/sessions/:id/end; POST /me/sessions/end-others.
view.items.N .id .device .network .createdAt .lastSeenAt .expiresAt .current --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<p class="lead mb">{{sessions.lead}}</p>
<ul class="list card"><?cs each:s = view.items ?><li>{{icon.shield}}<div class="grow"><b><?cs var:s.device ?></b> <?cs if:s.current ?><span class="badge good">{{sessions.current}}</span><?cs /if ?><p class="meta"><span><?cs var:s.network ?></span><span>{{sessions.seen}} <?cs call:when(s.lastSeenAt) ?></span><span>{{sessions.since}} <?cs call:when(s.createdAt) ?></span></p></div><?cs
if:!s.current ?><form method="post" action="/me/sessions/<?cs var:s.id ?>/end"><?cs call:csrf() ?><button class="button small">{{nav.signout}}</button></form><?cs /if ?></li><?cs /each ?></ul><?cs
if:subcount(view.items) > #1 ?><form class="mt" method="post" action="/me/sessions/end-others"><?cs call:csrf() ?><button class="button danger">{{sessions.end_others}}</button></form><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
