{{!-- GET /wallet. view.wallets.N .currency .available .held .hasHeld .pending .hasPending .balance;
view.address; view.recent.N .id .kind .show.kind .amount .in .balanceAfter .at .with;
view.holds.N .id .amount .since .expiresAt --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<div class="pagehead row row-between"><h1>{{wallet.title}}</h1><div class="row"><a class="button primary" href="/deposit">{{icon.plus}}{{deposit.title}}</a><a class="button" href="/wallet/transfer">{{icon.link}}{{wallet.transfer}}</a></div></div><?cs call:wallet_tabs() ?>
<ul class="grid"><?cs each:w = view.wallets ?><li class="card stack stack-s"><p class="eyebrow"><?cs var:w.currency ?></p>
<p class="num"><a href="/wallet/<?cs var:w.currency ?>"><b><?cs var:w.available ?></b></a> <span class="muted small">{{wallet.available}}</span></p><?cs
if:w.hasHeld ?><p class="small"><span class="num"><?cs var:w.held ?></span> <span class="muted">{{wallet.held}}</span></p><?cs /if ?><?cs
if:w.hasPending ?><p class="small"><span class="num"><?cs var:w.pending ?></span> <span class="muted">{{wallet.pending}}</span></p><?cs /if ?></li><?cs /each ?></ul>
<div class="split"><section aria-labelledby="recent"><h2 id="recent" class="mb">{{wallet.recent}}</h2><?cs
if:subcount(view.recent) > #0 ?><ul class="list card"><?cs each:e = view.recent ?><li><div class="grow"><a href="/wallet/transactions/<?cs var:e.id ?>"><b><?cs var:e.show.kind ?></b></a><p class="meta"><?cs if:e.with ?><span><?cs var:e.with ?></span><?cs /if ?><span><?cs call:when(e.at) ?></span></p></div><?cs call:amount(e.amount, e.in) ?></li><?cs /each ?></ul><?cs
else ?><?cs call:empty("layers", "{{wallet.none}}", "{{wallet.none.hint}}", "", "") ?><?cs /if ?></section>
<aside class="aside stack" aria-label="{{wallet.more}}"><?cs
if:subcount(view.holds) > #0 ?><div class="card stack stack-s"><h2>{{wallet.holds}}</h2><ul class="list"><?cs each:h = view.holds ?><li>{{icon.lock}}<div class="grow"><span class="num"><?cs var:h.amount ?></span><p class="meta"><span>{{wallet.since}} <?cs call:when(h.since) ?></span><?cs if:h.expiresAt ?><span>{{wallet.until}} <?cs call:date(h.expiresAt) ?></span><?cs /if ?></p></div></li><?cs /each ?></ul></div><?cs /if ?>
<div class="card stack stack-s"><h2>{{wallet.address}}</h2><p class="small muted">{{wallet.address.hint}}</p><p class="wraps"><code><?cs var:view.address ?></code></p></div></aside></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
