{{!-- GET /notifications: param unread (only these). view.unread .onlyUnread; view.items.N .id .type .topic .title
.message .amount .path .read .readAt .createdAt; view.page --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="medium stack">
<div class="pagehead"><h1>{{notice.title}}</h1><?cs if:#view.unread > #0 ?><div class="actions"><form method="post" action="/notifications/read"><?cs call:csrf() ?><button class="button">{{icon.check}}{{notice.read_all}}</button></form></div><?cs /if ?></div>
<nav class="tabs" aria-label="{{notice.title}}"><a href="/notifications"<?cs if:!view.onlyUnread ?> aria-current="page"<?cs /if ?>>{{notice.all}}</a><a href="/notifications?unread=1"<?cs if:view.onlyUnread ?> aria-current="page"<?cs /if ?>>{{notice.unread_tab}} (<?cs var:view.unread.text ?>)</a></nav><?cs
if:subcount(view.items) > #0 ?>
<ul class="list card notices"><?cs
each:x = view.items ?><li<?cs if:!x.read ?> class="unread"<?cs /if ?>><form class="grow" method="post" action="/notifications/<?cs var:x.id ?>/read"><?cs call:csrf() ?><button class="notice"><span class="row"><?cs if:!x.read ?><b><?cs var:x.title ?></b><span class="badge accent">{{notice.new}}</span><?cs else ?><span><?cs var:x.title ?></span><?cs /if ?></span><span class="meta"><?cs if:x.message ?><span><?cs var:x.message ?></span><?cs /if ?><?cs if:x.amount ?><span class="num"><?cs var:x.amount ?></span><?cs /if ?><?cs call:when(x.createdAt) ?></span></button></form><form method="post" action="/notifications/<?cs var:x.id ?>/delete"><?cs call:csrf() ?><button class="button quiet small" aria-label="{{notice.delete}}: <?cs var:x.title ?>">{{icon.trash}}</button></form></li><?cs /each ?></ul>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
elif:view.onlyUnread ?><?cs call:empty("done", "{{notice.none_unread}}", "{{notice.none_unread.hint}}", "/notifications", "{{notice.all}}") ?><?cs
else ?><?cs call:empty("bell", "{{notice.none}}", "{{notice.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
