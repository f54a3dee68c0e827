{{!-- GET /admin/refunds: params status, provider, page. view.status.N, view.provider.N filters; view.items.N .id .paymentId .title
.amount .status .source .reason .errorCode .createdAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{apay.refunds}}</h1><?cs call:admin_tabs() ?><?cs call:payment_tabs() ?>
<div class="row"><?cs call:filters(view.status, "{{admin.state}}") ?><?cs call:filters(view.provider, "{{apay.by}}") ?></div><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{apay.refunds}}</caption><thead><tr><th scope="col">{{payment.for}}</th><th scope="col">{{admin.state}}</th><th scope="col">{{apay.reason}}</th><th scope="col">{{payment.date}}</th><th scope="col" class="n">{{payment.amount}}</th></tr></thead><tbody><?cs
each:r = view.items ?><tr><th scope="row"><a href="/admin/payments/<?cs var:r.paymentId ?>"><?cs var:r.title ?></a></th><td data-label="{{admin.state}}"><span><?cs call:payment_status(r.status) ?><?cs if:r.errorCode ?> <code class="small"><?cs var:r.errorCode ?></code><?cs /if ?></span></td><td data-label="{{apay.reason}}"><?cs var:r.reason ?></td><td data-label="{{payment.date}}"><?cs call:when(r.createdAt) ?></td><td class="n" data-label="{{payment.amount}}"><?cs var:r.amount ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("refresh", "{{apay.refunds.none}}", "{{apay.refunds.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
