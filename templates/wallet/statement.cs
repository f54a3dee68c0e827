{{!-- GET /wallet/:currency/statements/:month. view.currency .month .holder .opening .paidIn .paidOut
.closing .entries; view.items.N .id .show.kind .amount .in .balanceAfter .at; view.link .wallet .before .after .hasAfter --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="medium stack">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/wallet", "{{wallet.title}}") ?><?cs call:crumb(view.link.wallet, view.currency) ?></ol></nav>
<div class="pagehead"><h1>{{wallet.statement}} <?cs var:view.month ?></h1><p class="muted"><?cs var:view.holder ?>, <?cs var:view.currency ?>. {{wallet.statement.utc}}</p></div>
<dl class="facts card"><dt>{{wallet.opening}}</dt><dd class="num"><?cs var:view.opening ?></dd><dt>{{wallet.in}}</dt><dd class="num"><?cs var:view.paidIn ?></dd><dt>{{wallet.out}}</dt><dd class="num"><?cs var:view.paidOut ?></dd><dt>{{wallet.closing}}</dt><dd class="num"><b><?cs var:view.closing ?></b></dd></dl><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{wallet.statement}}</caption><thead><tr><th scope="col">{{wallet.kind}}</th><th scope="col">{{wallet.when}}</th><th scope="col" class="n">{{wallet.amount}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><?cs var:e.show.kind ?> <a class="small" href="/wallet/transactions/<?cs var:e.id ?>"><?cs var:e.id ?></a></th><td data-label="{{wallet.when}}"><?cs call:date(e.at) ?></td><td class="n" data-label="{{wallet.amount}}"><?cs call:amount(e.amount, e.in) ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs var:e.balanceAfter ?></td></tr><?cs /each ?></tbody></table><?cs
else ?><p class="muted">{{wallet.statement.none}}</p><?cs /if ?>
<p class="row row-between"><a href="/wallet/<?cs var:view.currency ?>/statements/<?cs var:view.link.before ?>" rel="prev"><?cs var:view.link.before ?></a><?cs if:view.link.hasAfter ?><a href="/wallet/<?cs var:view.currency ?>/statements/<?cs var:view.link.after ?>" rel="next"><?cs var:view.link.after ?></a><?cs /if ?></p>
</div></div>
<?cs include!"layout/foot.cs" ?>
