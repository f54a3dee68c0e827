{{!-- GET /admin/refund-requests: params status, page; POST …/:id/decide: decision, password. view.status.N
filters; view.items.N .id .paymentId .title .amount .reason .status .pending .approved .own .requestedBy .decidedBy
.createdAt; view.form.password; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{apay.requests}}</h1><?cs call:admin_tabs() ?><?cs call:payment_tabs() ?>
<p class="lead">{{apay.requests.lead}}</p><?cs call:error_summary() ?><?cs call:filters(view.status, "{{admin.state}}") ?><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs
each:q = view.items ?><li>{{icon.refresh}}<div class="grow"><b><?cs var:q.amount ?></b> <a href="/admin/payments/<?cs var:q.paymentId ?>"><?cs var:q.title ?></a> <?cs if:q.pending ?><span class="badge warn">{{apay.request.PENDING}}</span><?cs elif:q.approved ?><span class="badge good">{{apay.request.APPROVED}}</span><?cs else ?><span class="badge">{{apay.request.REJECTED}}</span><?cs /if ?><p><?cs var:q.reason ?></p><p class="meta"><span>{{apay.request.by name=q.requestedBy}}</span><?cs if:q.decidedBy ?><span>{{apay.request.decided name=q.decidedBy}}</span><?cs /if ?><span><?cs call:when(q.createdAt) ?></span></p><?cs
if:q.pending ?><?cs if:q.own ?><p class="muted small">{{apay.request.own}}</p><?cs else ?><form class="row" method="post" action="/admin/refund-requests/<?cs var:q.id ?>/decide"><?cs call:csrf() ?><?cs if:view.form.password ?><div class="field"><label for="p-<?cs var:q.id ?>">{{account.password}}</label><input class="input" type="password" id="p-<?cs var:q.id ?>" name="password" autocomplete="current-password" maxlength="256" required></div><?cs /if ?><button class="button primary" name="decision" value="approve">{{apay.request.approve}}</button><button class="button danger" name="decision" value="reject">{{apay.request.reject}}</button></form><?cs /if ?><?cs /if ?></div></li><?cs /each ?></ul>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("check", "{{apay.requests.none}}", "{{apay.requests.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
