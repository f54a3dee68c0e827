{{!-- GET /admin/reconciliation: params state, page. view.state.N filters; view.runs.N .provider .since .until
.failed .checked .differences .error .createdAt; view.items.N .id .provider .kind .kindText .reference
.paymentId .ours .theirs .open .note .createdAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack">
<div class="row row-between"><h1>{{apay.reconciliation}}</h1><form method="post" action="/admin/reconciliation"><?cs call:csrf() ?><button class="button">{{apay.reconcile}}</button></form></div><?cs call:admin_tabs() ?><?cs call:payment_tabs() ?>
<p class="lead">{{apay.reconcile.lead}}</p><?cs
if:subcount(view.runs) > #0 ?><ul class="list card"><?cs each:x = view.runs ?><li>{{icon.check}}<div class="grow"><b><?cs call:provider_name(x.provider) ?></b> <?cs if:x.failed ?><span class="badge bad">{{payment.status.FAILED}}</span><?cs elif:#x.differences > #0 ?><span class="badge warn">{{apay.differences n=x.differences}}</span><?cs else ?><span class="badge good">{{apay.agree}}</span><?cs /if ?><p class="meta"><span><?cs call:when(x.createdAt) ?></span><span>{{apay.checked n=x.checked}}</span><?cs if:x.error ?><span><code><?cs var:x.error ?></code></span><?cs /if ?></p></div></li><?cs /each ?></ul><?cs /if ?>
<section class="stack" aria-labelledby="diff"><h2 id="diff">{{apay.difference}}</h2><?cs call:filters(view.state, "{{admin.state}}") ?><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs
each:d = view.items ?><li><?cs if:d.open ?>{{icon.alert}}<?cs else ?>{{icon.done}}<?cs /if ?><div class="grow"><b><?cs var:d.kindText ?></b> <?cs if:d.paymentId ?><a class="mono small" href="/admin/payments/<?cs var:d.paymentId ?>"><?cs var:d.reference ?></a><?cs else ?><span class="mono small"><?cs var:d.reference ?></span><?cs /if ?><p class="meta"><span><?cs call:provider_name(d.provider) ?></span><?cs if:d.ours ?><span>{{apay.ours}} <?cs var:d.ours ?></span><?cs /if ?><?cs if:d.theirs ?><span>{{apay.theirs}} <?cs var:d.theirs ?></span><?cs /if ?><span><?cs call:when(d.createdAt) ?></span><?cs if:d.note ?><span><?cs var:d.note ?></span><?cs /if ?></p></div><?cs
if:d.open ?><form class="row" method="post" action="/admin/differences/<?cs var:d.id ?>/resolve"><?cs call:csrf() ?><label class="sr" for="n-<?cs var:d.id ?>">{{apay.note}}</label><input class="input" id="n-<?cs var:d.id ?>" name="note" required maxlength="300" placeholder="{{apay.note}}"><button class="button small">{{apay.resolve}}</button></form><?cs /if ?></li><?cs /each ?></ul>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><p class="muted">{{apay.difference.none}}</p><?cs /if ?></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
