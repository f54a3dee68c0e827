{{!-- GET /admin/mail. view.mailStatus.N filters; view.items.N .id .template .subject .status .sent
.again .attempts .code .reply .createdAt .sentAt .personId --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{admin.mail.title}}</h1><?cs call:admin_tabs() ?><p class="lead">{{admin.mail.lead}}</p><?cs call:filters(view.mailStatus, "{{admin.state}}") ?><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{admin.mail.title}}</caption><thead><tr><th scope="col">{{admin.mail.kind}}</th><th scope="col">{{admin.state}}</th><th scope="col" class="n">{{admin.jobs.attempts}}</th><th scope="col">{{admin.jobs.created}}</th><th scope="col">{{admin.jobs.note}}</th></tr></thead><tbody><?cs
each:m = view.items ?><tr><th scope="row"><?cs var:m.template ?><?cs if:m.subject ?><br><span class="muted small"><?cs var:m.subject ?></span><?cs /if ?></th><td data-label="{{admin.state}}"><?cs if:m.sent ?><span class="badge good"><?cs var:m.status ?></span><?cs elif:m.again ?><span class="badge bad"><?cs var:m.status ?></span><?cs else ?><span class="badge"><?cs var:m.status ?></span><?cs /if ?></td><td class="n" data-label="{{admin.jobs.attempts}}"><?cs var:m.attempts ?></td><td data-label="{{admin.jobs.created}}"><?cs call:when(m.createdAt) ?></td><td data-label="{{admin.jobs.note}}"><?cs if:m.reply ?><span class="small"><?cs var:m.code ?> <?cs var:m.reply ?></span> <?cs /if ?><?cs if:m.personId ?><a href="/admin/users/<?cs var:m.personId ?>">{{admin.audit.person}}</a><?cs /if ?><?cs if:m.again ?><form method="post" action="/admin/mail/<?cs var:m.id ?>/again"><?cs call:csrf() ?><button class="button small">{{admin.mail.again}}</button></form><?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("mail", "{{admin.mail.none}}", "{{admin.mail.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
