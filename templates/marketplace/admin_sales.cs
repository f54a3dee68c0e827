{{!-- GET /admin/sales. view.q; view.filter.status.N; view.figures .sales .gross .back .tax .share .disputed
.burnsWaiting; view.items.N .id .title .status .buyerId .price .back .partly .disputed .at; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/market.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{sales.title}}</h1><?cs call:admin_tabs() ?>
<div class="stats"><?cs call:stat("{{sales.sold}}", view.figures.sales, "{{sales.30}}") ?><?cs call:stat("{{sales.gross}}", view.figures.gross, "") ?><?cs call:stat("{{purchase.back}}", view.figures.back, "") ?><?cs call:stat("{{receipt.tax}}", view.figures.tax, "") ?><?cs call:stat("{{sales.share}}", view.figures.share, "") ?></div><?cs
if:#view.figures.burnsWaiting > #0 ?><div class="alert warn">{{icon.info}}<p>{{sales.burns n=view.figures.burnsWaiting}} <a href="/admin/rates">{{rates.title}}</a></p></div><?cs /if ?>
<form class="row" role="search" action="/admin/sales"><div class="search"><label class="sr" for="q">{{sales.search}}</label>{{icon.search}}<input class="input" type="search" id="q" name="q" maxlength="100" value="<?cs var:view.q ?>" placeholder="{{sales.search}}"></div><button class="button primary">{{nav.search.do}}</button></form>
<?cs call:filters(view.filter.status, "{{purchase.state}}") ?><?cs
if:subcount(view.items) > #0 ?><table class="table cards"><caption class="sr">{{sales.title}}</caption><thead><tr><th scope="col">{{purchase.course}}</th><th scope="col">{{purchase.state}}</th><th scope="col">{{receipt.date}}</th><th scope="col" class="n">{{receipt.amount}}</th></tr></thead><tbody><?cs
each:s = view.items ?><tr><th scope="row"><a href="/admin/sales/<?cs var:s.id ?>"><?cs var:s.title ?></a></th><td data-label="{{purchase.state}}"><span><?cs call:sale_status(s.status) ?><?cs if:s.disputed ?> <span class="badge bad">{{sale.status.DISPUTED}}</span><?cs elif:s.partly ?> <span class="badge">{{purchase.partly}}</span><?cs /if ?></span></td><td data-label="{{receipt.date}}"><?cs call:date(s.at) ?></td><td class="n num" data-label="{{receipt.amount}}"><?cs var:s.price ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs else ?><p class="muted">{{sales.nothing}}</p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
