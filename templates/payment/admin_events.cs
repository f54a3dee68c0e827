{{!-- GET /admin/payment-events: params status, provider, page. view.status.N, view.provider.N filters;
view.items.N .id .provider .eventId .type .status .deliveries .paymentId .error .receivedAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{apay.events}}</h1><?cs call:admin_tabs() ?><?cs call:payment_tabs() ?>
<div class="row"><?cs call:filters(view.status, "{{admin.state}}") ?><?cs call:filters(view.provider, "{{apay.by}}") ?></div><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{apay.events}}</caption><thead><tr><th scope="col">{{admin.jobs.type}}</th><th scope="col">{{apay.by}}</th><th scope="col">{{admin.state}}</th><th scope="col" class="n">{{apay.deliveries}}</th><th scope="col">{{payment.date}}</th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><a href="/admin/payment-events/<?cs var:e.id ?>"><?cs var:e.type ?></a></th><td data-label="{{apay.by}}"><?cs call:provider_name(e.provider) ?></td><td data-label="{{admin.state}}"><span class="badge<?cs if:e.status == "PROCESSED" ?> good<?cs elif:e.status == "DEAD" || e.status == "FAILED" ?> bad<?cs /if ?>"><?cs call:event_status(e.status) ?></span></td><td class="n" data-label="{{apay.deliveries}}"><?cs var:e.deliveries ?></td><td data-label="{{payment.date}}"><?cs call:when(e.receivedAt) ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("mail", "{{apay.events.none}}", "{{apay.events.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
