{{!-- GET /teach/statement: param month (YYYY-MM). view.month .csvHref; view.items.N .at .kind .account .amount
.reference --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{statement.title}}</h1><?cs call:sell_tabs() ?>
<form class="row" action="/teach/statement"><label for="f-month">{{statement.month}}</label><input class="input auto" type="month" id="f-month" name="month" value="<?cs var:view.month ?>"><button class="button">{{statement.show}}</button><a class="button quiet" href="<?cs var:url_validate(view.csvHref) ?>">{{icon.download}}CSV</a></form><?cs
if:subcount(view.items) > #0 ?><table class="table cards"><caption class="sr">{{statement.title}}</caption><thead><tr><th scope="col">{{receipt.date}}</th><th scope="col">{{statement.what}}</th><th scope="col">{{statement.account}}</th><th scope="col">{{receipt.amount}}</th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><?cs call:date(e.at) ?></th><td data-label="{{statement.what}}"><?cs if:e.kind == "COURSE_SALE" ?>{{statement.sale}}<?cs elif:e.kind == "LOT_MATURED" ?>{{statement.matured}}<?cs elif:e.kind == "REFUND_TAKE" ?>{{statement.refund}}<?cs elif:e.kind == "DISPUTE_TAKE" ?>{{statement.dispute}}<?cs elif:e.kind == "REFUND_RETURNED" ?>{{statement.returned}}<?cs elif:e.kind == "PAYOUT_ASKED" ?>{{statement.asked}}<?cs elif:e.kind == "PAYOUT_PAID" ?>{{statement.paid}}<?cs elif:e.kind == "PAYOUT_RETURNED" || e.kind == "PAYOUT_FAILED" ?>{{statement.payout_back}}<?cs else ?><?cs var:e.kind ?><?cs /if ?></td><td data-label="{{statement.account}}"><?cs if:e.account == "pending" ?>{{sales.pending}}<?cs elif:e.account == "available" ?>{{sales.available}}<?cs elif:e.account == "in_transit" ?>{{sales.transit}}<?cs else ?>{{sales.debt}}<?cs /if ?></td><td class="num" data-label="{{receipt.amount}}"><?cs var:e.amount ?></td></tr><?cs /each ?></tbody></table><?cs
else ?><p class="muted">{{statement.none}}</p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
