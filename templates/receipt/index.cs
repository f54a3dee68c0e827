{{!-- GET /receipts. view.items.N .id .number .form .status .what .amount .issuedAt .ready; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/receipt.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{receipt.title}}</h1><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{receipt.title}}</caption><thead><tr><th scope="col">{{receipt.number}}</th><th scope="col">{{receipt.what}}</th><th scope="col">{{receipt.date}}</th><th scope="col" class="n">{{receipt.amount}}</th><th scope="col"><span class="sr">{{receipt.download}}</span></th></tr></thead><tbody><?cs
each:d = view.items ?><tr><th scope="row"><a href="/receipts/<?cs var:d.id ?>"><?cs var:d.number ?></a><br><span class="muted small"><?cs call:receipt_form(d.form) ?></span></th><td data-label="{{receipt.what}}"><?cs var:d.what ?></td><td data-label="{{receipt.date}}"><?cs call:date(d.issuedAt) ?></td><td data-label="{{receipt.amount}}" class="n num"><?cs var:d.amount ?></td><td><?cs if:d.ready ?><a class="button small" href="/receipts/<?cs var:d.id ?>/pdf">{{icon.download}}PDF<span class="sr"> <?cs var:d.number ?></span></a><?cs else ?><span class="muted small">{{receipt.making}}</span><?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("text", "{{receipt.none}}", "{{receipt.none.hint}}", "/courses", "{{home.find}}") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
