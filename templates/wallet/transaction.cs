{{!-- GET /wallet/transactions/:id. view.id .kind .show.kind .at .recordedAt .with .hasFee .sent .fee .feePaidBy
.reverses .reversedBy; view.legs.N .show.part .amount .in .hasBalance .balanceAfter; view.link .wallet .currency --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/wallet", "{{wallet.title}}") ?><?cs call:crumb(view.link.wallet, view.link.currency) ?></ol></nav>
<h1><?cs var:view.show.kind ?></h1>
<div class="card"><dl class="facts"><dt>{{wallet.txn.number}}</dt><dd><code><?cs var:view.id ?></code></dd><?cs
if:view.with ?><dt>{{wallet.txn.with}}</dt><dd class="wraps"><?cs var:view.with ?></dd><?cs /if ?><dt>{{wallet.when}}</dt><dd><?cs call:date(view.at) ?></dd><dt>{{wallet.txn.recorded}}</dt><dd><?cs call:date(view.recordedAt) ?></dd><?cs
if:view.sent ?><dt>{{wallet.txn.sent}}</dt><dd class="num"><?cs var:view.sent ?></dd><?cs /if ?><?cs
if:view.hasFee ?><dt>{{wallet.txn.fee}}</dt><dd><span class="num"><?cs var:view.fee ?></span> <span class="muted small"><?cs if:view.feePaidBy == "SENDER" ?>{{wallet.txn.fee.SENDER}}<?cs else ?>{{wallet.txn.fee.RECEIVER}}<?cs /if ?></span></dd><?cs /if ?><?cs
if:view.reverses ?><dt>{{ledger.reverses}}</dt><dd><a href="/wallet/transactions/<?cs var:view.reverses ?>"><?cs var:view.reverses ?></a></dd><?cs /if ?><?cs
if:view.reversedBy ?><dt>{{ledger.reversed_by}}</dt><dd><a href="/wallet/transactions/<?cs var:view.reversedBy ?>"><?cs var:view.reversedBy ?></a></dd><?cs /if ?></dl></div>
<section aria-labelledby="legs"><h2 id="legs" class="mb">{{wallet.txn.legs}}</h2><table class="table cards"><caption class="sr">{{wallet.txn.legs}}</caption><thead><tr><th scope="col">{{wallet.txn.part}}</th><th scope="col" class="n">{{wallet.amount}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:l = view.legs ?><tr><th scope="row"><?cs var:l.show.part ?></th><td class="n" data-label="{{wallet.amount}}"><?cs call:amount(l.amount, l.in) ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs if:l.hasBalance ?><?cs var:l.balanceAfter ?><?cs else ?>{{ledger.not_kept}}<?cs /if ?></td></tr><?cs /each ?></tbody></table></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
