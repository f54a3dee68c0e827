{{!-- GET, POST /admin/ledger/adjustments: reason, legs; POST …/:id/decide: decision, password. view.items.N
.id .reason .status .pending .approved .own .requestedBy .decidedBy .createdAt .decidedAt .transaction,
.legs.N .account .amount; view.form.password; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{ledger.adjustments}}</h1><?cs call:admin_tabs() ?><?cs call:ledger_tabs() ?><?cs call:error_summary() ?>
<p class="lead">{{ledger.adjustments.lead}}</p><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs each:a = view.items ?><li><div class="grow stack stack-s"><p class="row"><b><?cs var:a.reason ?></b> <?cs call:decision(a.status) ?></p>
<p class="meta"><span>{{ledger.adjustment.by name=a.requestedBy}}</span><span><?cs call:when(a.createdAt) ?></span><?cs if:a.decidedBy ?><span>{{ledger.adjustment.decided name=a.decidedBy}}</span><?cs /if ?><?cs if:a.transaction ?><span><a href="/admin/ledger/transactions/<?cs var:a.transaction ?>">{{ledger.txn}} <?cs var:a.transaction ?></a></span><?cs /if ?></p>
<dl class="facts"><?cs each:l = a.legs ?><dt class="wraps"><?cs var:l.account ?></dt><dd class="num"><?cs var:l.amount ?></dd><?cs /each ?></dl><?cs
if:a.pending ?><?cs if:a.own ?><p class="muted small">{{ledger.adjustment.own}}</p><?cs else ?><form class="row" method="post" action="/admin/ledger/adjustments/<?cs var:a.id ?>/decide"><?cs call:csrf() ?><?cs if:view.form.password ?><div class="field"><label for="p-<?cs var:a.id ?>">{{account.password}}</label><input class="input" type="password" id="p-<?cs var:a.id ?>" name="password" autocomplete="current-password" maxlength="256" required></div><?cs /if ?><button class="button primary" name="decision" value="approve">{{ledger.adjustment.approve}}</button><button class="button danger" name="decision" value="reject">{{ledger.adjustment.reject}}</button></form><?cs /if ?><?cs /if ?></div></li><?cs /each ?></ul><?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><p class="muted">{{ledger.adjustments.none}}</p><?cs /if ?>
<section class="medium" aria-labelledby="add"><h2 id="add" class="mb">{{ledger.adjustment.ask}}</h2><form class="form card" method="post" action="/admin/ledger/adjustments"><?cs call:csrf() ?><?cs
call:field("text", "reason", "{{ledger.adjustment.reason}}", "{{ledger.adjustment.reason.hint}}", "", "off", #1, #500) ?><?cs
call:area("legs", "{{ledger.legs}}", "{{ledger.adjustment.legs.hint}}", "", #4, #0) ?>
<div class="actions"><button class="button primary">{{ledger.adjustment.ask}}</button></div></form></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
