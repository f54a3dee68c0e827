{{!-- GET /purchases. view.items.N .id .slug .title .status .price .back .partly .at; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{purchase.title}}</h1><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{purchase.title}}</caption><thead><tr><th scope="col">{{purchase.course}}</th><th scope="col">{{purchase.state}}</th><th scope="col">{{receipt.date}}</th><th scope="col" class="n">{{receipt.amount}}</th></tr></thead><tbody><?cs
each:p = view.items ?><tr><th scope="row"><a href="/purchases/<?cs var:p.id ?>"><?cs var:p.title ?></a></th><td data-label="{{purchase.state}}"><span><?cs call:sale_status(p.status) ?><?cs if:p.partly ?> <span class="badge">{{purchase.partly}}</span><?cs /if ?></span></td><td data-label="{{receipt.date}}"><?cs call:date(p.at) ?></td><td class="n num" data-label="{{receipt.amount}}"><?cs var:p.price ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("book", "{{purchase.none}}", "{{purchase.none.hint}}", "/courses", "{{home.find}}") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
