{{!-- GET /payments. view.items.N .id .title .amount .amountRefunded .partlyRefunded .status
.createdAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?><?cs include!"macro/payment.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<h2 class="mb">{{payment.title}}</h2><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{payment.title}}</caption><thead><tr><th scope="col">{{payment.for}}</th><th scope="col">{{payment.date}}</th><th scope="col">{{payment.state}}</th><th scope="col" class="n">{{payment.amount}}</th></tr></thead><tbody><?cs
each:p = view.items ?><tr><th scope="row"><a href="/payments/<?cs var:p.id ?>"><?cs var:p.title ?></a></th><td data-label="{{payment.date}}"><?cs call:when(p.createdAt) ?></td><td data-label="{{payment.state}}"><?cs call:payment_status(p.status) ?><?cs if:p.partlyRefunded ?> <span class="badge">{{payment.partly}}</span><?cs /if ?></td><td class="n" data-label="{{payment.amount}}"><span class="nowrap"><?cs var:p.amount ?></span><?cs if:p.partlyRefunded ?><br><span class="small muted nowrap">−<?cs var:p.amountRefunded ?></span><?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("card", "{{payment.none}}", "{{payment.none.hint}}", "/courses", "{{nav.courses}}") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
