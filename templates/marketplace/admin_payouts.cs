{{!-- GET /admin/payouts. view.items.N .id .personId .name .amount .status .last4 .reason .debt .owes .requestedAt
.mayApprove .waitsForAnother .mayReject .sent .paid; view.form.approved; view.batches.N .id .count .amount .at; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{payout.title}}</h1><?cs call:admin_tabs() ?>
<?cs if:view.form.approved ?><form method="post" action="/admin/payouts/export"><?cs call:csrf() ?><button class="button primary">{{icon.upload}}{{payout.export}}</button></form><?cs /if ?><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs each:p = view.items ?><li class="wraps"><div class="grow"><a href="/admin/users/<?cs var:p.personId ?>"><b><?cs var:p.name ?></b></a> <?cs call:payout_status(p.status) ?><p class="meta"><span class="num"><b><?cs var:p.amount ?></b></span><span>•••• <?cs var:p.last4 ?></span><span><?cs call:when(p.requestedAt) ?></span><?cs if:p.owes ?><span>{{sales.debt}} <?cs var:p.debt ?></span><?cs /if ?><?cs if:p.reason ?><span><?cs var:p.reason ?></span><?cs /if ?></p><?cs if:p.waitsForAnother ?><p class="small muted">{{payout.waits}}</p><?cs /if ?></div><div class="row"><?cs
if:p.mayApprove ?><form method="post" action="/admin/payouts/<?cs var:p.id ?>/approve"><?cs call:csrf() ?><button class="button small primary">{{payout.approve}}<span class="sr"> <?cs var:p.name ?></span></button></form><?cs /if ?><?cs
if:p.mayReject ?><form method="post" action="/admin/payouts/<?cs var:p.id ?>/reject"><?cs call:csrf() ?><button class="button small danger">{{payout.reject}}<span class="sr"> <?cs var:p.name ?></span></button></form><?cs /if ?><?cs
if:p.sent ?><form method="post" action="/admin/payouts/<?cs var:p.id ?>/paid"><?cs call:csrf() ?><button class="button small primary">{{payout.mark_paid}}<span class="sr"> <?cs var:p.name ?></span></button></form><?cs /if ?><?cs
if:p.sent || p.paid ?><form method="post" action="/admin/payouts/<?cs var:p.id ?>/failed"><?cs call:csrf() ?><button class="button small">{{payout.mark_failed}}<span class="sr"> <?cs var:p.name ?></span></button></form><?cs /if ?></div></li><?cs /each ?></ul><?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><p class="muted">{{payout.nothing}}</p><?cs /if ?><?cs
if:subcount(view.batches) > #0 ?><section aria-labelledby="files"><h2 id="files" class="mb">{{payout.files}}</h2><ul class="list card"><?cs each:b = view.batches ?><li>{{icon.text}}<div class="grow"><a href="/admin/payouts/batches/<?cs var:b.id ?>">{{payout.file n=b.count}}</a><p class="meta"><span><?cs call:date(b.at) ?></span></p></div><span class="num"><?cs var:b.amount ?></span></li><?cs /each ?></ul></section><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
