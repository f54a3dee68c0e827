{{!-- GET /admin/payments: params q, status, provider, page. view.q; view.shown.filtered; view.status.N, view.provider.N
filters; view.items.N .id .title .personId .amount .amountRefunded .disputed .integrityFailure .status
.provider .createdAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{apay.title}}</h1><?cs call:admin_tabs() ?><?cs call:payment_tabs() ?>
<form class="row" role="search" action="/admin/payments"><div class="search"><label class="sr" for="q">{{apay.search}}</label>{{icon.search}}<input class="input" type="search" id="q" name="q" maxlength="255" value="<?cs var:view.q ?>" placeholder="{{apay.search}}"></div><button class="button primary">{{nav.search.do}}</button></form>
<div class="row"><?cs call:filters(view.status, "{{admin.state}}") ?><?cs call:filters(view.provider, "{{apay.by}}") ?></div>
<p class="muted small" role="status">{{apay.count n=view.page.total total=view.page.total.text}}</p><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{apay.title}}</caption><thead><tr><th scope="col">{{payment.for}}</th><th scope="col">{{admin.state}}</th><th scope="col">{{apay.by}}</th><th scope="col">{{payment.date}}</th><th scope="col" class="n">{{payment.amount}}</th></tr></thead><tbody><?cs
each:p = view.items ?><tr><th scope="row"><a href="/admin/payments/<?cs var:p.id ?>"><?cs var:p.title ?></a></th><td data-label="{{admin.state}}"><span><?cs call:payment_status(p.status) ?><?cs if:p.disputed ?> <span class="badge bad">{{apay.disputed}}</span><?cs /if ?><?cs if:p.integrityFailure ?> <span class="badge bad">{{apay.integrity}}</span><?cs /if ?></span></td><td data-label="{{apay.by}}"><?cs call:provider_name(p.provider) ?></td><td data-label="{{payment.date}}"><?cs call:when(p.createdAt) ?></td><td class="n" data-label="{{payment.amount}}"><span class="nowrap"><?cs var:p.amount ?></span></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
elif:view.shown.filtered ?><?cs call:empty("card", "{{apay.none}}", "{{apay.none.hint}}", "/admin/payments", "{{catalogue.clear}}") ?><?cs
else ?><?cs call:empty("card", "{{apay.none_yet}}", "", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
