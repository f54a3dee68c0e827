{{!-- GET /admin/ledger/accounts/:id. view.id .code .currency .class .mode .balance .version .hasFloor
.floor .hasCeiling .ceiling .ownerId .closed .createdAt; view.items.N .transaction .link.href .leg .kind .show.kind
.amount .hasBalance .balanceAfter .at; view.hasStatements; view.statements.N .at .balance .books .agrees
.source; view.page. POST …/statements: at, balance, source --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/admin/ledger", "{{ledger.title}}") ?></ol></nav>
<h1 class="wraps"><?cs var:view.code ?></h1><?cs call:error_summary() ?>
<div class="card"><dl class="facts"><dt>{{wallet.balance}}</dt><dd class="num"><b><?cs var:view.balance ?></b></dd><dt>{{ledger.class}}</dt><dd><?cs call:account_class(view.class) ?></dd><dt>{{ledger.mode}}</dt><dd><?cs if:view.mode == "R" ?>{{ledger.mode.R}}<?cs else ?>{{ledger.mode.A}}<?cs /if ?></dd><?cs
if:view.hasFloor ?><dt>{{ledger.floor}}</dt><dd class="num"><?cs var:view.floor ?></dd><?cs /if ?><?cs if:view.hasCeiling ?><dt>{{ledger.ceiling}}</dt><dd class="num"><?cs var:view.ceiling ?></dd><?cs /if ?><?cs
if:view.ownerId ?><dt>{{ledger.owner}}</dt><dd><a href="/admin/users/<?cs var:view.ownerId ?>">{{admin.audit.person}}</a></dd><?cs /if ?><dt>{{ledger.opened}}</dt><dd><?cs call:date(view.createdAt) ?></dd><?cs if:view.closed ?><dt>{{admin.state}}</dt><dd><span class="badge">{{ledger.closed}}</span></dd><?cs /if ?></dl></div>
<?cs if:view.hasStatements ?><section class="stack" aria-labelledby="statements"><h2 id="statements">{{ledger.statements}}</h2><?cs
if:subcount(view.statements) > #0 ?><table class="table cards"><caption class="sr">{{ledger.statements}}</caption><thead><tr><th scope="col">{{wallet.when}}</th><th scope="col" class="n">{{ledger.statement.says}}</th><th scope="col" class="n">{{ledger.statement.books}}</th><th scope="col">{{ledger.statement.source}}</th></tr></thead><tbody><?cs
each:s = view.statements ?><tr><th scope="row"><?cs call:date(s.at) ?></th><td class="n num" data-label="{{ledger.statement.says}}"><?cs var:s.balance ?></td><td class="n num" data-label="{{ledger.statement.books}}"><?cs var:s.books ?></td><td data-label="{{ledger.statement.source}}" class="wraps"><?cs var:s.source ?> <?cs if:s.agrees ?><span class="badge good">{{ledger.statement.same}}</span><?cs else ?><span class="badge bad">{{ledger.statement.differs}}</span><?cs /if ?></td></tr><?cs /each ?></tbody></table><?cs else ?><p class="muted">{{ledger.statements.none}}</p><?cs /if ?>
<details class="card"<?cs if:?page.error_count ?> open<?cs /if ?>><summary>{{ledger.statement.add}}</summary><form class="form" method="post" action="/admin/ledger/accounts/<?cs var:view.id ?>/statements"><?cs call:csrf() ?><?cs
call:field("datetime-local", "at", "{{ledger.statement.at}}", "{{ledger.statement.at.hint}}", "", "off", #1, #0) ?><?cs call:field("text", "balance", "{{ledger.statement.says}}", "{{ledger.statement.says.hint}}", "", "off", #1, #40) ?><?cs
call:field("text", "source", "{{ledger.statement.source}}", "{{ledger.statement.source.hint}}", "", "off", #1, #200) ?>
<div class="actions"><button class="button primary">{{ledger.statement.add}}</button></div></form></details></section><?cs /if ?>
<section aria-labelledby="entries"><h2 id="entries" class="mb">{{ledger.entries}}</h2><?cs
if:subcount(view.items) > #0 ?><table class="table cards"><caption class="sr">{{ledger.entries}}</caption><thead><tr><th scope="col">{{ledger.txn}}</th><th scope="col">{{wallet.when}}</th><th scope="col" class="n">{{wallet.amount}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><a href="<?cs var:url_validate(e.link.href) ?>"><?cs var:e.show.kind ?> <?cs var:e.transaction ?></a></th><td data-label="{{wallet.when}}"><?cs call:date(e.at) ?></td><td class="n num" data-label="{{wallet.amount}}"><?cs var:e.amount ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs if:e.hasBalance ?><?cs var:e.balanceAfter ?><?cs else ?>{{ledger.not_kept}}<?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs else ?><p class="muted">{{wallet.none}}</p><?cs /if ?></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
