{{!-- GET /receipts/:id. view.id .number .form .title .status .issuedAt .net .tax .amount .rate .ready .sha256
.mailedAt .pdfHref; .lines.N .description .quantity .net .tax .gross; .payments.N .label .amount; .seller .buyer
(macro party); .refersTo .id .number --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/receipt.cs" ?>
<div class="wrap"><div class="medium stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/receipts", "{{receipt.title}}") ?></ol></nav>
<header class="row"><div class="grow"><h1><?cs call:receipt_form(view.form) ?></h1><p class="meta"><span><?cs var:view.number ?></span><span><?cs call:date(view.issuedAt) ?></span><?cs if:view.refersTo.id ?><span>{{receipt.for}} <a href="/receipts/<?cs var:view.refersTo.id ?>"><?cs var:view.refersTo.number ?></a></span><?cs /if ?></p></div><?cs
if:view.ready ?><a class="button primary" href="<?cs var:url_validate(view.pdfHref) ?>">{{icon.download}}{{receipt.download}}</a><?cs else ?><span class="muted">{{receipt.making}}</span><?cs /if ?></header>
<div class="card stack"><div class="grid-2"><div><p class="eyebrow">{{receipt.from}}</p><?cs call:party(view.seller) ?></div><?cs if:view.buyer.name ?><div><p class="eyebrow">{{receipt.to}}</p><?cs call:party(view.buyer) ?></div><?cs /if ?></div>
<table class="table cards"><caption class="sr">{{receipt.lines}}</caption><thead><tr><th scope="col">{{receipt.what}}</th><th scope="col" class="n">{{receipt.net}}</th><th scope="col" class="n">{{receipt.tax}}</th><th scope="col" class="n">{{receipt.total}}</th></tr></thead><tbody><?cs
each:l = view.lines ?><tr><th scope="row"><?cs var:l.description ?></th><td class="n num" data-label="{{receipt.net}}"><?cs var:l.net ?></td><td class="n num" data-label="{{receipt.tax}}"><?cs var:l.tax ?></td><td class="n num" data-label="{{receipt.total}}"><?cs var:l.gross ?></td></tr><?cs /each ?></tbody></table>
<dl class="facts"><dt>{{receipt.net}}</dt><dd class="num"><?cs var:view.net ?></dd><dt>{{receipt.tax}}<?cs if:view.rate ?> (<?cs var:view.rate ?>)<?cs /if ?></dt><dd class="num"><?cs var:view.tax ?></dd><dt><b>{{receipt.total}}</b></dt><dd class="num"><b><?cs var:view.amount ?></b></dd><?cs
each:p = view.payments ?><dt><?cs var:p.label ?></dt><dd class="num"><?cs var:p.amount ?></dd><?cs /each ?></dl></div><?cs
if:view.sha256 ?><p class="muted small wraps">{{receipt.sha256}} <code><?cs var:view.sha256 ?></code></p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
