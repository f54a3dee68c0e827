{{!-- GET /admin/payment-events/:id. view.id .provider .eventId .type .apiVersion .livemode .objectReference
.paymentId .deliveries .status .error .body .occurredAt .receivedAt .processedAt --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="medium stack">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/admin/payment-events", "{{apay.events}}") ?></ol></nav>
<div class="row row-between"><h1><?cs var:view.type ?></h1><span class="badge<?cs if:view.status == "PROCESSED" ?> good<?cs elif:view.status == "DEAD" || view.status == "FAILED" ?> bad<?cs /if ?>"><?cs call:event_status(view.status) ?></span></div>
<div class="card"><dl class="facts"><dt>{{apay.by}}</dt><dd><?cs call:provider_name(view.provider) ?></dd><dt>{{payment.number}}</dt><dd class="mono small"><?cs var:view.eventId ?></dd><dt>{{apay.received}}</dt><dd><?cs call:date(view.receivedAt) ?></dd><dt>{{apay.deliveries}}</dt><dd><?cs var:view.deliveries ?></dd><?cs
if:view.paymentId ?><dt>{{apay.payment}}</dt><dd><a href="/admin/payments/<?cs var:view.paymentId ?>">{{admin.look}}</a></dd><?cs /if ?><?cs if:view.error ?><dt>{{apay.error}}</dt><dd><?cs var:view.error ?></dd><?cs /if ?></dl></div>
<section aria-labelledby="body"><h2 id="body" class="mb">{{apay.body}}</h2><p class="small muted mb">{{apay.body.hint}}</p><pre class="code scroll" tabindex="0"><code><?cs var:view.body ?></code></pre></section>
<form method="post" action="/admin/payment-events/<?cs var:view.id ?>/again"><?cs call:csrf() ?><button class="button">{{apay.again}}</button></form>
</div></div>
<?cs include!"layout/foot.cs" ?>
