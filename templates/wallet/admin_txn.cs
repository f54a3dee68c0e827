{{!-- GET /admin/ledger/transactions/:id. view.id .kind .show.kind .key .reverses .reversedBy .refType .refId
.effectiveAt .recordedAt .actorId .meta; view.legs.N .link.href .code .amount .hasBalance .balanceAfter --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/admin/ledger", "{{ledger.title}}") ?></ol></nav>
<h1><?cs var:view.show.kind ?> <?cs var:view.id ?></h1>
<div class="card"><dl class="facts"><dt>{{ledger.key}}</dt><dd class="wraps"><code><?cs var:view.key ?></code></dd><dt>{{ledger.effective}}</dt><dd><?cs call:date(view.effectiveAt) ?></dd><dt>{{ledger.recorded}}</dt><dd><?cs call:date(view.recordedAt) ?></dd><?cs
if:view.refType ?><dt>{{ledger.about}}</dt><dd class="wraps"><?cs var:view.refType ?> <code><?cs var:view.refId ?></code></dd><?cs /if ?><?cs
if:view.reverses ?><dt>{{ledger.reverses}}</dt><dd><a href="/admin/ledger/transactions/<?cs var:view.reverses ?>"><?cs var:view.reverses ?></a></dd><?cs /if ?><?cs
if:view.reversedBy ?><dt>{{ledger.reversed_by}}</dt><dd><a href="/admin/ledger/transactions/<?cs var:view.reversedBy ?>"><?cs var:view.reversedBy ?></a></dd><?cs /if ?><dt>{{ledger.actor}}</dt><dd><?cs if:view.actorId ?><a href="/admin/users/<?cs var:view.actorId ?>">{{admin.audit.person}}</a><?cs else ?>{{admin.audit.system}}<?cs /if ?></dd><?cs
if:view.meta ?><dt>{{ledger.meta}}</dt><dd class="wraps"><code><?cs var:view.meta ?></code></dd><?cs /if ?></dl></div>
<section aria-labelledby="legs"><h2 id="legs" class="mb">{{ledger.legs}}</h2><table class="table cards"><caption class="sr">{{ledger.legs}}</caption><thead><tr><th scope="col">{{ledger.account}}</th><th scope="col" class="n">{{wallet.amount}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:l = view.legs ?><tr><th scope="row"><a class="wraps" href="<?cs var:url_validate(l.link.href) ?>"><?cs var:l.code ?></a></th><td class="n num" data-label="{{wallet.amount}}"><?cs var:l.amount ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs if:l.hasBalance ?><?cs var:l.balanceAfter ?><?cs else ?>{{ledger.not_kept}}<?cs /if ?></td></tr><?cs /each ?></tbody></table></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
