{{!-- GET, POST /teach/payouts: param amount; POST /teach/payouts/account: params holder, bank, branch, number,
vatNumber, address. view.available .inTransit .debt .owes .minimum .holdHours .enough .vatRegistered; view.bank .name
.last4 .changedAt .usable .usableAt; view.items.N .id .amount .status .last4 .reason .requestedAt .finishedAt .open;
view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{payout.title}}</h1><?cs call:sell_tabs() ?><?cs call:error_summary() ?>
<div class="stats"><?cs call:stat("{{sales.available}}", view.available, "") ?><?cs call:stat("{{sales.transit}}", view.inTransit, "") ?><?cs if:view.owes ?><?cs call:stat("{{sales.debt}}", view.debt, "{{sales.debt.note}}") ?><?cs /if ?></div>
<div class="split"><div class="stack stack-l"><section aria-labelledby="mine"><h2 id="mine" class="mb">{{payout.mine}}</h2><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs each:p = view.items ?><li><div class="grow"><b class="num"><?cs var:p.amount ?></b> <?cs call:payout_status(p.status) ?><p class="meta"><span><?cs call:date(p.requestedAt) ?></span><span>•••• <?cs var:p.last4 ?></span><?cs if:p.reason ?><span><?cs var:p.reason ?></span><?cs /if ?></p></div><?cs if:p.open ?><form method="post" action="/teach/payouts/<?cs var:p.id ?>/cancel"><?cs call:csrf() ?><button class="button small">{{payout.cancel}}</button></form><?cs /if ?></li><?cs /each ?></ul><?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><p class="muted">{{payout.none}}</p><?cs /if ?></section></div>
<aside class="aside stack" aria-label="{{payout.ask}}"><div class="card stack"><h2>{{payout.ask}}</h2><?cs
if:!view.bank.last4 ?><p class="muted">{{payout.no_bank}}</p><?cs
elif:!view.bank.usable ?><p class="muted">{{payout.bank_new date=view.bank.usableAt.text}}</p><?cs
elif:!view.enough ?><p class="muted">{{payout.minimum amount=view.minimum}}</p><?cs
else ?><form class="form" method="post" action="/teach/payouts"><?cs call:csrf() ?><?cs call:field("text", "amount", "{{payout.amount}}", "", "", "off", #1, #14) ?><div class="actions"><button class="button primary">{{payout.ask.do}}</button></div></form><?cs /if ?></div>
<div class="card stack"><h2>{{payout.bank}}</h2><?cs if:view.bank.last4 ?><p><?cs var:view.bank.name ?> •••• <?cs var:view.bank.last4 ?></p><?cs /if ?><details<?cs if:!view.bank.last4 || #page.error_count > #0 ?> open<?cs /if ?>><summary>{{payout.bank.set}}</summary><form class="form mt" method="post" action="/teach/payouts/account"><?cs call:csrf() ?><?cs call:field("text", "holder", "{{payout.holder}}", "", "", "name", #1, #100) ?><?cs call:field("text", "bank", "{{payout.bank.name}}", "", "", "off", #1, #80) ?><?cs call:field("text", "branch", "{{payout.branch}}", "", "", "off", #1, #10) ?><?cs call:field("text", "number", "{{payout.number}}", "", "", "off", #1, #16) ?><?cs call:field("text", "vatNumber", "{{checkout.vat}}", "{{payout.vat.hint}}", "", "off", #0, #10) ?><?cs call:field("text", "address", "{{checkout.address}}", "", "", "off", #0, #200) ?><p class="muted small">{{payout.hold n=view.holdHours}}</p><div class="actions"><button class="button">{{form.save}}</button></div></form></details></div></aside></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
