{{!-- GET, POST /admin/ledger/fees: type, currency, flat, percent, least, most, payer, from. view.items.N .type
.currency .flat .bps .show.percent .least .hasMost .most .payer .current .planned .from .to; view.limits.N
.currency .minimum .single .daily .current .planned .from; POST /admin/ledger/limits: limitCurrency, minimum, single,
daily, limitFrom; view.form.types, .currencies, .payers .N .value .label --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{ledger.fees}}</h1><?cs call:ledger_tabs() ?><?cs call:error_summary() ?>
<section aria-label="{{ledger.fees}}"><table class="table cards"><caption class="sr">{{ledger.fees}}</caption><thead><tr><th scope="col">{{ledger.fee.for}}</th><th scope="col" class="n">{{ledger.fee.flat}}</th><th scope="col" class="n">{{ledger.fee.percent}}</th><th scope="col" class="n">{{ledger.fee.bounds}}</th><th scope="col">{{ledger.fee.payer}}</th><th scope="col">{{ledger.fee.time}}</th></tr></thead><tbody><?cs
each:f = view.items ?><tr><th scope="row"><?cs var:f.type ?> <?cs var:f.currency ?> <?cs if:f.current ?><span class="badge good">{{ledger.fee.current}}</span><?cs elif:f.planned ?><span class="badge warn">{{ledger.fee.planned}}</span><?cs /if ?></th><td class="n num" data-label="{{ledger.fee.flat}}"><?cs var:f.flat ?></td><td class="n num" data-label="{{ledger.fee.percent}}"><?cs var:f.show.percent ?> %</td><td class="n num" data-label="{{ledger.fee.bounds}}"><?cs var:f.least ?> – <?cs if:f.hasMost ?><?cs var:f.most ?><?cs else ?>∞<?cs /if ?></td><td data-label="{{ledger.fee.payer}}"><?cs if:f.payer == "SENDER" ?>{{ledger.payer.SENDER}}<?cs else ?>{{ledger.payer.RECEIVER}}<?cs /if ?></td><td data-label="{{ledger.fee.time}}"><?cs call:date(f.from) ?><?cs if:f.to ?> – <?cs call:date(f.to) ?><?cs /if ?></td></tr><?cs /each ?></tbody></table></section>
<section aria-labelledby="limits"><h2 id="limits" class="mb">{{wallet.limits}}</h2><table class="table cards"><caption class="sr">{{wallet.limits}}</caption><thead><tr><th scope="col">{{wallet.currency}}</th><th scope="col" class="n">{{wallet.limit.minimum}}</th><th scope="col" class="n">{{wallet.limit.single}}</th><th scope="col" class="n">{{wallet.limit.daily}}</th><th scope="col">{{ledger.limit.from}}</th></tr></thead><tbody><?cs
each:c = view.limits ?><tr><th scope="row"><?cs var:c.currency ?> <?cs if:c.current ?><span class="badge good">{{ledger.fee.current}}</span><?cs elif:c.planned ?><span class="badge warn">{{ledger.fee.planned}}</span><?cs /if ?></th><td class="n num" data-label="{{wallet.limit.minimum}}"><?cs var:c.minimum ?></td><td class="n num" data-label="{{wallet.limit.single}}"><?cs var:c.single ?></td><td class="n num" data-label="{{wallet.limit.daily}}"><?cs var:c.daily ?></td><td data-label="{{ledger.limit.from}}"><?cs call:date(c.from) ?></td></tr><?cs /each ?></tbody></table></section>
<section class="medium" aria-labelledby="add"><h2 id="add" class="mb">{{ledger.fee.add}}</h2><form class="form card" method="post" action="/admin/ledger/fees"><?cs call:csrf() ?><?cs
call:choose("type", "{{ledger.fee.for}}", "", view.form.types, "TRANSFER") ?><?cs call:choose("currency", "{{wallet.currency}}", "", view.form.currencies, "ZAR") ?><?cs
call:field("text", "flat", "{{ledger.fee.flat}}", "", "0", "off", #1, #40) ?><?cs call:field("text", "percent", "{{ledger.fee.of}}", "", "0.5", "off", #1, #0) ?><?cs
call:field("text", "least", "{{ledger.fee.least}}", "", "0", "off", #1, #40) ?><?cs call:field("text", "most", "{{ledger.fee.most}}", "{{ledger.fee.most.hint}}", "", "off", #0, #40) ?><?cs
call:choose("payer", "{{ledger.fee.payer}}", "", view.form.payers, "SENDER") ?><?cs call:field("datetime-local", "from", "{{ledger.fee.from}}", "{{ledger.fee.from.hint}}", "", "off", #1, #0) ?>
<div class="actions"><button class="button primary">{{ledger.fee.add}}</button></div></form></section>
<section class="medium" aria-labelledby="addlimit"><h2 id="addlimit" class="mb">{{ledger.limit.add}}</h2><form class="form card" method="post" action="/admin/ledger/limits"><?cs call:csrf() ?><?cs
call:choose("limitCurrency", "{{wallet.currency}}", "", view.form.currencies, "ZAR") ?><?cs call:field("text", "minimum", "{{wallet.limit.minimum}}", "", "", "off", #1, #40) ?><?cs
call:field("text", "single", "{{wallet.limit.single}}", "", "", "off", #1, #40) ?><?cs call:field("text", "daily", "{{wallet.limit.daily}}", "", "", "off", #1, #40) ?><?cs
call:field("datetime-local", "limitFrom", "{{ledger.fee.from}}", "{{ledger.limit.from.hint}}", "", "off", #1, #0) ?>
<div class="actions"><button class="button primary">{{ledger.limit.add}}</button></div></form></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
