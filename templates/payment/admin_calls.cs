{{!-- GET /admin/payment-calls: params state, provider, page. view.state.N, view.provider.N filters; view.breakers.N .name .calls .failed
.openUntil; view.items.N .id .kind .provider .paymentId .recoveryPoint .state .open .dead .useful .attempts .error
.createdAt .nextAttemptAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{apay.calls}}</h1><?cs call:admin_tabs() ?><?cs call:payment_tabs() ?>
<ul class="list card"><?cs each:p = view.breakers ?><li>{{icon.server}}<div class="grow"><b><?cs call:provider_name(p.name) ?></b> <?cs if:p.openUntil ?><span class="badge bad">{{apay.breaker.open}}</span><?cs else ?><span class="badge good">{{apay.breaker.closed}}</span><?cs /if ?><p class="meta"><span>{{apay.breaker.failed n=p.failed calls=p.calls}}</span></p></div></li><?cs /each ?></ul>
<div class="row"><?cs call:filters(view.state, "{{admin.state}}") ?><?cs call:filters(view.provider, "{{apay.by}}") ?></div><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{apay.calls}}</caption><thead><tr><th scope="col">{{admin.jobs.type}}</th><th scope="col">{{apay.by}}</th><th scope="col">{{admin.state}}</th><th scope="col" class="n">{{admin.jobs.attempts}}</th><th scope="col">{{payment.date}}</th><th scope="col">{{admin.jobs.note}}</th></tr></thead><tbody><?cs
each:o = view.items ?><tr><th scope="row"><?cs if:o.paymentId ?><a href="/admin/payments/<?cs var:o.paymentId ?>"><?cs call:call_kind(o.kind) ?></a><?cs else ?><?cs call:call_kind(o.kind) ?><?cs /if ?></th><td data-label="{{apay.by}}"><?cs call:provider_name(o.provider) ?></td><td data-label="{{admin.state}}"><span class="badge<?cs if:o.dead ?> bad<?cs elif:o.open ?> warn<?cs else ?> good<?cs /if ?>"><?cs call:call_state(o.state) ?></span></td><td class="n" data-label="{{admin.jobs.attempts}}"><?cs var:o.attempts ?></td><td data-label="{{payment.date}}"><?cs call:when(o.createdAt) ?></td><td data-label="{{admin.jobs.note}}"><?cs if:o.error ?><code class="small"><?cs var:o.error ?></code><?cs /if ?><?cs if:o.useful ?><form method="post" action="/admin/payment-calls/<?cs var:o.id ?>/again"><?cs call:csrf() ?><button class="button small">{{apay.again}}</button></form><?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("server", "{{apay.calls.none}}", "{{apay.calls.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
