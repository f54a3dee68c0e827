{{!-- GET /admin/ledger/accounts/:id. view.id .code .currency .class .mode .balance .version .hasFloor
.floor .hasCeiling .ceiling .ownerId .closed .createdAt; view.items.N .transaction .link.href .leg .kind
.amount .hasBalance .balanceAfter .at; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/admin/ledger", "{{ledger.title}}") ?></ol></nav>
<h1 class="wraps"><?cs var:view.code ?></h1>
<div class="card"><dl class="facts"><dt>{{wallet.balance}}</dt><dd class="num"><b><?cs var:view.balance ?></b></dd><dt>{{ledger.class}}</dt><dd><?cs var:view.class ?></dd><dt>{{ledger.mode}}</dt><dd><?cs if:view.mode == "R" ?>{{ledger.mode.R}}<?cs else ?>{{ledger.mode.A}}<?cs /if ?></dd><?cs
if:view.hasFloor ?><dt>{{ledger.floor}}</dt><dd class="num"><?cs var:view.floor ?></dd><?cs /if ?><?cs if:view.hasCeiling ?><dt>{{ledger.ceiling}}</dt><dd class="num"><?cs var:view.ceiling ?></dd><?cs /if ?><?cs
if:view.ownerId ?><dt>{{ledger.owner}}</dt><dd><a href="/admin/users/<?cs var:view.ownerId ?>">{{admin.audit.person}}</a></dd><?cs /if ?><dt>{{ledger.opened}}</dt><dd><?cs call:date(view.createdAt) ?></dd><?cs if:view.closed ?><dt>{{admin.state}}</dt><dd><span class="badge">{{ledger.closed}}</span></dd><?cs /if ?></dl></div>
<section aria-labelledby="entries"><h2 id="entries" class="mb">{{ledger.entries}}</h2><?cs
if:subcount(view.items) > #0 ?><table class="table cards"><caption class="sr">{{ledger.entries}}</caption><thead><tr><th scope="col">{{ledger.txn}}</th><th scope="col">{{wallet.when}}</th><th scope="col" class="n">{{wallet.amount}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><a href="<?cs var:url_validate(e.link.href) ?>"><?cs var:e.kind ?> <?cs var:e.transaction ?></a></th><td data-label="{{wallet.when}}"><?cs call:date(e.at) ?></td><td class="n num" data-label="{{wallet.amount}}"><?cs var:e.amount ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs if:e.hasBalance ?><?cs var:e.balanceAfter ?><?cs else ?>{{ledger.not_kept}}<?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs else ?><p class="muted">{{wallet.none}}</p><?cs /if ?></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
