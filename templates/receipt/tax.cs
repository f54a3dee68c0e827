{{!-- GET, POST /admin/tax: params category, percent, from, source. view.rates.N .category .bps .percent .from .until
.source .current; view.rules.N .noneUpTo .fullOver .issueDays .registerOver .from .until .source .current;
view.series.N .series .year .last --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{tax.title}}</h1><?cs call:admin_tabs() ?><?cs call:error_summary() ?>
<section aria-labelledby="rates"><h2 id="rates" class="mb">{{tax.rates}}</h2>
<table class="table cards"><caption class="sr">{{tax.rates}}</caption><thead><tr><th scope="col">{{tax.category}}</th><th scope="col">{{tax.percent}}</th><th scope="col">{{tax.from}}</th><th scope="col">{{tax.until}}</th><th scope="col">{{tax.source}}</th></tr></thead><tbody><?cs
each:x = view.rates ?><tr><th scope="row"><?cs if:x.category == "STANDARD" ?>{{tax.STANDARD}}<?cs elif:x.category == "ZERO" ?>{{tax.ZERO}}<?cs else ?>{{tax.EXEMPT}}<?cs /if ?> <?cs if:x.current ?><span class="badge good">{{tax.current}}</span><?cs /if ?></th><td class="num" data-label="{{tax.percent}}"><?cs var:x.percent ?> %</td><td data-label="{{tax.from}}"><?cs call:date(x.from) ?></td><td data-label="{{tax.until}}"><?cs if:x.until ?><?cs call:date(x.until) ?><?cs else ?>–<?cs /if ?></td><td data-label="{{tax.source}}"><?cs var:x.source ?></td></tr><?cs /each ?></tbody></table></section>
<section aria-labelledby="rules"><h2 id="rules" class="mb">{{tax.rules}}</h2>
<table class="table cards"><caption class="sr">{{tax.rules}}</caption><thead><tr><th scope="col">{{tax.none_upto}}</th><th scope="col">{{tax.full_over}}</th><th scope="col">{{tax.register_over}}</th><th scope="col">{{tax.from}}</th><th scope="col">{{tax.source}}</th></tr></thead><tbody><?cs
each:x = view.rules ?><tr><th scope="row" class="num"><?cs var:x.noneUpTo ?><?cs if:x.current ?> <span class="badge good">{{tax.current}}</span><?cs /if ?></th><td class="num" data-label="{{tax.full_over}}"><?cs var:x.fullOver ?></td><td class="num" data-label="{{tax.register_over}}"><?cs var:x.registerOver ?></td><td data-label="{{tax.from}}"><?cs call:date(x.from) ?></td><td data-label="{{tax.source}}"><?cs var:x.source ?></td></tr><?cs /each ?></tbody></table></section><?cs
if:subcount(view.series) > #0 ?>
<section aria-labelledby="series"><h2 id="series" class="mb">{{tax.series}}</h2><ul class="list card"><?cs each:s = view.series ?><li><span class="grow"><?cs if:s.series == "TAX_INVOICE" ?>{{receipt.form.invoice}}<?cs elif:s.series == "CREDIT_NOTE" ?>{{receipt.form.credit}}<?cs elif:s.series == "SELF_BILLED" ?>{{receipt.form.self}}<?cs else ?>{{receipt.form.receipt}}<?cs /if ?> <?cs var:s.year ?></span><span class="num"><?cs var:s.last.text ?></span></li><?cs /each ?></ul></section><?cs /if ?>
<section aria-labelledby="new"><h2 id="new" class="mb">{{tax.new}}</h2><form class="form card" method="post" action="/admin/tax"><?cs call:csrf() ?>
<div class="grid-2"><div class="field"><label for="f-category">{{tax.category}}</label><select class="input" id="f-category" name="category"><option value="STANDARD">{{tax.STANDARD}}</option><option value="ZERO">{{tax.ZERO}}</option><option value="EXEMPT">{{tax.EXEMPT}}</option></select></div>
<?cs call:field("text", "percent", "{{tax.in_percent}}", "", "", "off", #1, #0) ?></div>
<div class="grid-2"><?cs call:field("date", "from", "{{tax.from}}", "{{tax.from.hint}}", "", "off", #1, #0) ?><?cs call:field("text", "source", "{{tax.source}}", "", "", "off", #1, #300) ?></div>
<div class="actions"><button class="button primary">{{form.save}}</button></div></form></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
