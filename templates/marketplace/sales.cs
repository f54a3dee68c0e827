{{!-- GET /teach/sales. view.pending .available .inTransit .debt .owes; view.months chart; view.courses.N .slug .title
.sales .earned .pending; view.items.N .id .slug .title .status .price .tax .fee .sharePercent .share .earned .lot
.pending .partly .disputed .maturesAt .paidAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/market.cs" ?><?cs include!"macro/chart.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{sales.title}}</h1><?cs call:sell_tabs() ?>
<div class="stats"><?cs call:stat("{{sales.available}}", view.available, "") ?><?cs call:stat("{{sales.pending}}", view.pending, "{{sales.pending.note}}") ?><?cs call:stat("{{sales.transit}}", view.inTransit, "") ?><?cs if:view.owes ?><?cs call:stat("{{sales.debt}}", view.debt, "{{sales.debt.note}}") ?><?cs /if ?></div>
<div class="card"><?cs call:chart(view.months) ?></div><?cs
if:subcount(view.courses) > #0 ?><section aria-labelledby="by"><h2 id="by" class="mb">{{sales.courses}}</h2><ul class="list card"><?cs each:c = view.courses ?><li><div class="grow"><a href="/courses/<?cs var:c.slug ?>"><?cs var:c.title ?></a><p class="meta"><span>{{sales.count n=c.sales}}</span></p></div><span class="num"><b><?cs var:c.earned ?></b></span></li><?cs /each ?></ul></section><?cs /if ?>
<section aria-labelledby="lots"><h2 id="lots" class="mb">{{sales.lots}}</h2><?cs
if:subcount(view.items) > #0 ?><table class="table cards"><caption class="sr">{{sales.lots}}</caption><thead><tr><th scope="col">{{purchase.course}}</th><th scope="col">{{receipt.date}}</th><th scope="col" class="n">{{sales.price}}</th><th scope="col" class="n">{{sales.share}}</th><th scope="col">{{sales.matures}}</th></tr></thead><tbody><?cs
each:s = view.items ?><tr><th scope="row"><?cs var:s.title ?><br><span class="small muted"><?cs if:s.disputed ?>{{sale.status.DISPUTED}}<?cs elif:s.status == "REFUNDED" ?>{{sale.status.REFUNDED}}<?cs elif:s.partly ?>{{purchase.partly}}<?cs /if ?></span></th><td data-label="{{receipt.date}}"><?cs call:date(s.paidAt) ?></td><td class="n num" data-label="{{sales.price}}"><span><?cs var:s.price ?><br><span class="small muted">{{sales.tax}} <?cs var:s.tax ?></span></span></td><td class="n num" data-label="{{sales.share}}"><span><?cs var:s.earned ?><br><span class="small muted"><?cs var:s.sharePercent ?> %</span></span></td><td data-label="{{sales.matures}}"><?cs if:s.pending ?><?cs call:date(s.maturesAt) ?><?cs else ?><span class="badge good">{{sales.matured}}</span><?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs else ?><p class="muted">{{sales.none}}</p><?cs /if ?></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
