{{!-- GET /payments/:id. view.id .title .amount .status .amountRefunded .amountRefundPending
.amountDisputed .brand .last4 .errorMessage .createdAt .completedAt .failedAt .open .links.back;
view.refunds.N .amount .status .createdAt .processedAt --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="medium stack">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/payments", "{{payment.title}}") ?></ol></nav>
<div class="row row-between"><h1><?cs var:view.title ?></h1><?cs call:payment_status(view.status) ?></div><?cs
if:view.errorMessage ?><div class="alert <?cs if:view.open ?>warn<?cs else ?>bad<?cs /if ?>" role="status">{{icon.alert}}<p><?cs var:view.errorMessage ?></p></div><?cs /if ?>
<div class="card"><dl class="facts"><dt>{{payment.amount}}</dt><dd><?cs var:view.amount ?></dd><dt>{{payment.started}}</dt><dd><?cs call:date(view.createdAt) ?></dd><?cs
if:view.completedAt ?><dt>{{payment.completed_at}}</dt><dd><?cs call:date(view.completedAt) ?></dd><?cs /if ?><?cs
if:view.last4 ?><dt>{{payment.paid_with}}</dt><dd><?cs var:view.brand ?> •••• <?cs var:view.last4 ?></dd><?cs /if ?><?cs
if:#view.amountRefunded.amount > #0 ?><dt>{{payment.refunded}}</dt><dd><?cs var:view.amountRefunded ?></dd><?cs /if ?><?cs
if:#view.amountRefundPending.amount > #0 ?><dt>{{payment.refund_pending}}</dt><dd><?cs var:view.amountRefundPending ?></dd><?cs /if ?><?cs
if:#view.amountDisputed.amount > #0 ?><dt>{{payment.disputed}}</dt><dd><?cs var:view.amountDisputed ?></dd><?cs /if ?><dt>{{payment.number}}</dt><dd class="mono small"><?cs var:view.id ?></dd></dl></div><?cs
if:view.open ?><div class="row"><a class="button primary" href="/payments/<?cs var:view.id ?>/go">{{payment.continue}}</a><form method="post" action="/payments/<?cs var:view.id ?>/cancel"><?cs call:csrf() ?><button class="button">{{payment.cancel}}</button></form></div><?cs
elif:view.status == "FAILED" ?><p><a class="button primary" href="<?cs var:url_validate(view.links.back) ?>">{{payment.again}}</a></p><?cs /if ?><?cs
if:subcount(view.refunds) > #0 ?><section aria-labelledby="refunds"><h2 id="refunds" class="mb">{{payment.refunds}}</h2><ul class="list card"><?cs
each:r = view.refunds ?><li>{{icon.refresh}}<div class="grow"><b><?cs var:r.amount ?></b> <?cs call:payment_status(r.status) ?><p class="meta"><span><?cs call:when(r.createdAt) ?></span></p></div></li><?cs /each ?></ul></section><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
