{{!-- GET /purchases/:id; POST /purchases/:id/refund: params amount, target (payment wallet), reason. view.id .slug
.title .status .listPrice .discount .discounted .coupon .price .tax .fromWallet .fromProvider .byWallet .byProvider
.back .left .partly .paid .pending .disputed .credited .payment .createdAt .paidAt .refundable .daysLeft
.percentMax; .refunds.N .documents.N (macro market); .credits.N .payment .amount .back .returned .returnable .at. POST
/purchases/:id/return: param payment --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/receipt.cs" ?><?cs include!"macro/market.cs" ?><?cs include!"macro/purchase.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/purchases", "{{purchase.title}}") ?></ol></nav>
<div class="row"><div class="grow"><h1><?cs var:view.title ?></h1></div><?cs call:sale_status(view.status) ?></div><?cs call:error_summary() ?><?cs
if:view.credited ?><div class="alert warn">{{icon.info}}<div class="stack"><p>{{purchase.credited}}</p><?cs each:c = view.credits ?><div class="row"><b class="num"><?cs var:c.amount ?></b><span class="muted small"><?cs call:date(c.at) ?></span><?cs if:c.returned ?><span class="badge">{{purchase.credit.returned}} <?cs var:c.back ?></span><?cs /if ?><?cs if:c.returnable ?><form method="post" action="/purchases/<?cs var:view.id ?>/return"><?cs call:csrf() ?><input type="hidden" name="payment" value="<?cs var:c.payment ?>"><button class="button small">{{purchase.credit.return}}</button></form><?cs /if ?></div><?cs /each ?></div></div><?cs /if ?><?cs
if:view.disputed ?><div class="alert warn">{{icon.info}}<p>{{purchase.disputed}}</p></div><?cs /if ?><?cs
if:view.pending ?><div class="alert">{{icon.info}}<div><p>{{purchase.waiting}}</p><?cs if:view.payment ?><p class="row mt"><a class="button primary small" href="/payments/<?cs var:view.payment ?>">{{purchase.pay}}</a></p><?cs /if ?></div></div><?cs /if ?>
<div class="split"><div class="stack stack-l"><?cs call:sale_papers(view) ?><?cs
if:view.refundable ?><section aria-labelledby="back"><h2 id="back" class="mb">{{purchase.refund}}</h2><form class="form card" method="post" action="/purchases/<?cs var:view.id ?>/refund"><?cs call:csrf() ?><p class="muted">{{purchase.refund.hint n=view.daysLeft percent=view.percentMax}}</p>
<?cs call:field("text", "amount", "{{purchase.refund.amount}}", "{{purchase.refund.amount.hint}}", "", "off", #0, #14) ?><?cs
if:view.byProvider ?><fieldset class="field"><legend class="label">{{purchase.refund.to}}</legend><div class="options"><?cs call:radio("target", "payment", "{{refund.to_payment}}", "", "payment") ?><?cs call:radio("target", "wallet", "{{refund.to_wallet}}", "{{refund.to_wallet.hint}}", "") ?></div></fieldset><?cs /if ?>
<?cs call:field("text", "reason", "{{purchase.refund.reason}}", "", "", "off", #0, #300) ?>
<div class="actions"><button class="button danger">{{purchase.refund.do}}</button></div></form></section><?cs
elif:view.paid && !view.disputed ?><p class="muted small">{{purchase.refund.no}}</p><?cs /if ?></div>
<aside class="aside stack" aria-label="{{purchase.facts}}"><div class="card stack"><dl class="facts"><?cs if:view.discounted ?><dt>{{checkout.list}}</dt><dd class="num"><?cs var:view.listPrice ?></dd><dt>{{checkout.discount}} <?cs var:view.coupon ?></dt><dd class="num">− <?cs var:view.discount ?></dd><?cs /if ?><dt><b>{{checkout.total}}</b></dt><dd class="num"><b><?cs var:view.price ?></b></dd><dt>{{purchase.tax}}</dt><dd class="num"><?cs var:view.tax ?></dd><?cs
if:view.byWallet ?><dt>{{checkout.wallet}}</dt><dd class="num"><?cs var:view.fromWallet ?></dd><?cs /if ?><?cs if:view.byProvider ?><dt>{{checkout.card}}</dt><dd class="num"><?cs var:view.fromProvider ?></dd><?cs /if ?><?cs
if:view.partly ?><dt>{{purchase.back}}</dt><dd class="num"><?cs var:view.back ?></dd><?cs /if ?><?cs if:view.paidAt ?><dt>{{purchase.paid_at}}</dt><dd><?cs call:date(view.paidAt) ?></dd><?cs /if ?></dl><?cs
if:view.paid ?><a class="button primary wide" href="/courses/<?cs var:view.slug ?>">{{purchase.open}}</a><a class="button wide" href="/courses/<?cs var:view.slug ?>/reviews">{{review.write}}</a><?cs elif:view.pending ?><form method="post" action="/purchases/<?cs var:view.id ?>/cancel"><?cs call:csrf() ?><button class="button wide">{{purchase.cancel}}</button></form><?cs else ?><a class="button wide" href="/courses/<?cs var:view.slug ?>">{{purchase.course}}</a><?cs /if ?></div></aside></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
