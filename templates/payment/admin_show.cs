{{!-- GET /admin/payments/:id; POST …/refund: params amount, reason, password, idempotency_key. view.id .personId
.title .purpose .provider .status .amount .fee .amountRefunded .amountRefundPending .amountDisputed
.amountLost .refundable .sessionReference .reference .chargeReference .errorCode .errorMessage .integrity
.createdAt .completedAt .failedAt .form.decidable .form.open .form.rest .form.key
.form.password .form.request; view.refunds.N .amount .status .reason
.source .errorCode .createdAt; view.timeline.N .at .label .posting .reference .detail .amount .eventId .documentId --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/admin/payments", "{{nav.payments}}") ?></ol></nav>
<div class="row row-between"><h1><?cs var:view.title ?></h1><?cs call:payment_status(view.status) ?></div>
<?cs call:error_summary() ?><?cs
if:view.integrity ?><div class="alert bad" role="alert">{{icon.alert}}<p>{{apay.integrity}}: <?cs var:view.integrity ?></p></div><?cs elif:view.errorMessage ?><div class="alert warn" role="status">{{icon.info}}<p><?cs var:view.errorMessage ?> <code><?cs var:view.errorCode ?></code></p></div><?cs /if ?>
<?cs if:view.form.request ?><div class="alert warn" role="status">{{icon.info}}<p>{{apay.request.waits}} <a href="/admin/refund-requests">{{admin.look}}</a></p></div><?cs /if ?>
<div class="split"><section class="stack" aria-labelledby="timeline"><h2 id="timeline">{{apay.timeline}}</h2><ol class="timeline"><?cs
each:t = view.timeline ?><li><p><?cs if:t.posting ?><span class="badge">{{apay.posting}}</span> <code class="small"><?cs var:t.detail ?></code><?cs else ?><b><?cs var:t.label ?></b><?cs if:t.detail ?> <?cs if:t.eventId ?><a href="/admin/payment-events/<?cs var:t.eventId ?>"><code class="small"><?cs var:t.detail ?></code></a><?cs else ?><code class="small"><?cs var:t.detail ?></code><?cs /if ?><?cs /if ?><?cs /if ?><?cs if:t.amount ?> <span class="nowrap"><?cs var:t.amount ?></span><?cs /if ?></p><p class="meta"><span><?cs call:when(t.at) ?></span></p></li><?cs /each ?></ol></section>
<aside class="aside stack" aria-label="{{apay.facts}}">
<div class="card"><dl class="facts"><dt>{{payment.amount}}</dt><dd><?cs var:view.amount ?></dd><dt>{{apay.fee}}</dt><dd><?cs var:view.fee ?></dd><dt>{{payment.refunded}}</dt><dd><?cs var:view.amountRefunded ?></dd><?cs
if:#view.amountRefundPending.amount > #0 ?><dt>{{payment.refund_pending}}</dt><dd><?cs var:view.amountRefundPending ?></dd><?cs /if ?><?cs
if:#view.amountDisputed.amount > #0 ?><dt>{{payment.disputed}}</dt><dd><?cs var:view.amountDisputed ?></dd><?cs /if ?><?cs
if:#view.amountLost.amount > #0 ?><dt>{{apay.lost}}</dt><dd><?cs var:view.amountLost ?></dd><?cs /if ?><dt>{{apay.by}}</dt><dd><?cs call:provider_name(view.provider) ?></dd><dt>{{apay.purpose}}</dt><dd><?cs if:view.purpose == "WALLET_DEPOSIT" ?>{{wallet.kind.DEPOSIT}}<?cs elif:view.purpose == "COURSE" ?>{{wallet.kind.COURSE_SALE}}<?cs else ?><?cs var:view.purpose ?><?cs /if ?></dd><dt>{{payment.started}}</dt><dd><?cs call:date(view.createdAt) ?></dd><?cs
if:view.completedAt ?><dt>{{payment.completed_at}}</dt><dd><?cs call:date(view.completedAt) ?></dd><?cs /if ?><dt>{{apay.person}}</dt><dd><a href="/admin/users/<?cs var:view.personId ?>">{{admin.look}}</a></dd></dl>
<p class="small muted mt mono wraps"><?cs var:view.id ?><?cs if:view.reference ?><br><?cs var:view.reference ?><?cs /if ?><?cs if:view.chargeReference ?><br><?cs var:view.chargeReference ?><?cs /if ?></p></div><?cs
if:#view.refundable.amount > #0 ?><form class="card form" method="post" action="/admin/payments/<?cs var:view.id ?>/refund"><?cs call:csrf() ?><h2>{{apay.refund}}</h2><input type="hidden" name="idempotency_key" value="<?cs var:view.form.key ?>"><?cs call:field("text", "amount", "{{payment.amount}}", "{{apay.refund.hint}}", view.form.rest, "off", #1, #20) ?><?cs call:field("text", "reason", "{{apay.reason}}", "", "", "off", #1, #200) ?><?cs if:view.form.password ?><?cs call:field("password", "password", "{{account.password}}", "{{apay.password.hint}}", "", "current-password", #1, #256) ?><?cs /if ?><button class="button danger">{{apay.refund.do}}</button></form><?cs /if ?><?cs
if:view.form.open ?><form class="card stack" method="post" action="/admin/payments/<?cs var:view.id ?>/ask"><?cs call:csrf() ?><p class="small muted">{{apay.ask.hint}}</p><button class="button">{{apay.ask}}</button></form><?cs /if ?><?cs
if:view.form.decidable ?><form class="card stack" method="post" action="/admin/payments/<?cs var:view.id ?>/dispute"><?cs call:csrf() ?><p class="small muted">{{apay.decide.hint}}</p><div class="row"><button class="button" name="outcome" value="won">{{apay.decide.won}}</button><button class="button" name="outcome" value="lost">{{apay.decide.lost}}</button></div></form><?cs /if ?></aside></div><?cs
if:subcount(view.refunds) > #0 ?><section aria-labelledby="refunds"><h2 id="refunds" class="mb">{{payment.refunds}}</h2><ul class="list card"><?cs
each:r = view.refunds ?><li>{{icon.refresh}}<div class="grow"><b><?cs var:r.amount ?></b> <?cs call:payment_status(r.status) ?><p class="meta"><span><?cs call:when(r.createdAt) ?></span><?cs if:r.reason ?><span><?cs var:r.reason ?></span><?cs /if ?><?cs if:r.errorCode ?><span><code><?cs var:r.errorCode ?></code></span><?cs /if ?></p></div></li><?cs /each ?></ul></section><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
